"""Keeping real processes running, and ending them."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tocsin.errors import StartError
from tocsin_cli.adapters.keeper import Keeper
from tocsin_cli.adapters.spawning import Launch
from tocsin_cli.adapters.supervisor import Supervisor
from tocsin_cli.supervision.plan import Child


class Watcher:
    """A screen that remembers, and lets one wait for what it was told."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.ends: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    def line(self, name: str, text: str) -> None:
        self.lines.put_nowait(text)

    def note(self, text: str) -> None: ...

    def ended(self, name: str, why: str, again_in_s: float) -> None:
        self.ends.put_nowait((why, again_in_s))

    def waiting(self, what: str) -> None: ...

    def ready(self, children: Sequence[Child], took_s: float) -> None: ...


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def python(code: str) -> Launch:
    return Launch("child", (sys.executable, "-u", "-c", code))


SLEEPER = "import os, time; print(os.getpid()); time.sleep(60)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print(os.getpid()); time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(60)']); print(child.pid); child.wait()"
)


async def test_what_a_process_writes_is_told_line_by_line(watcher: Watcher) -> None:
    code = "import sys; print('a\\nb'); sys.stderr.write('c'); sys.exit(2)"
    keeper = Keeper(python(code), watcher)

    with pytest.raises(StartError):
        await keeper.run()

    assert [watcher.lines.get_nowait() for _ in range(3)] == ["a", "b", "c"]


async def test_a_process_that_was_killed_is_started_again(watcher: Watcher) -> None:
    keeper = Keeper(python(SLEEPER), watcher)
    running = asyncio.create_task(keeper.run())
    first = int(await watcher.lines.get())

    os.kill(first, signal.SIGKILL)

    assert await watcher.ends.get() == ("ended by SIGKILL", 0.2)
    second = int(await watcher.lines.get())
    assert second != first
    keeper.tell_to_stop()
    await running
    assert keeper.pid is None


async def test_one_that_ends_at_once_is_started_ever_later(watcher: Watcher) -> None:
    keeper = Keeper(python("raise SystemExit(1)"), watcher)
    running = asyncio.create_task(keeper.run())

    ends = [await watcher.ends.get() for _ in range(3)]
    keeper.tell_to_stop()
    await running

    assert ends == [("ended with code 1", delay) for delay in (0.2, 0.4, 0.8)]


async def test_one_that_refuses_a_setting_is_not_started_again(watcher: Watcher) -> None:
    code = "import sys; sys.stderr.write('TOCSIN_PORT: no number'); sys.exit(2)"

    with pytest.raises(StartError, match="child does not start: TOCSIN_PORT: no number"):
        await Keeper(python(code), watcher).run()


async def test_one_that_must_start_and_does_not_is_explained(watcher: Watcher) -> None:
    keeper = Keeper(
        python("print('no disk'); raise SystemExit(1)"),
        watcher,
        explain=lambda tail, code: f"{tail[-1]}, {code}",
        must_start=True,
    )

    with pytest.raises(StartError, match="no disk, 1"):
        await keeper.run()


async def test_one_that_was_established_is_started_again(watcher: Watcher) -> None:
    keeper = Keeper(python(SLEEPER), watcher, must_start=True)
    running = asyncio.create_task(keeper.run())
    first = int(await watcher.lines.get())
    keeper.established()

    os.kill(first, signal.SIGKILL)

    assert int(await watcher.lines.get()) != first
    keeper.tell_to_stop()
    await running


async def test_what_a_process_leaves_behind_ends_with_it(watcher: Watcher) -> None:
    keeper = Keeper(python(WITH_CHILD), watcher)
    running = asyncio.create_task(keeper.run())
    grandchild = int(await watcher.lines.get())
    assert keeper.pid is not None

    os.kill(keeper.pid, signal.SIGKILL)
    await watcher.ends.get()

    await wait_until_gone(grandchild)
    keeper.tell_to_stop()
    await running


async def test_groups_stop_one_after_the_other_and_late_ones_are_killed(watcher: Watcher) -> None:
    late, quick = Keeper(python(STUBBORN), watcher), Keeper(python(SLEEPER), watcher)
    supervisor = Supervisor(watcher, grace_s=0.2)
    async with supervisor.running([[late], [quick]]):
        pids = [int(await watcher.lines.get()) for _ in range(2)]

    for pid in pids:
        await wait_until_gone(pid)
    assert watcher.ends.empty()


async def test_a_process_that_refuses_to_start_ends_the_work_and_the_others(
    watcher: Watcher,
) -> None:
    refusing = Keeper(python("raise SystemExit(2)"), watcher)
    other = Keeper(python(SLEEPER), watcher)
    supervisor = Supervisor(watcher, grace_s=20)

    async def work() -> None:
        async with supervisor.running([[other, refusing]]):
            await asyncio.Event().wait()

    with pytest.raises(StartError):
        await supervisor.run(work())
    assert other.pid is None


async def test_sigterm_ends_the_work_and_its_processes(watcher: Watcher) -> None:
    keeper = Keeper(python(SLEEPER), watcher)
    supervisor = Supervisor(watcher, grace_s=20)

    async def work() -> None:
        async with supervisor.running([[keeper]]):
            await watcher.lines.get()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

    await supervisor.run(work())

    assert keeper.pid is None


async def test_a_second_ctrl_c_kills(watcher: Watcher) -> None:
    keeper = Keeper(python(STUBBORN), watcher)
    supervisor = Supervisor(watcher, grace_s=60)
    stubborn = asyncio.Event()

    async def work() -> None:
        async with supervisor.running([[keeper]]):
            await watcher.lines.get()
            stubborn.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(supervisor.run(work()))
    await stubborn.wait()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(20):
        await running

    assert keeper.pid is None


async def wait_until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_running(pid):  # noqa: ASYNC110 -- it is no child of ours
            await asyncio.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
