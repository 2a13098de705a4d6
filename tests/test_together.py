"""Questions that are asked at about the same time."""

import asyncio
from collections.abc import Sequence

import pytest

from tocsin.together import Together


class Oracle:
    """Answers a number with its square, and 13 with an error."""

    def __init__(self) -> None:
        self.groups: list[Sequence[int]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def answer(self, questions: Sequence[int]) -> Sequence[int | Exception]:
        self.groups.append(questions)
        await self.may_answer.wait()
        return [ValueError("unlucky") if each == 13 else each * each for each in questions]


async def test_those_who_ask_in_one_turn_are_answered_together() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)

    answers = await asyncio.gather(*map(together.ask, (1, 2, 3)))

    assert answers == [1, 4, 9]
    assert oracle.groups == [[1, 2, 3]]


async def test_who_asks_while_others_are_answered_is_answered_by_a_later_look() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    together = Together(oracle.answer)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(together.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0.01)

    assert oracle.groups == [[1]]
    oracle.may_answer.set()

    assert await asyncio.gather(first, *later) == [1, 4, 9]
    assert oracle.groups == [[1], [2, 3]]


async def test_an_error_is_the_askers_alone() -> None:
    together = Together(Oracle().answer)

    answers = await asyncio.gather(*map(together.ask, (2, 13, 3)), return_exceptions=True)

    assert answers[0] == 4
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 9


async def test_what_goes_wrong_with_all_is_told_to_all_and_the_next_are_answered() -> None:
    calls = 0

    async def broken_once(questions: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("away")
        return questions

    together = Together(broken_once)

    answers = await asyncio.gather(*map(together.ask, (1, 2)), return_exceptions=True)

    assert [type(each) for each in answers] == [OSError, OSError]
    assert await together.ask(5) == 5


async def test_who_gives_up_takes_nobodys_answer_away() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    together = Together(oracle.answer)
    impatient, patient = (asyncio.create_task(together.ask(number)) for number in (2, 3))
    await asyncio.sleep(0.01)

    impatient.cancel()
    oracle.may_answer.set()

    assert await patient == 9
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_group_is_no_larger_than_wanted() -> None:
    oracle = Oracle()
    together = Together(oracle.answer, most=2)

    await asyncio.gather(*map(together.ask, range(5)))

    assert oracle.groups == [[0, 1], [2, 3], [4]]
