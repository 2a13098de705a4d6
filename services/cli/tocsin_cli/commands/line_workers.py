"""Lines answered in this process, or by several at once; either way in their order."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from tocsin.errors import TocsinError
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
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(recipe)) for _ in range(jobs)]
        yield lambda batches: _in_turn(workers, batches)


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that has at most one batch in hand, so that neither end waits for the other."""

    process: BaseProcess
    pipe: Connection

    def give(self, batch: Batch) -> None:
        try:
            self.pipe.send(batch)
        except OSError as error:
            raise self._ended() from error

    def take(self) -> Sequence[Answered]:
        try:
            answers: Sequence[Answered] = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._ended() from error
        return answers

    def _ended(self) -> TocsinError:
        self.process.join(1)
        return TocsinError(
            f"a process at work has ended (exit code {self.process.exitcode}): "
            "where memory is short take fewer --jobs"
        )


def _in_turn(workers: Sequence[_Worker], batches: Iterable[Batch]) -> Iterator[Sequence[Answered]]:
    idle = deque(workers)
    busy: deque[_Worker] = deque()
    for batch in batches:
        done: Sequence[Answered] | None = None
        if not idle:
            idle.append(busy.popleft())
            done = idle[0].take()
        worker = idle.popleft()
        worker.give(batch)
        busy.append(worker)
        if done is not None:
            yield done
    for worker in busy:
        yield worker.take()


@contextmanager
def _worker(recipe: Recipe) -> Iterator[_Worker]:
    # A new interpreter, not a fork: it has no other end of any pipe, so that it ends with us.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(recipe, theirs), daemon=True)
    with _interrupts_ignored():  # a new interpreter goes on with it, from its first moment
        process.start()
    theirs.close()
    try:
        yield _Worker(process, ours)
    finally:
        ours.close()
        process.terminate()
        process.join()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C reaches the whole group; only the process that started the others acts on it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(recipe: Recipe, pipe: Connection) -> None:
    answerer = recipe.answerer()
    while True:
        try:
            pipe.send(_answers(answerer, pipe.recv()))
        except (EOFError, BrokenPipeError):
            return


def _answers(answerer: Answerer, batch: Batch) -> Sequence[Answered]:
    answers = answerer.answers([line.text for line in batch])
    return [_answered(line, answer) for line, answer in zip(batch, answers, strict=True)]


def _answered(line: NumberedLine, answer: dict[str, Any] | LineError) -> Answered:
    if isinstance(answer, LineError):
        return Answered(line.number, None, (answer.where, answer.problem))
    return Answered(line.number, answer)
