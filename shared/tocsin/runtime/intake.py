"""How entries come in: no more than can be handled at once, and through any fault of the store.

FastStream's subscribers read through ``Reader``, which they take for a client of the store.
Of themselves they would wait five seconds after each error, stop for good where a group is
gone, read without end what they cannot handle yet, and start a new group at its end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from tocsin.adapters.consumer_group import ConsumerGroup
from tocsin.runtime import metrics


log = structlog.get_logger()

# As redis-py answers them.
Entries = list[tuple[bytes, dict[bytes, bytes]]]
ReadReply = list[tuple[bytes, Entries]]
ClaimReply = tuple[bytes, Entries, list[bytes]]

FIRST_DELAY_S = 0.1
MAX_DELAY_S = 1.0


class Intake:
    """The way in for one subscriber: a slot for each entry that it may have in hand.

    ``problem`` says why the last read failed. ``read_at`` is when one last succeeded, by the
    event loop's clock.
    """

    def __init__(self, group: ConsumerGroup, slots: int) -> None:
        self.group = group
        self.problem: str | None = None
        self.read_at = 0.0
        self._slots = slots
        self._in_hand = 0
        self._free = asyncio.Semaphore(slots)
        self._delay_s = FIRST_DELAY_S
        self._closed = False

    async def read(self, fetch: Callable[[int], Awaitable[ReadReply]]) -> ReadReply:
        """Call ``fetch`` with how many entries there is room for; nothing where that fails."""
        room = await self._reserve()
        reply: ReadReply = []
        try:
            reply = await self._attempt(fetch, room) or []
        finally:
            self._take(room, sum(len(entries) for _, entries in reply))
        return reply

    async def claim(self, fetch: Callable[[int], Awaitable[ClaimReply]]) -> ClaimReply:
        """As ``read``, for entries that others left."""
        room = await self._reserve()
        reply: ClaimReply = (b"0-0", [], [])
        try:
            reply = await self._attempt(fetch, room) or reply
        finally:
            self._take(room, len(reply[1]))
        self._count(reply)
        return reply

    def release(self) -> None:
        """Give back the slot of an entry that is no longer in hand."""
        self._in_hand -= 1
        self._free.release()

    @property
    def full(self) -> bool:
        """Whether no read is due, since every slot is taken."""
        return self._in_hand >= self._slots

    def close(self) -> None:
        """Read no more; what is in hand goes on."""
        self._closed = True

    async def drained(self) -> None:
        """Wait until nothing is in hand, and no read is under way."""
        for _ in range(self._slots):
            await self._free.acquire()

    async def _reserve(self) -> int:
        """Wait for a free slot, and take all that are free."""
        await self._free.acquire()
        if self._closed:
            self._free.release()
            await asyncio.Event().wait()  # until the subscriber is stopped
        room = 1
        while room < self._slots and not self._free.locked():
            await self._free.acquire()
            room += 1
        return room

    def _take(self, reserved: int, entries: int) -> None:
        """Keep a slot for each entry that came, of those reserved."""
        self._in_hand += entries
        for _ in range(reserved - entries):
            self._free.release()

    async def _attempt(self, fetch: Callable[[int], Awaitable[Any]], room: int) -> Any:
        try:
            reply = await fetch(room)
        except (RedisError, OSError) as error:
            await self._bear(error)
            return None
        self._well()
        return reply

    async def _bear(self, error: Exception) -> None:
        """Note the error, mend what can be mended, and wait a little."""
        metrics.READ_ERRORS.labels(self.group.stream, self.group.group).inc()
        if self.problem is None:
            self._log("stream cannot be read", error=str(error))
        self.problem = str(error)
        if isinstance(error, ResponseError):
            await self._recreate()
        await asyncio.sleep(self._delay_s)
        self._delay_s = min(self._delay_s * 2, MAX_DELAY_S)

    async def _recreate(self) -> None:
        """Create the group where somebody deleted it, or its stream; read it from its beginning."""
        try:
            created = await self.group.ensure()
        except (RedisError, OSError) as error:
            self.problem = str(error)
            return
        if created:
            self._log("stream's group was gone, and is created anew")

    def _well(self) -> None:
        self.read_at = asyncio.get_running_loop().time()
        self._delay_s = FIRST_DELAY_S
        if self.problem is not None:
            self.problem = None
            log.info("stream is read again", stream=self.group.stream, group=self.group.group)

    def _count(self, reply: ClaimReply) -> None:
        _, taken_over, *rest = reply
        labels = (self.group.stream, self.group.group)
        metrics.RECLAIMED.labels(*labels).inc(len(taken_over))
        # The server drops pending entries whose content somebody deleted; it tells only once.
        vanished = rest[0] if rest else []
        if vanished:
            metrics.VANISHED.labels(*labels).inc(len(vanished))
            self._log("pending entries were deleted from the stream", entries=vanished)

    def _log(self, event: str, **fields: object) -> None:
        log.error(event, stream=self.group.stream, group=self.group.group, **fields)


class Reader:
    """The part of a redis client that FastStream's stream subscribers call, and no more."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._new: dict[tuple[str, str], Intake] = {}
        self._left: dict[tuple[str, str], Intake] = {}

    def add(self, *, new: Intake, left: Intake) -> None:
        """Serve a stream and group: entries never delivered, and those that others left."""
        self._new[new.group.stream, new.group.group] = new
        self._left[left.group.stream, left.group.group] = left

    async def ping(self) -> bool:
        return bool(await self._redis.ping())

    async def xgroup_create(self, *, name: str, groupname: str, id: str, mkstream: bool) -> None:  # noqa: A002 -- redis-py's name
        """Create the group at its stream's beginning, whatever ``id`` asks for."""
        await self._new[name, groupname].group.ensure()

    async def xreadgroup(
        self,
        *,
        groupname: str,
        consumername: str,
        streams: Mapping[str, str],
        count: int | None,
        block: int | None,
        noack: bool,
    ) -> ReadReply:
        ((stream, position),) = streams.items()

        async def fetch(room: int) -> ReadReply:
            reply = await self._redis.xreadgroup(
                groupname, consumername, {stream: position}, count=room, block=block
            )
            return cast("ReadReply", reply)

        return await self._new[stream, groupname].read(fetch)

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
        async def fetch(room: int) -> ClaimReply:
            reply = await self._redis.xautoclaim(
                name, groupname, consumername, min_idle_time, start_id, count=room
            )
            return cast("ClaimReply", reply)

        return await self._left[name, groupname].claim(fetch)
