"""One consumer's part in a group of a stream: everything done to an entry is one fenced script.

Fenced: it happens only while this consumer owns the entry. One that was slow or thought
dead, and whose entry another consumer claimed, changes nothing when it wakes.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import chain

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tocsin.adapters import keys
from tocsin.adapters.dead_letters import Burial, letter_fields
from tocsin.adapters.scripts import script


class ConsumerGroup:
    """Every method raises redis.RedisError or OSError where the store cannot be asked."""

    def __init__(self, redis: Redis, stream: str, group: str, consumer: str) -> None:
        self.stream = stream
        self.group = group
        self.consumer = consumer
        self._redis = redis
        self._commit = script(redis, "commit_entry")
        self._bury = script(redis, "bury_entry")
        self._back_off = script(redis, "back_off_entry")
        self._release = script(redis, "release_entries")

    async def ensure(self) -> bool:
        """Create the group, and the stream, where they are missing; tell whether they were.

        The group starts at the very first entry: what was published before it is read too.
        """
        try:
            await self._redis.xgroup_create(self.stream, self.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            return False
        return True

    async def commit(self, entry_id: bytes, outputs: Sequence[tuple[str, bytes]]) -> bool:
        """Publish each (stream, value) and acknowledge the entry, in one step; False: not ours."""
        committed = await self._commit(
            keys=[self.stream, *(stream for stream, _ in outputs)],
            args=[self.group, self.consumer, entry_id, *(value for _, value in outputs)],
        )
        return bool(committed)

    async def bury(self, entry_id: bytes, fields: Mapping[bytes, bytes], burial: Burial) -> bool:
        """Move the entry to the dead letters; False: not ours."""
        letter = letter_fields(
            fields, burial, group=self.group, consumer=self.consumer, entry_id=entry_id
        )
        buried = await self._bury(
            keys=[self.stream, keys.dead(self.stream)],
            args=[self.group, self.consumer, entry_id, *chain.from_iterable(letter.items())],
        )
        return bool(buried)

    async def back_off(self, entry_id: bytes, idle_ms: int, *, counts: bool) -> bool:
        """Set how long the entry has been idle, and whether this delivery counts; False: not ours."""
        backed_off = await self._back_off(
            keys=[self.stream],
            args=[self.group, self.consumer, entry_id, idle_ms, 0 if counts else 1],
        )
        return bool(backed_off)

    async def deliveries(self, entry_id: bytes) -> int | None:
        """Return how often the entry was delivered; None: it is not pending with us."""
        found = await self._redis.xpending_range(
            self.stream,
            self.group,
            min=entry_id,
            max=entry_id,
            count=1,
            consumername=self.consumer,
        )
        return int(found[0]["times_delivered"]) if found else None

    async def release(self, idle_ms: int) -> int:
        """Give back what we hold, claimable at once, and leave the group; return how many."""
        released: int = await self._release(
            keys=[self.stream], args=[self.group, self.consumer, idle_ms]
        )
        return released


async def trim(redis: Redis, stream: str, groups: Sequence[str], retention: timedelta) -> int:
    """Drop entries that every group has finished with and that are older than ``retention``.

    Groups beyond those named are minded too. Returns how many were dropped, or -1 where one
    of those named does not exist: it may need everything.
    """
    dropped: int = await script(redis, "trim_stream")(
        keys=[stream], args=[milliseconds(retention), *groups]
    )
    return dropped


async def collect(redis: Redis, stream: str, group: str, silence: timedelta) -> int:
    """Remove consumers that hold nothing and have been silent that long; return how many."""
    removed: int = await script(redis, "collect_consumers")(
        keys=[stream], args=[group, milliseconds(silence)]
    )
    return removed


def milliseconds(duration: timedelta) -> int:
    return int(duration / timedelta(milliseconds=1))
