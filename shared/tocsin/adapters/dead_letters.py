"""The dead letters of a stream: the original entry's fields, then what we add to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.entry_ids import is_entry_id
from tocsin.adapters.scripts import script
from tocsin.errors import NotFoundError
from tocsin.events import EXPECTED_GROUPS
from tocsin.ports.streams import DeadLetter


# Added after the original fields, always all of them: a replay takes that many off the end.
ADDED = (
    b"dead:reason",
    b"dead:group",
    b"dead:entry",
    b"dead:deliveries",
    b"dead:consumer",
    b"dead:at",
    b"dead:traceback",
)

Entry = tuple[bytes, dict[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Burial:
    """Why an entry is given up."""

    reason: str
    deliveries: int
    at: datetime
    traceback: str


def letter_fields(
    fields: Mapping[bytes, bytes], burial: Burial, *, group: str, consumer: str, entry_id: bytes
) -> dict[bytes, bytes]:
    """Return the fields of a dead letter."""
    added = (
        burial.reason.encode(errors="backslashreplace"),
        group.encode(),
        entry_id,
        str(burial.deliveries).encode(),
        consumer.encode(),
        burial.at.isoformat().encode(),
        burial.traceback.encode(errors="backslashreplace"),
    )
    return {**fields, **dict(zip(ADDED, added, strict=True))}


class RedisDeadLetters:
    def __init__(self, redis: Redis, streams: Sequence[str] = tuple(EXPECTED_GROUPS)) -> None:
        self._redis = redis
        self._streams = streams
        self._replay = script(redis, "replay_letter")

    async def recent(self, limit: int, *, until: str = "") -> Sequence[DeadLetter]:
        found: list[tuple[str, Entry]] = []
        for stream in self._streams:
            with available():
                entries = await self._redis.xrevrange(
                    keys.dead(stream), max=until or "+", count=limit
                )
            found += [(stream, entry) for entry in cast("list[Entry]", entries)]
        found.sort(key=lambda item: _order(item[1][0]), reverse=True)
        return [_letter(stream, entry) for stream, entry in found[:limit]]

    async def count(self) -> int:
        return sum((await self.counts()).values())

    async def counts(self) -> dict[str, int]:
        """Return how many there are of each stream."""
        with available():
            return {stream: await self._redis.xlen(keys.dead(stream)) for stream in self._streams}

    async def get(self, stream: str, letter_id: str) -> DeadLetter:
        _check(stream, letter_id)
        with available():
            entries = await self._redis.xrange(keys.dead(stream), letter_id, letter_id)
        if not entries:
            raise _missing(stream, letter_id)
        return _letter(stream, cast("Entry", entries[0]))

    async def replay(self, stream: str, letter_id: str) -> str:
        _check(stream, letter_id)
        with available():
            new_id: bytes | None = await self._replay(
                keys=[keys.dead(stream), stream], args=[letter_id, len(ADDED)]
            )
        if new_id is None:
            raise _missing(stream, letter_id)
        return new_id.decode()

    async def discard(self, stream: str, letter_id: str) -> None:
        _check(stream, letter_id)
        with available():
            dropped = await self._redis.xdel(keys.dead(stream), letter_id)
        if not dropped:
            raise _missing(stream, letter_id)


def _letter(stream: str, entry: Entry) -> DeadLetter:
    letter_id, fields = entry
    reason, group, entry_id, deliveries, consumer, at, traceback = (
        fields[name].decode(errors="replace") for name in ADDED
    )
    return DeadLetter(
        id=letter_id.decode(),
        stream=stream,
        group=group,
        entry_id=entry_id,
        reason=reason,
        deliveries=int(deliveries),
        consumer=consumer,
        at=datetime.fromisoformat(at),
        traceback=traceback,
        fields={name: value for name, value in fields.items() if name not in ADDED},
    )


def _order(stream_id: bytes) -> tuple[int, int]:
    milliseconds, number = stream_id.split(b"-")
    return int(milliseconds), int(number)


def _check(stream: str, letter_id: str) -> None:
    """Raise NotFoundError for what the server would not take for an id."""
    if not is_entry_id(letter_id):
        raise _missing(stream, letter_id)


def _missing(stream: str, letter_id: str) -> NotFoundError:
    return NotFoundError("dead letter", f"{stream} {letter_id}")
