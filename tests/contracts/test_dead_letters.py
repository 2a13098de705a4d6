"""What every DeadLetters promises; the fake and the real one alike."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.consumer_group import ConsumerGroup
from tocsin.adapters.dead_letters import Burial, RedisDeadLetters
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.ports.streams import DeadLetter, DeadLetters
from tocsin.testing import FakeDeadLetters


ARTICLES = ArticleIngested.stream
MATCHES = ArticleMatched.stream
NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
CAUSE = Burial(reason="ValueError: no é", deliveries=5, at=NOON, traceback="Traceback …")

# Buries an entry of a stream with this content, and returns the letter as it should be read.
Bury = Callable[[str, bytes], Awaitable[DeadLetter]]


@pytest.fixture(params=["fake", "redis"])
def graveyard(request: pytest.FixtureRequest) -> tuple[DeadLetters, Bury]:
    if request.param == "fake":
        return fake_graveyard()
    return redis_graveyard(request.getfixturevalue("redis"))


def fake_graveyard() -> tuple[DeadLetters, Bury]:
    letters = FakeDeadLetters()

    async def bury(stream: str, content: bytes) -> DeadLetter:
        number = len(letters.letters) + 1
        letter = letter_of(stream, f"{number}-0", f"{number}-7", content)
        letters.letters[stream, letter.id] = letter
        return letter

    return letters, bury


def redis_graveyard(redis: Redis) -> tuple[DeadLetters, Bury]:
    letters = RedisDeadLetters(redis)

    async def bury(stream: str, content: bytes) -> DeadLetter:
        group = ConsumerGroup(redis, stream, "readers", "reader-1")
        await group.ensure()
        await redis.xadd(stream, {b"__data__": content, b"other": b"\xff\x00"})
        reply: Any = await redis.xreadgroup("readers", "reader-1", {stream: ">"}, count=1)
        ((_, ((entry_id, fields),)),) = reply
        assert await group.bury(entry_id, fields, CAUSE)
        newest: Any = await redis.xrevrange(f"{stream}:dead", count=1)
        return letter_of(stream, newest[0][0].decode(), entry_id.decode(), content)

    return letters, bury


def letter_of(stream: str, letter_id: str, entry_id: str, content: bytes) -> DeadLetter:
    return DeadLetter(
        id=letter_id,
        stream=stream,
        group="readers",
        entry_id=entry_id,
        reason=CAUSE.reason,
        deliveries=CAUSE.deliveries,
        consumer="reader-1",
        at=CAUSE.at,
        traceback=CAUSE.traceback,
        fields={b"__data__": content, b"other": b"\xff\x00"},
    )


async def test_a_letter_keeps_the_original_bytes_and_tells_the_cause(
    graveyard: tuple[DeadLetters, Bury],
) -> None:
    letters, bury = graveyard

    letter = await bury(ARTICLES, b"\x89not json")

    assert await letters.get(ARTICLES, letter.id) == letter


async def test_letters_of_all_streams_come_newest_first(
    graveyard: tuple[DeadLetters, Bury],
) -> None:
    letters, bury = graveyard
    first = await bury(ARTICLES, b"1")
    second = await bury(MATCHES, b"2")
    third = await bury(ARTICLES, b"3")

    assert list(await letters.recent(10)) == [third, second, first]
    assert list(await letters.recent(2)) == [third, second]
    assert list(await letters.recent(10, until=second.id)) == [second, first]
    assert list(await letters.recent(1, until=second.id)) == [second]
    assert await letters.count() == 3


async def test_a_replayed_letter_is_gone(graveyard: tuple[DeadLetters, Bury]) -> None:
    letters, bury = graveyard
    letter = await bury(ARTICLES, b"1")
    other = await bury(ARTICLES, b"2")

    await letters.replay(ARTICLES, letter.id)

    assert list(await letters.recent(10)) == [other]
    with pytest.raises(NotFoundError):
        await letters.replay(ARTICLES, letter.id)


async def test_a_discarded_letter_is_gone(graveyard: tuple[DeadLetters, Bury]) -> None:
    letters, bury = graveyard
    letter = await bury(ARTICLES, b"1")

    await letters.discard(ARTICLES, letter.id)

    assert await letters.count() == 0
    with pytest.raises(NotFoundError):
        await letters.discard(ARTICLES, letter.id)


@pytest.mark.parametrize(
    "letter_id", ["1-1", "-", "+", "no id", "", "١-١", "9" * 20 + "-0", "0-" + "1" * 40]
)
async def test_what_is_no_letter_is_not_found(
    graveyard: tuple[DeadLetters, Bury], letter_id: str
) -> None:
    letters, bury = graveyard
    await bury(MATCHES, b"1")

    for missing in (letters.get, letters.replay, letters.discard):
        with pytest.raises(NotFoundError):
            await missing(MATCHES, letter_id)


async def test_a_replay_puts_the_same_bytes_back_for_every_group(redis: Redis) -> None:
    letters, bury = redis_graveyard(redis)
    letter = await bury(ARTICLES, b"\x00\xff")
    await redis.xgroup_create(ARTICLES, "others", id="$")

    new_id = await letters.replay(ARTICLES, letter.id)

    for group in ("readers", "others"):
        reply: Any = await redis.xreadgroup(group, "c", {ARTICLES: ">"})
        assert reply == [[ARTICLES.encode(), [(new_id.encode(), letter.fields)]]]


async def test_a_store_that_is_away_is_told_by_name() -> None:
    letters = RedisDeadLetters(connect("redis://127.0.0.1:1"))

    with pytest.raises(StoreUnavailableError):
        await letters.recent(1)


def test_a_fake_begins_with_the_letters_it_is_given() -> None:
    letter = letter_of(ARTICLES, "1-0", "1-7", b"1")

    fake = FakeDeadLetters([letter, replace(letter, id="2-0")])

    assert len(fake.letters) == 2
