"""Runs work that needs processes, until it is done, told to stop, or one of them refuses to start."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress

from tocsin.errors import StartError
from tocsin_cli.adapters.keeper import Keeper
from tocsin_cli.supervision.screen import Screen


class Supervisor:
    """Cancels the work at the first Ctrl-C or SIGTERM, so that it ends its processes in good order.

    At the second it kills them, and one that takes longer than ``grace_s`` to end.
    """

    def __init__(self, screen: Screen, *, grace_s: float) -> None:
        self._screen = screen
        self._grace_s = grace_s
        self._keepers: list[Keeper] = []
        self._error: StartError | None = None
        self._work: asyncio.Task[None] | None = None
        self._told = False

    async def run(self, work: Coroutine[object, object, None]) -> None:
        """Return once the work is done, or was told to stop and everything has ended.

        Raises:
            StartError: a process refuses to start.
        """
        loop = asyncio.get_running_loop()
        self._work = loop.create_task(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._tell)
        try:
            with suppress(asyncio.CancelledError):
                await self._work
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
        if self._error is not None:
            raise self._error

    @asynccontextmanager
    async def running(self, groups: Sequence[Sequence[Keeper]]) -> AsyncIterator[None]:
        """Keep processes running; at the end stop each group after the one before it has ended."""
        tasks = {
            keeper: asyncio.create_task(self._keep(keeper)) for group in groups for keeper in group
        }
        self._keepers += tasks
        try:
            yield
        finally:
            for group in groups:
                await self._stop(group, [tasks[keeper] for keeper in group])

    async def _keep(self, keeper: Keeper) -> None:
        try:
            await keeper.run()
        except StartError as error:
            self._error = self._error or error
            self._cancel()

    async def _stop(self, group: Sequence[Keeper], tasks: Sequence[asyncio.Task[None]]) -> None:
        for keeper in group:
            keeper.tell_to_stop()
        _, late = await asyncio.wait(tasks, timeout=self._grace_s)
        if late:
            for keeper in group:
                keeper.kill()
            await asyncio.wait(late)

    def _tell(self) -> None:
        if self._told:
            for keeper in self._keepers:
                keeper.kill()
            return
        self._told = True
        self._screen.waiting("stopping; Ctrl-C again to kill")
        self._cancel()

    def _cancel(self) -> None:
        # Once is enough: a second cancellation would interrupt the stopping itself.
        if self._work is not None and not self._work.cancelling():
            self._work.cancel()
