"""Lines answered in this process, or by several at once; either way in their order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tocsin.runtime.crew import crew, in_turn
from tocsin_cli.matching.lines import LineError
from tocsin_cli.pushing.batches import NumberedLine


class Answerer(Protocol):
    def answers(self, lines: Sequence[bytes]) -> Sequence[dict[str, Any] | LineError]:
        """Answer each line, or say why it cannot be taken."""
        ...


class Recipe(Protocol):
    """What an answerer is made of; it can be sent to another process."""

    def answerer(self) -> Answerer: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """``problem`` is (field, what is wrong) where there is no answer."""

    number: int
    answer: dict[str, Any] | None
    problem: tuple[str, str] = ("", "")


Batch = Sequence[NumberedLine]


Answers = Callable[[Iterable[Batch]], Iterator[Sequence[Answered]]]


@contextmanager
def answering(recipe: Recipe, jobs: int) -> Iterator[Answers]:
    """Yield what answers batches of lines in their order."""
    if jobs == 1:
        answerer = recipe.answerer()
        yield lambda batches: (_answers(answerer, batch) for batch in batches)
        return
    with crew(partial(_made, recipe), jobs) as workers:
        yield lambda batches: in_turn(workers, batches)


def _made(recipe: Recipe) -> Callable[[Batch], Sequence[Answered]]:
    return partial(_answers, recipe.answerer())


def _answers(answerer: Answerer, batch: Batch) -> Sequence[Answered]:
    answers = answerer.answers([line.text for line in batch])
    return [_answered(line, answer) for line, answer in zip(batch, answers, strict=True)]


def _answered(line: NumberedLine, answer: dict[str, Any] | LineError) -> Answered:
    if isinstance(answer, LineError):
        return Answered(line.number, None, (answer.where, answer.problem))
    return Answered(line.number, answer)
