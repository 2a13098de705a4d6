"""Processes that work for this one."""

import os
from collections.abc import AsyncIterator

import pytest

from rig.labours import ending, squaring
from tocsin.errors import TocsinError
from tocsin.runtime.crew import crew, in_turn, in_turn_meanwhile


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


@pytest.mark.slow
def test_several_work_and_the_answers_come_in_order() -> None:
    with crew(squaring, 2) as workers:
        found = list(in_turn(workers, range(9)))

    assert [square for square, _ in found] == [number * number for number in range(9)]
    assert len({process for _, process in found} - {os.getpid()}) == 2


@pytest.mark.slow
async def test_others_may_run_while_they_work() -> None:
    with crew(squaring, 2) as workers:
        found = [square async for square, _ in in_turn_meanwhile(workers, numbers(9))]

    assert found == [number * number for number in range(9)]


@pytest.mark.slow
def test_one_that_ends_at_work_is_told() -> None:
    with crew(ending, 1) as workers, pytest.raises(TocsinError, match="exit code 3"):
        list(in_turn(workers, [3]))


@pytest.mark.slow
def test_they_end_with_us() -> None:
    with crew(squaring, 2) as workers:
        processes = [worker.process for worker in workers]
        assert all(process.is_alive() for process in processes)

    assert not any(process.is_alive() for process in processes)
