import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from tocsin.errors import NotFoundError
from tocsin.ports.inbox import InboxMessage


class FakeInbox:
    def __init__(self, kept: int = 1_000) -> None:
        self._kept = kept
        self._count = 0
        self._messages: list[InboxMessage] = []
        self._came = asyncio.Event()

    async def add(self, message: InboxMessage) -> None:
        self._count += 1
        self._messages.append(replace(message, id=f"{self._count}-0"))
        del self._messages[: -self._kept]
        self._came.set()

    async def recent(self, limit: int) -> Sequence[InboxMessage]:
        return self._messages[::-1][:limit]

    async def after(self, message_id: str, *, wait_s: float = 0) -> Sequence[InboxMessage]:
        if not self._after(message_id):
            self._came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._came.wait()
        return self._after(message_id)

    async def get(self, message_id: str) -> InboxMessage:
        for message in self._messages:
            if message.id == message_id:
                return message
        raise NotFoundError("message", message_id)

    def _after(self, message_id: str) -> Sequence[InboxMessage]:
        return [each for each in self._messages if _order(each.id) > _order(message_id or "0-0")]


def _order(message_id: str) -> int:
    return int(message_id.partition("-")[0])
