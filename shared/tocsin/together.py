"""What is asked of the store at about the same time goes there together: one round trip, one sync.

A question is never answered by what was read before it was asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar


Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """Gathers questions until the event loop has had a turn, and while earlier ones are under way.

    Args:
        answer: returns the answers in the questions' order; an exception among them is raised
            to whoever asked that one. What it raises itself, all who asked get.
        under_way: how many groups may be on their way at once; who asks meanwhile waits, and
            goes with all others that wait.
        most: questions in one group.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        under_way: int = 1,
        most: int = 1_000,
    ) -> None:
        self._answer = answer
        self._free = under_way
        self._most = most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._woken = False
        # Of tasks the event loop keeps no more than a weak reference.
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """Return the answer.

        Raises:
            Exception: what ``answer`` raised, or had for this question.
        """
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, answered))
        if not self._woken:
            # After all that are ready now have had their turn, and may have asked as well.
            self._woken = True
            loop.call_soon(self._send)
        return await answered

    def _send(self) -> None:
        self._woken = False
        while self._waiting and self._free:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._free -= 1
            task = asyncio.create_task(self._settle(group))
            self._tasks.add(task)
            task.add_done_callback(self._settled)

    def _settled(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._free += 1
        self._send()

    async def _settle(self, group: Sequence[tuple[Question, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._answer([question for question, _ in group])
        except BaseException as error:
            for _, answered in group:
                _fail(answered, error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, answered), answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                _fail(answered, answer)
            elif not answered.done():  # else whoever asked has given up
                answered.set_result(answer)


def _fail(answered: "asyncio.Future[Answer]", error: BaseException) -> None:
    if answered.done():
        return
    if isinstance(error, asyncio.CancelledError):
        answered.cancel()
    else:
        answered.set_exception(error)
