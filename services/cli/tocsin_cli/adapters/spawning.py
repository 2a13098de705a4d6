"""How a process is started so that it never outlives us, and ended with all that it started."""

import asyncio
import ctypes
import os
import platform
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field


# prctl(2), <linux/prctl.h>
PR_SET_PDEATHSIG = 1

# A line longer than this is cut, so that a process gone mad does not fill our memory.
LONGEST_LINE = 64 * 1024

# How long the last lines of a process that has ended are waited for.
CLOSING_S = 1.0


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a process.

    ``death_signal`` is sent to it when we die, however we die. ``pass_fds`` stay open in it.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    death_signal: signal.Signals = signal.SIGKILL
    pass_fds: Sequence[int] = ()


class Child(asyncio.SubprocessProtocol):
    """A running process. Each line that it writes is given to ``on_line`` at once."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self._on_line = on_line
        self._rest = b""
        self._exited = loop.create_future()
        self._closed = loop.create_future()
        self.pid = 0

    @property
    def alive(self) -> bool:
        return not self._exited.done()

    async def wait(self) -> int:
        """Return the exit code (negative: the signal) once it has ended, and end what it started.

        What it started may hold its output open, so the end of the process counts, not
        the end of its output.
        """
        await asyncio.shield(self._exited)
        self.kill_group()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await asyncio.shield(self._closed)
        self._transport.close()
        exit_code = self._transport.get_returncode()
        assert exit_code is not None
        return exit_code

    def terminate(self) -> None:
        if self.alive:
            self._transport.terminate()

    def kill_group(self) -> None:
        """End the process and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport
        self.pid = transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._on_line(_text(line))
        if len(self._rest) >= LONGEST_LINE:
            self._flush()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if self._rest:
            self._flush()

    def process_exited(self) -> None:
        self._exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set_result(None)

    def _flush(self) -> None:
        self._on_line(_text(self._rest))
        self._rest = b""


async def spawn(launch: Launch, on_line: Callable[[str], None]) -> Child:
    """Start a process in a session of its own, both its outputs in one."""
    _, child = await asyncio.get_running_loop().subprocess_exec(
        lambda: Child(on_line),
        *launch.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **launch.env},
        start_new_session=True,
        pass_fds=launch.pass_fds,
        preexec_fn=_tether(launch.death_signal),
    )
    return child


def _tether(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what makes a child end with its parent; None where the system has no such thing."""
    if platform.system() != "Linux":
        return None
    # Looked up before the fork: between fork and exec nothing may take a lock.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tether() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return tether


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
