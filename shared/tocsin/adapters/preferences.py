import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, assert_never

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.ports.clock import Clock
from tocsin.ports.preferences import (
    Muted,
    Rating,
    Snoozed,
    Unsubscribed,
    WantsDigest,
    Wish,
    Wishes,
)


RATED_FOR = timedelta(days=30)

# A wish without an end has this for its value.
ALWAYS = "always"


class RedisPreferences:
    """A hash of wishes, a counter that each change raises, and a key for each rating."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._change = script(redis, "change_preferences")
        self._held: Wishes | None = None

    async def wishes(self) -> Wishes:
        with available():
            revision = int(await self._redis.get(keys.WISH_CHANGES) or 0)
        if self._held is None or self._held.revision != revision:
            self._held = await self._read()
        return self._held

    async def wish(self, wish: Wish) -> bool:
        return await self._put(_name(wish), _value(wish))

    async def withdraw(self, wish: Wish) -> bool:
        return await self._put(_name(wish), "")

    async def rate(self, delivery_id: str, *, useful: bool) -> None:
        rating = json.dumps({"useful": useful, "at": self._clock.now().isoformat()})
        with available():
            await self._redis.set(keys.rating(delivery_id), rating, ex=RATED_FOR)

    async def ratings(self, delivery_ids: Collection[str]) -> Mapping[str, Rating]:
        ids = list(delivery_ids)
        if not ids:
            return {}
        with available():
            found: Any = await self._redis.mget([keys.rating(id_) for id_ in ids])
        return {id_: _rating(text) for id_, text in zip(ids, found, strict=True) if text}

    async def _put(self, name: str, value: str) -> bool:
        over = list(_over(await self.wishes(), self._clock.now()))
        with available():
            changed = await self._change(
                keys=[keys.WISHES, keys.WISH_CHANGES], args=[name, value, *over]
            )
        return bool(changed)

    async def _read(self) -> Wishes:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(keys.WISH_CHANGES)
            commands.hgetall(keys.WISHES)
            revision, found = await commands.execute()
        return _wishes(
            int(revision or 0),
            {tuple(json.loads(name)): value.decode() for name, value in found.items()},
        )


def _name(wish: Wish) -> str:
    match wish:
        case Unsubscribed(subscription, channel):
            parts = ["unsubscribed", subscription, channel]
        case Snoozed(subscription, _):
            parts = ["snoozed", subscription]
        case Muted(subscriber, story, _):
            parts = ["muted", subscriber, story]
        case WantsDigest(subscription):
            parts = ["digest", subscription]
        case _:
            assert_never(wish)
    return json.dumps(parts)


def _value(wish: Wish) -> str:
    match wish:
        case Snoozed() | Muted():
            return wish.until.isoformat()
        case Unsubscribed() | WantsDigest():
            return ALWAYS
        case _:
            assert_never(wish)


def _wishes(revision: int, found: Mapping[tuple[str, ...], str]) -> Wishes:
    def of(kind: str) -> Iterator[tuple[tuple[str, ...], str]]:
        return ((name[1:], value) for name, value in found.items() if name[0] == kind)

    return Wishes(
        revision=revision,
        unsubscribed=frozenset((name[0], name[1]) for name, _ in of("unsubscribed")),
        snoozed={name[0]: datetime.fromisoformat(value) for name, value in of("snoozed")},
        muted={(name[0], name[1]): datetime.fromisoformat(value) for name, value in of("muted")},
        digests=frozenset(name[0] for name, _ in of("digest")),
    )


def _over(wishes: Wishes, now: datetime) -> Iterator[str]:
    """Yield names and values of the wishes that have ended, as the script wants them."""
    ended: list[Wish] = [
        *(Snoozed(name, end) for name, end in wishes.snoozed.items() if end <= now),
        *(Muted(*names, end) for names, end in wishes.muted.items() if end <= now),
    ]
    for wish in ended:
        yield from (_name(wish), _value(wish))


def _rating(text: bytes) -> Rating:
    fields = json.loads(text)
    return Rating(useful=fields["useful"], at=datetime.fromisoformat(fields["at"]))
