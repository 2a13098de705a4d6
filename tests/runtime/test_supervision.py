"""The parts of a process, watched and ended together."""

import asyncio
import os
import signal
from collections.abc import MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tocsin.errors import StoreUnavailableError
from tocsin.runtime import supervision


@pytest.mark.parametrize(
    "error", [RedisConnectionError("refused"), StoreUnavailableError("loading"), BrokenPipeError()]
)
async def test_a_part_that_lost_the_store_is_started_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "RESTART_AFTER_S", 0)
    runs = 0

    async def part() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise error

    await supervision.persistently(part)

    assert runs == 3


async def test_a_part_that_fails_otherwise_is_not_started_again() -> None:
    async def part() -> None:
        raise KeyError("colour")

    with pytest.raises(KeyError):
        await supervision.persistently(part)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_tells_to_stop(number: signal.Signals) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    with supervision.stop_signals() as stop:
        tasks = supervision.start([("forever", forever)])
        os.kill(os.getpid(), number)

        assert await supervision.first_to_end(tasks, stop) is None
        await supervision.cancel(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_parts_of_one_name_are_all_run() -> None:
    runs: list[str] = []

    async def poll(source: str) -> None:
        runs.append(source)

    parts = [partial(poll, "a"), partial(poll, "b")]
    await asyncio.wait(supervision.start((supervision.name_of(part), part) for part in parts))

    assert runs == ["a", "b"]
    assert {supervision.name_of(part) for part in parts} == {poll.__qualname__}


async def test_parts_are_finished_at_once_and_none_hinders_another(
    logged: list[MutableMapping[str, Any]],
) -> None:
    finished: list[str] = []

    async def quick() -> None:
        finished.append("quick")

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def fails() -> None:
        raise KeyError("colour")

    await supervision.finish([hangs, fails, quick], within_s=0.05)

    assert finished == ["quick"]
    assert {entry["event"] for entry in logged} == {
        "task did not finish in time",
        "task failed to finish",
    }


async def test_a_part_that_swallows_a_cancellation_is_cancelled_again(
    logged: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "CANCEL_TIMEOUT_S", 1)

    async def swallow() -> None:
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.Event().wait()

    tasks = supervision.start([("swallow", swallow)])
    await asyncio.sleep(0)
    await supervision.cancel(tasks)

    assert tasks[0].cancelled()
    assert not logged


async def test_a_part_that_does_not_end_is_named(
    logged: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "CANCEL_TIMEOUT_S", 0.05)
    may_end = asyncio.Event()

    async def stubborn() -> None:
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue

    tasks = supervision.start([("stubborn", stubborn)])
    await asyncio.sleep(0)
    await supervision.cancel(tasks)

    assert [(entry["event"], entry["task"]) for entry in logged] == [
        ("task does not end", "stubborn")
    ]
    may_end.set()
    await asyncio.wait(tasks)
