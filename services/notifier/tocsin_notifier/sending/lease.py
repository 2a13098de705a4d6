import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType


class KeptLease:
    """Renews a lease again and again while it is entered.

    Most are left before the first time, so it is no more than a timer until then.
    """

    def __init__(self, renew: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._renew = renew
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every_s, self._begin)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._again_and_again())

    async def _again_and_again(self) -> None:
        while True:
            await self._renew()
            await asyncio.sleep(self._every_s)
