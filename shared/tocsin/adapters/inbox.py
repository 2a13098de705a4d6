import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.connection import BLOCK_MS
from tocsin.adapters.entry_ids import is_entry_id
from tocsin.errors import NotFoundError
from tocsin.ports.inbox import InboxMessage


KEPT = 1_000  # messages; a demo needs no more, and the store's memory is for articles

Entry = tuple[bytes, dict[bytes, bytes]]


class RedisInbox:
    """Messages in a stream, so that whoever watches can wait for the next one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, message: InboxMessage) -> None:
        with available():
            await self._redis.xadd(keys.INBOX, _fields(message), maxlen=KEPT, approximate=False)

    async def recent(self, limit: int) -> Sequence[InboxMessage]:
        with available():
            entries: Any = await self._redis.xrevrange(keys.INBOX, count=limit)
        return [_message(entry) for entry in entries]

    async def after(self, message_id: str, *, wait_s: float = 0) -> Sequence[InboxMessage]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        entries = await self._read(message_id or "0-0", None)
        while not entries and (remaining_ms := int((deadline - loop.time()) * 1000)) > 0:
            entries = await self._read(message_id or "0-0", min(remaining_ms, BLOCK_MS))
        return [_message(entry) for entry in entries]

    async def get(self, message_id: str) -> InboxMessage:
        if is_entry_id(message_id):
            with available():
                entries: Any = await self._redis.xrange(keys.INBOX, message_id, message_id)
            for entry in entries:
                return _message(entry)
        raise NotFoundError("message", message_id)

    async def _read(self, after: str, block_ms: int | None) -> Sequence[Entry]:
        with available():
            reply: Any = await self._redis.xread({keys.INBOX: after}, block=block_ms)
        return reply[0][1] if reply else ()


def _fields(message: InboxMessage) -> dict[Any, Any]:
    return {
        "kind": message.kind,
        "received_at": message.received_at.isoformat(),
        "recipient": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "raw": message.raw,
    }


def _message(entry: Entry) -> InboxMessage:
    entry_id, fields = entry
    return InboxMessage(
        id=entry_id.decode(),
        kind=fields[b"kind"].decode(),
        received_at=datetime.fromisoformat(fields[b"received_at"].decode()),
        recipient=fields[b"recipient"].decode(),
        subject=fields[b"subject"].decode(),
        text=fields[b"text"].decode(),
        html=fields[b"html"].decode(),
        raw=fields[b"raw"],
    )
