"""One consumer's part in a group of a stream: everything done to an entry is one fenced script.

Fenced: it happens only while this consumer owns the entry. One that was slow or thought
dead, and whose entry another consumer claimed, changes nothing when it wakes.

A pending entry is in hand of a consumer, or set aside until it is tried again. One that is
in hand for too long was abandoned: its consumer died or hangs, perhaps because of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tocsin.adapters import keys
from tocsin.adapters.dead_letters import Burial, letter_fields
from tocsin.adapters.script_pipeline import ScriptPipeline
from tocsin.adapters.scripts import script


# Whom what is set aside belongs to; in the group only while there is something.
SET_ASIDE = "set-aside"

COMMITS_UNDER_WAY = 16  # groups of them


@dataclass(frozen=True, slots=True)
class ClaimedEntry:
    """``deliveries`` counts this one too."""

    entry_id: bytes
    fields: dict[bytes, bytes]
    deliveries: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was taken over. ``vanished`` are ids of entries that somebody deleted: they are lost.

    ``more_abandoned`` tells that there are abandoned entries left to claim.
    """

    entries: tuple[ClaimedEntry, ...]
    vanished: tuple[bytes, ...]
    more_abandoned: bool


class ConsumerGroup:
    """Every method raises redis.RedisError or OSError where the store cannot be asked."""

    def __init__(self, redis: Redis, stream: str, group: str, consumer: str) -> None:
        self.stream = stream
        self.group = group
        self.consumer = consumer
        self._redis = redis
        self._commits = ScriptPipeline(redis, "commit_entry", under_way=COMMITS_UNDER_WAY)
        self._bury = script(redis, "bury_entry")
        self._set_aside = script(redis, "set_aside_entry")
        self._claim = script(redis, "claim_entries")
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
        committed = await self._commits.run(
            [self.stream, *(stream for stream, _ in outputs)],
            [self.group, self.consumer, entry_id, *(value for _, value in outputs)],
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

    async def set_aside(self, entry_id: bytes, idle_ms: int, *, counts: bool) -> bool:
        """Give the entry up for now, as idle as said; False: not ours.

        It may be claimed once it is as idle as a claim asks. ``counts`` tells whether this was
        a delivery.
        """
        was_ours = await self._set_aside(
            keys=[self.stream],
            args=[self.group, self.consumer, entry_id, SET_ASIDE, idle_ms, 0 if counts else 1],
        )
        return bool(was_ours)

    async def claim_set_aside(self, min_idle_ms: int, count: int) -> Claimed:
        """Take over up to ``count`` entries (at least 1) that were set aside and are due."""
        return await self._claimed(min_idle_ms, count)

    async def claim_abandoned(self, min_idle_ms: int) -> Claimed:
        """Take over one abandoned entry, if there is any."""
        return await self._claimed(min_idle_ms, 0)

    async def release(self, idle_ms: int) -> int:
        """Set aside all that we hold, as idle as said, and leave the group; return how many."""
        released: int = await self._release(
            keys=[self.stream], args=[self.group, self.consumer, SET_ASIDE, idle_ms]
        )
        return released

    async def _claimed(self, min_idle_ms: int, count: int) -> Claimed:
        entries, vanished, more = await self._claim(
            keys=[self.stream], args=[self.group, self.consumer, SET_ASIDE, min_idle_ms, count]
        )
        return Claimed(
            entries=tuple(
                ClaimedEntry(
                    entry_id, dict(zip(fields[::2], fields[1::2], strict=True)), deliveries
                )
                for entry_id, fields, deliveries in entries
            ),
            vanished=tuple(vanished),
            more_abandoned=bool(more),
        )


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
