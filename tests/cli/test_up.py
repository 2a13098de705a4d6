"""`tocsin up` for real: started, hurt, stopped."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rig.processes import Process, free_port, is_ready, script


pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROLES = ("ingest", "matcher", "notifier", "console", "inbox")
PATIENCE_S = 90


@dataclass(slots=True)
class UpOfTest:
    """A `tocsin up` on a folder and ports of its own."""

    folder: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in (*ROLES, "inbox_smtp", "valkey")}
    )
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.again()

    @property
    def env(self) -> dict[str, str]:
        ports = {f"TOCSIN_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        return {"TOCSIN_DATA_DIR": str(self.folder / "data"), **ports}

    def again(self, *args: str, name: str = "up", **env: str) -> Process:
        command = [script("tocsin"), "up", *args]
        return Process(name, command, self.folder / f"{name}.log", self.env | env)

    def start(self, *args: str, **env: str) -> None:
        self.process = self.again(*args, **env)
        self.process.log.unlink(missing_ok=True)
        self.process.start()
        wait_until(lambda: self.is_ready or not self.process.running, self.process)
        assert self.is_ready, self.process.tail()

    @property
    def is_ready(self) -> bool:
        return "Tocsin is ready" in self.process.output()

    def tocsin(self, *args: str, code: int = 0) -> str:
        done = subprocess.run(
            [script("tocsin"), *args],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def json(self, *args: str) -> Any:
        return json.loads(self.tocsin(*args, "--json"))

    def family(self) -> dict[int, str]:
        """Return every process of ours, by pid."""
        return {
            pid: command
            for pid, command in running_commands().items()
            if str(self.ports["valkey"]) in environment(pid)
            or f":{self.ports['valkey']}" in command
        }


@pytest.fixture
def up(tmp_path: Path) -> Iterator[UpOfTest]:
    found = UpOfTest(tmp_path)
    yield found
    found.process.kill()
    wait_until(lambda: not found.family(), found.process)


def test_everything_starts_and_an_article_becomes_alerts(up: UpOfTest) -> None:
    up.start()

    up.tocsin("push", "--demo", "--wait")

    inbox = up.json("inbox")
    assert {message["kind"] for message in inbox} == {"email", "slack"}
    assert "All is well." in up.tocsin("status")
    told = {each["rule"] for each in up.json("deliveries", "list")}
    assert told == {"jnim-sahel", "kayes-region", "mali", "western-africa"}
    assert {each["state"] for each in up.json("deliveries", "list")} == {"delivered"}
    assert "Delivered to desk-mail: 250" in up.tocsin("channels", "test", "desk-mail")
    assert "Delivered to desk-slack: " in up.tocsin("channels", "test", "desk-slack")
    assert up.process.stop(60) == 0
    assert up.family() == {}


def test_keys_are_made_rotated_while_all_runs_and_missed_when_they_are_lost(up: UpOfTest) -> None:
    up.start("--only", "notifier,console,inbox")
    file = up.folder / "data" / "secret-keys"
    first = file.read_text()

    assert "2 channels' URLs are sealed anew" in up.tocsin(
        "channels", "rotate-keys", "--forget-old"
    )
    assert "Delivered to desk-mail: 250" in up.tocsin("channels", "test", "desk-mail")
    assert up.process.stop(60) == 0

    rotated = file.read_text()
    file.write_text(first)
    refused = up.again("--only", "notifier", name="refused")
    refused.start()
    assert refused.wait(60) == 1
    assert "TOCSIN_SECRET_KEYS: lacks the key" in refused.output()

    file.write_text(rotated)
    up.start("--only", "notifier,inbox")
    assert "Delivered to desk-mail: 250" in up.tocsin("channels", "test", "desk-mail")
    assert up.process.stop(60) == 0


def test_replicas_share_the_work(up: UpOfTest) -> None:
    up.start("--only", "ingest,matcher", "--replicas", "matcher=2")

    status = json.loads(up.tocsin("status", "--expect", "ingest,matcher", "--json"))

    assert [each["service"] for each in status["services"]].count("matcher") == 2
    assert is_ready(up.ports["matcher"] + 100)
    assert up.process.stop(60) == 0


def test_a_second_one_on_the_same_data_is_refused(up: UpOfTest) -> None:
    up.start("--only", "inbox")

    second = up.again("--only", "inbox", name="second")
    second.start()

    assert second.wait(60) == 1
    assert second.output().strip() == (
        f"error: `tocsin up` already runs on {up.folder}/data, as process {up.process.pid}; "
        "stop it, or give this one a folder of its own: --data DIR"
    )


def test_a_taken_port_is_said_before_anything_starts(up: UpOfTest) -> None:
    up.start("--only", "inbox")

    second = up.again("--only", "inbox", "--data", str(up.folder / "other"), name="second")
    second.start()

    assert second.wait(60) == 1
    assert second.output().strip() == (
        f"error: port {up.ports['inbox']} is taken, and wanted for inbox (where "
        "the demo's alerts land): end what listens there, or choose another port with "
        "TOCSIN_INBOX_PORT"
    )


def test_what_was_acknowledged_outlives_a_killed_valkey_and_a_restart(up: UpOfTest) -> None:
    up.start("--only", "inbox", "--no-demo")
    up.tocsin("rules", "add", "sahel", "-q", "JNIM")

    os.kill(pid_of(up, "valkey-server"), signal.SIGKILL)
    wait_until(lambda: "valkey: Valkey was ended by SIGKILL" in up.process.output(), up.process)
    wait_until(lambda: is_ready(up.ports["inbox"]), up.process)
    assert up.json("rules", "show", "sahel")["query"] == "JNIM"

    assert up.process.stop(60) == 0
    up.start("--only", "inbox")
    assert [rule["id"] for rule in up.json("rules", "list")] == ["sahel"]
    assert "the store was empty" not in up.process.output()
    assert up.process.stop(60) == 0


def test_a_killed_child_is_started_again(up: UpOfTest) -> None:
    up.start("--only", "inbox")
    first = pid_of(up, "inbox serve")

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: "inbox: ended by SIGKILL; starts again" in up.process.output(), up.process)
    wait_until(lambda: is_ready(up.ports["inbox"]), up.process)
    assert pid_of(up, "inbox serve") != first


def test_nothing_is_left_when_it_is_killed_itself(up: UpOfTest) -> None:
    up.start("--only", "inbox,matcher")
    assert len(up.family()) >= 4

    up.process.kill()

    wait_until(lambda: not up.family(), up.process)
    up.start("--only", "inbox")


def test_it_can_be_stopped_while_it_starts(up: UpOfTest) -> None:
    up.process = up.again()
    up.process.start()
    wait_until(lambda: "waiting for" in up.process.output(), up.process)

    assert up.process.stop(60) == 0
    assert up.family() == {}


def test_a_wrong_setting_of_a_service_stops_the_start(up: UpOfTest) -> None:
    up.process = up.again("--only", "matcher", TOCSIN_LOG_LEVEL="LOUD")
    up.process.start()

    assert up.process.wait(60) in {1, 2}
    assert "TOCSIN_LOG_LEVEL" in up.process.output()
    assert up.family() == {}


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("redis://127.0.0.1:1/0", 3, "error: cannot reach the store at redis://127.0.0.1:1/0"),
        ("http://x", 2, "error: TOCSIN_REDIS_URL: "),
    ],
)
def test_a_wrong_address_of_a_store_is_one_line(
    up: UpOfTest, url: str, code: int, said: str
) -> None:
    up.process = up.again(TOCSIN_REDIS_URL=url)
    up.process.start()

    assert up.process.wait(60) == code
    (line,) = up.process.output().splitlines()
    assert line.startswith(said)


def test_an_unsafe_store_is_refused_by_the_name_of_its_setting(
    up: UpOfTest, valkey_url: str
) -> None:
    up.process = up.again("--only", "inbox", TOCSIN_REDIS_URL=valkey_url)
    up.process.start()

    assert up.process.wait(60) == 1
    assert up.process.output().startswith("error: the store runs with appendonly 'no'")


@pytest.mark.usefixtures("redis")  # empties the store of what others left
def test_another_store_is_used_where_one_is_named(up: UpOfTest, valkey_url: str) -> None:
    up.start("--only", "inbox", TOCSIN_REDIS_URL=valkey_url, TOCSIN_UNSAFE_STORE="1")

    assert not any("valkey-server" in command for command in up.family().values())
    assert up.process.stop(60) == 0


def pid_of(up: UpOfTest, command: str) -> int:
    return next(pid for pid, found in up.family().items() if command in found)


def running_commands() -> dict[int, str]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z" and int(folder.name) != os.getpid():
            found[int(folder.name)] = command
    return found


def environment(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "environ").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def wait_until(true: Callable[[], bool], process: Process) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, process.tail(60)
        time.sleep(0.05)
