"""A few processes that work for this one, and end with it."""

import asyncio
import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from tocsin.errors import TocsinError


Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Worker(Generic[Task, Answer]):
    """A process that has at most one task in hand, so that neither end waits for the other."""

    process: BaseProcess
    pipe: Connection

    def give(self, task: Task) -> None:
        """Hand over a task.

        Raises:
            TocsinError: the process has ended.
        """
        try:
            self.pipe.send(task)
        except OSError as error:
            raise self._ended() from error

    def take(self) -> Answer:
        """Wait for the answer.

        Raises:
            TocsinError: the process has ended.
        """
        try:
            answer: Answer = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._ended() from error
        return answer

    def _ended(self) -> TocsinError:
        self.process.join(1)
        return TocsinError(
            f"a process at work has ended (exit code {self.process.exitcode}): "
            "where memory is short take fewer --jobs"
        )


@contextmanager
def crew(
    make: Callable[[], Callable[[Task], Answer]], size: int
) -> Iterator[Sequence[Worker[Task, Answer]]]:
    """Yield so many processes; ``make`` is called in each, and what it returns does the work.

    It, the tasks and the answers are sent, so they must be what pickle takes.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_worker(make)) for _ in range(size)]


def in_turn(workers: Sequence[Worker[Task, Answer]], tasks: Iterable[Task]) -> Iterator[Answer]:
    """Yield the answers in the order of the tasks, of which as many are under way as there are workers."""
    idle = deque(workers)
    busy: deque[Worker[Task, Answer]] = deque()
    for task in tasks:
        done: list[Answer] = []
        if not idle:
            idle.append(busy.popleft())
            done.append(idle[0].take())
        worker = idle.popleft()
        worker.give(task)
        busy.append(worker)
        yield from done
    for worker in busy:
        yield worker.take()


async def in_turn_meanwhile(
    workers: Sequence[Worker[Task, Answer]], tasks: AsyncIterable[Task]
) -> AsyncIterator[Answer]:
    """Do what ``in_turn`` does, and let others run while we wait."""
    idle = deque(workers)
    busy: deque[Worker[Task, Answer]] = deque()
    async for task in tasks:
        done: list[Answer] = []
        if not idle:
            idle.append(busy.popleft())
            done.append(await asyncio.to_thread(idle[0].take))
        worker = idle.popleft()
        worker.give(task)
        busy.append(worker)
        for answer in done:
            yield answer
    for worker in busy:
        yield await asyncio.to_thread(worker.take)


@contextmanager
def _worker(make: Callable[[], Callable[[Task], Answer]]) -> Iterator[Worker[Task, Answer]]:
    # A new interpreter, not a fork: it has no other end of any pipe, so that it ends with us.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(make, theirs), daemon=True)
    with _interrupts_ignored():  # a new interpreter goes on with it, from its first moment
        process.start()
    theirs.close()
    try:
        yield Worker(process, ours)
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


def _work(make: Callable[[], Callable[[Task], Answer]], pipe: Connection) -> None:
    work = make()
    gc.collect()
    gc.freeze()  # what it needs stays, and need not be looked through again and again
    while True:
        try:
            pipe.send(work(pipe.recv()))
        except (EOFError, BrokenPipeError):
            return
