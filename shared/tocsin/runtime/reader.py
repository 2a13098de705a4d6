"""What FastStream's subscribers take for a client of the store."""

from collections.abc import Mapping
from typing import cast

from faststream.redis.configs import ConnectionState
from redis.asyncio import Redis

from tocsin.runtime.intake import Intake, ReadReply


# A cursor, entries, and ids of deleted entries, which are dealt with already.
ClaimReply = tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]], list[bytes]]
FROM_THE_START = b"0-0"


class Reader:
    """The part of a redis client that stream subscribers call, and no more."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._new: dict[tuple[str, str], Intake] = {}
        self._left: dict[tuple[str, str], Intake] = {}

    def add(self, *, new: Intake, left: Intake) -> None:
        """Serve a stream and group: entries never delivered, and those that were."""
        self._new[new.group.stream, new.group.group] = new
        self._left[left.group.stream, left.group.group] = left

    async def ping(self) -> bool:
        return bool(await self._redis.ping())

    async def xgroup_create(self, *, name: str, groupname: str, id: str, mkstream: bool) -> None:  # noqa: A002 -- redis-py's name
        """Create the group at its stream's beginning; FastStream asks for its end."""
        await self._new[name, groupname].group.ensure()

    async def xreadgroup(
        self,
        *,
        groupname: str,
        consumername: str,
        streams: Mapping[str, str],
        count: int | None,
        block: int,
        noack: bool,
    ) -> ReadReply:
        """Read as many as there is room for; FastStream asks for all there are."""
        ((stream, position),) = streams.items()

        async def fetch(room: int, block_ms: int) -> ReadReply:
            reply = await self._redis.xreadgroup(
                groupname, consumername, {stream: position}, count=room, block=block_ms
            )
            return cast("ReadReply", reply)

        return await self._new[stream, groupname].read(fetch, block)

    async def xautoclaim(
        self,
        *,
        name: str,
        groupname: str,
        consumername: str,
        min_idle_time: int,
        start_id: bytes,
        count: int | None,
    ) -> ClaimReply:
        claimed = await self._left[name, groupname].claim(min_idle_time)
        return FROM_THE_START, [(entry.entry_id, entry.fields) for entry in claimed], []


class GivenReader(ConnectionState[Reader]):
    """A connection that is always there, and belongs to somebody else."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._client = reader

    async def connect(self) -> Reader:
        self._connected = True
        return self.client

    async def disconnect(self) -> None:
        self._connected = False
