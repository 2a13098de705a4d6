"""What every ArticlePublisher promises; the fake and the real one alike."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Self

import pytest
from redis.asyncio import Redis

from tocsin.adapters import keys, wire
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.connection import connect
from tocsin.article import Article
from tocsin.errors import StoreUnavailableError
from tocsin.events import ArticleIngested
from tocsin.ports.articles import ArticlePublisher, Published
from tocsin.testing import FakeArticlePublisher, FakeClock


DIBOLI = Article(
    id="diboli",
    title="Attack on Diboli",
    text="Armed men attacked the border town of Diboli.\n\nThe army says it drove them off.",
    fetched_at=datetime(2026, 1, 1, 12, 0, tzinfo=UTC),
    published_at=datetime(2026, 1, 1, 11, 30, tzinfo=UTC),
    url="https://example.org/diboli",
    source="example.org",
    language="en",
    authors=("Ann Diallo",),
    tags=("mali",),
    home="country:ML",
)


def articles(count: int) -> list[Article]:
    return [replace(DIBOLI, id=f"article-{number}") for number in range(count)]


@pytest.fixture(params=["fake", "redis"])
def publisher(request: pytest.FixtureRequest) -> ArticlePublisher:
    if request.param == "fake":
        return FakeArticlePublisher(FakeClock())
    redis: Redis = request.getfixturevalue("redis")
    return RedisArticlePublisher(redis)


async def test_an_article_is_new_once(publisher: ArticlePublisher) -> None:
    first = await publisher.publish([DIBOLI])
    second = await publisher.publish([DIBOLI])

    assert list(first) == [Published("diboli", new=True)]
    assert list(second) == [Published("diboli", new=False)]


async def test_each_of_many_is_answered_in_order(publisher: ArticlePublisher) -> None:
    many = articles(250)
    await publisher.publish([many[7], many[180]])

    answers = await publisher.publish(many)

    assert [answer.article_id for answer in answers] == [article.id for article in many]
    assert [n for n, answer in enumerate(answers) if not answer.new] == [7, 180]


async def test_an_article_that_stands_twice_in_one_call_is_published_once(
    publisher: ArticlePublisher,
) -> None:
    answers = await publisher.publish([DIBOLI, DIBOLI])

    assert [answer.new for answer in answers] == [True, False]


async def test_nothing_to_publish_is_no_error(publisher: ArticlePublisher) -> None:
    assert list(await publisher.publish([])) == []


def test_the_fake_forgets_what_was_not_seen_for_14_days() -> None:
    clock = FakeClock()
    publisher = FakeArticlePublisher(clock)

    async def new() -> bool:
        [answer] = await publisher.publish([DIBOLI])
        return answer.new

    assert asyncio.run(new())
    clock.advance(days=13)
    assert not asyncio.run(new())
    clock.advance(days=13)
    assert not asyncio.run(new())
    clock.advance(days=14)
    assert asyncio.run(new())


async def test_the_whole_article_is_on_the_stream_and_its_id_is_remembered(redis: Redis) -> None:
    await RedisArticlePublisher(redis).publish([DIBOLI])

    reply: Any = await redis.xrange(ArticleIngested.stream)
    [(entry, fields)] = reply
    assert wire.decode(fields[wire.FIELD], ArticleIngested).article() == DIBOLI
    assert await redis.get(keys.seen("diboli")) == entry
    assert await redis.ttl(keys.seen("diboli")) == timedelta(days=14).total_seconds()


async def test_each_sighting_prolongs_the_memory(redis: Redis) -> None:
    publisher = RedisArticlePublisher(redis)
    await publisher.publish([DIBOLI])
    await redis.expire(keys.seen("diboli"), 60)

    await publisher.publish([DIBOLI])

    assert await redis.ttl(keys.seen("diboli")) == timedelta(days=14).total_seconds()


async def test_replicas_that_race_publish_each_article_once(redis: Redis, valkey_url: str) -> None:
    clients = [connect(valkey_url) for _ in range(4)]
    many = articles(300)

    async def push(client: Redis) -> list[str]:
        publisher = RedisArticlePublisher(client)
        answers = [answer for article in many for answer in await publisher.publish([article])]
        return [answer.article_id for answer in answers if answer.new]

    told_new = await asyncio.gather(*(push(client) for client in clients))
    for client in clients:
        await client.aclose()

    assert sorted(chain.from_iterable(told_new)) == sorted(article.id for article in many)
    assert await redis.xlen(ArticleIngested.stream) == 300


async def test_a_server_that_lost_the_script_gets_it_again(redis: Redis) -> None:
    publisher = RedisArticlePublisher(redis)
    await publisher.publish([DIBOLI])
    await redis.script_flush()

    answers = await publisher.publish([DIBOLI, *articles(2)])

    assert [answer.new for answer in answers] == [False, True, True]


async def test_a_store_that_is_away_is_named_as_such() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        with pytest.raises(StoreUnavailableError):
            await RedisArticlePublisher(nowhere).publish([DIBOLI])


async def test_a_full_store_takes_nothing_and_forgets_nothing(redis: Redis) -> None:
    publisher = RedisArticlePublisher(redis, memory_limit=float("inf"))
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailableError):
            await publisher.publish([DIBOLI])
    finally:
        await redis.config_set("maxmemory", 0)

    [answer] = await publisher.publish([DIBOLI])
    assert answer.new


async def test_a_store_that_is_nearly_full_takes_nothing_new(redis: Redis) -> None:
    used = (await redis.info("memory"))["used_memory"]
    await redis.config_set("maxmemory", int(used * 1.1))
    try:
        with pytest.raises(StoreUnavailableError, match=r"memory is \d+% full"):
            await RedisArticlePublisher(redis).publish([DIBOLI])
    finally:
        await redis.config_set("maxmemory", 0)

    assert not await redis.exists(ArticleIngested.stream)


async def test_a_replica_that_only_reads_is_a_store_that_is_away(redis: Redis) -> None:
    await redis.replicaof("127.0.0.1", 1)
    try:
        with pytest.raises(StoreUnavailableError):
            await RedisArticlePublisher(redis).publish([DIBOLI])
    finally:
        await redis.replicaof("NO", "ONE")


async def test_a_lost_answer_makes_the_repetition_known_not_a_second_article(
    redis: Redis, valkey_url: str
) -> None:
    async with DeafProxy(valkey_url) as proxy, connect(proxy.url) as client:
        publisher = RedisArticlePublisher(client)
        await publisher.publish(articles(1))

        proxy.deaf = True
        with pytest.raises(StoreUnavailableError):
            await publisher.publish([DIBOLI])
        proxy.deaf = False
        [answer] = await publisher.publish([DIBOLI])

    assert not answer.new
    assert await redis.xlen(ArticleIngested.stream) == 2


class DeafProxy:
    """Stands before the server; while ``deaf``, cuts the line instead of passing an answer on."""

    def __init__(self, target: str) -> None:
        self.deaf = False
        self.url = ""
        self._target = int(target.rpartition(":")[2].partition("/")[0])
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        await asyncio.gather(*self._lines)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        asking = asyncio.ensure_future(self._pass_on(reader, server_writer))
        answering = asyncio.ensure_future(self._pass_on(server_reader, writer, answers=True))
        self._lines |= {asking, answering}
        await asyncio.gather(asking, answering)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        while chunk := await reader.read(65_536):
            if answers and self.deaf:
                break
            writer.write(chunk)
            await writer.drain()
        writer.close()
