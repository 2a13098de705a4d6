"""How entries come in: no more than can be handled at once, and through any fault of the store.

FastStream's subscribers read through ``reader``, which leads here. Of themselves they would
wait five seconds after each error, stop for good where a group is gone, and read without
end what they cannot handle yet.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError, ResponseError

from tocsin.adapters.consumer_group import Claimed, ClaimedEntry, ConsumerGroup
from tocsin.errors import StoreUnavailableError
from tocsin.runtime import metrics


log = structlog.get_logger()

T = TypeVar("T")

# As redis-py answers it.
ReadReply = list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]
# Reads up to so many entries, and waits up to so many milliseconds for the first.
Fetch = Callable[[int, int], Awaitable[ReadReply]]
Before = Callable[[], Awaitable[None]]

FIRST_DELAY_S = 0.1
MAX_DELAY_S = 1.0
# How long a read may wait for entries while one that was abandoned waits for it to end.
HURRIED_BLOCK_MS = 10


class Isolation:
    """Lets one entry be in hand alone in this process.

    An entry whose consumer died may have killed it. Handled alone, it can take no other
    entry down with it, and whoever dies with it in hand died of it.

    ``wanted`` tells that there are such entries.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._lock = asyncio.Lock()
        self._intakes: list[Intake] = []

    def add(self, intake: "Intake") -> None:
        self._intakes.append(intake)

    @property
    def taken(self) -> bool:
        return self._lock.locked()

    async def enter(self) -> None:
        """Wait until nothing is in hand and nothing being read, and keep it so."""
        await self._lock.acquire()
        for intake in self._intakes:
            await intake.drain()

    def leave(self) -> None:
        for intake in self._intakes:
            intake.refill()
        self._lock.release()


class Intake:
    """The way in for one subscriber: a slot for each entry that it may have in hand.

    ``before`` is done after each read that brought entries, before these are handed over.
    ``problem`` says why the last read failed. ``read_at`` is when one last succeeded, by the
    event loop's clock. ``deliveries`` tells how often an entry in hand was delivered, where
    that is more than once.
    """

    def __init__(
        self, group: ConsumerGroup, slots: int, isolation: Isolation, before: Before | None = None
    ) -> None:
        self.group = group
        self.problem: str | None = None
        self.read_at = 0.0
        self.deliveries: dict[bytes, int] = {}
        self._before = before
        self._is_before = False
        self._slots = slots
        self._free = asyncio.Semaphore(slots)
        self._in_hand = 0
        self._isolation = isolation
        self._isolated = False
        self._delay_s = FIRST_DELAY_S
        self._closed = False
        isolation.add(self)

    @property
    def full(self) -> bool:
        """Whether no read is due, since there is no slot for what it would bring."""
        return self._in_hand >= self._slots or self._is_before or self._isolation.taken

    async def read(self, fetch: Fetch, block_ms: int) -> ReadReply:
        """Return what ``fetch`` brings; nothing where that fails."""
        room = await self._reserve()
        reply: ReadReply | None = None
        try:
            wait_ms = HURRIED_BLOCK_MS if self._isolation.wanted else block_ms
            found = await self._attempt(fetch(room, wait_ms))
            if found:
                await self._do_before()
            reply = found
        finally:
            self._take(room, sum(len(entries) for _, entries in reply or ()))
        return reply or []

    async def claim(self, min_idle_ms: int) -> tuple[ClaimedEntry, ...]:
        """Take over what was set aside and is due; else one abandoned entry, in isolation."""
        room = await self._reserve()
        claimed: Claimed | None = None
        try:
            found = await self._attempt(self.group.claim_set_aside(min_idle_ms, room))
            if found and found.entries:
                await self._do_before()
            claimed = found
        finally:
            self._take(room, len(claimed.entries) if claimed else 0)
        self._isolation.wanted = bool(claimed and claimed.more_abandoned)
        if claimed and not claimed.entries and claimed.more_abandoned:
            claimed = await self._claim_in_isolation(min_idle_ms)
        return self._noted(claimed) if claimed else ()

    def release(self, entry_id: bytes) -> None:
        """Give back the slot of an entry that is no longer in hand."""
        self.deliveries.pop(entry_id, None)
        self._in_hand -= 1
        if self._isolated:
            self._isolated = False
            self._isolation.leave()
        else:
            self._free.release()

    def close(self) -> None:
        """Read no more; what is in hand goes on."""
        self._closed = True

    async def drain(self) -> None:
        """Take all slots: nothing is in hand then, and no read is under way."""
        for _ in range(self._slots):
            await self._free.acquire()

    def refill(self) -> None:
        for _ in range(self._slots):
            self._free.release()

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

    async def _claim_in_isolation(self, min_idle_ms: int) -> Claimed | None:
        await self._isolation.enter()
        claimed: Claimed | None = None
        try:
            if not self._closed:
                found = await self._attempt(self.group.claim_abandoned(min_idle_ms))
                if found and found.entries:
                    await self._do_before()
                claimed = found
        finally:
            self._isolated = bool(claimed and claimed.entries)
            self._in_hand += self._isolated
            if not self._isolated:
                self._isolation.leave()
        return claimed

    async def _do_before(self) -> None:
        """Wait for it as long as the store is away: nobody could finish with an entry meanwhile."""
        if self._before is None:
            return
        self._is_before = True
        try:
            while True:
                try:
                    await self._before()
                except (RedisError, OSError, StoreUnavailableError) as error:
                    await self._bear(error)
                else:
                    self._well()
                    return
        finally:
            self._is_before = False

    async def _attempt(self, call: Awaitable[T]) -> T | None:
        try:
            reply = await call
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

    def _noted(self, claimed: Claimed) -> tuple[ClaimedEntry, ...]:
        labels = (self.group.stream, self.group.group)
        self.deliveries |= {entry.entry_id: entry.deliveries for entry in claimed.entries}
        metrics.RECLAIMED.labels(*labels).inc(len(claimed.entries))
        if claimed.vanished:
            metrics.VANISHED.labels(*labels).inc(len(claimed.vanished))
            self._log("pending entries were deleted from the stream", entries=claimed.vanished)
        return claimed.entries

    def _log(self, event: str, **fields: object) -> None:
        log.error(event, stream=self.group.stream, group=self.group.group, **fields)
