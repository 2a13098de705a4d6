from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tocsin.adapters.availability import available
from tocsin.adapters.consumer_group import SET_ASIDE
from tocsin.events import EXPECTED_GROUPS
from tocsin.ports.streams import GroupStatus


# A consumer asks for entries every second; one that has not asked for so long is gone.
SILENCE_MS = 60_000


class RedisStreamStatus:
    def __init__(self, redis: Redis, streams: Sequence[str] = tuple(EXPECTED_GROUPS)) -> None:
        self._redis = redis
        self._streams = streams

    async def groups(self) -> Sequence[GroupStatus]:
        with available():
            now_s, now_us = await self._redis.time()
            now_ms = now_s * 1_000 + now_us // 1_000
            return [
                await self._status(stream, group, now_ms)
                for stream in self._streams
                for group in await self._groups_of(stream)
            ]

    async def lengths(self) -> dict[str, int]:
        """Return how many entries each stream of ours holds."""
        with available():
            return {stream: await self._redis.xlen(stream) for stream in self._streams}

    async def _groups_of(self, stream: str) -> Sequence[dict[str, Any]]:
        try:
            groups: Sequence[dict[str, Any]] = await self._redis.xinfo_groups(stream)
        except ResponseError as error:
            if "no such key" in str(error):
                return ()
            raise
        return groups

    async def _consumers(self, stream: str, group: bytes) -> int:
        consumers: Sequence[dict[str, Any]] = await self._redis.xinfo_consumers(stream, group)
        return sum(map(_is_at_work, consumers))

    async def _status(self, stream: str, group: dict[str, Any], now_ms: int) -> GroupStatus:
        name: bytes = group["name"]
        read_up_to: bytes = group["last-delivered-id"]
        pending = await self._redis.xpending(stream, name)
        unread = await self._redis.xrange(stream, min=b"(" + read_up_to, count=1)
        return GroupStatus(
            stream=stream,
            group=name.decode(),
            length=await self._redis.xlen(stream),
            lag=group["lag"],
            pending=group["pending"],
            oldest_pending_s=_age_s(pending["min"], now_ms),
            consumers=await self._consumers(stream, name),
            oldest_unread_s=_age_s(cast("bytes", unread[0][0]) if unread else None, now_ms),
        )


def _is_at_work(consumer: dict[str, Any]) -> bool:
    return bool(consumer["name"] != SET_ASIDE.encode() and consumer["idle"] < SILENCE_MS)


def _age_s(entry_id: bytes | None, now_ms: int) -> float:
    """Return how long ago an entry was published: its id tells."""
    if entry_id is None:
        return 0.0
    return max(now_ms - int(entry_id.split(b"-")[0]), 0) / 1_000
