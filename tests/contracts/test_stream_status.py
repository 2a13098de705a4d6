"""What every StreamStatus promises; the fake and the real one alike."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.consumer_group import SET_ASIDE
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.errors import StoreUnavailableError
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.ports.streams import GroupStatus, StreamStatus
from tocsin.testing import FakeStreamStatus


ARTICLES = ArticleIngested.stream

# Three entries: one finished, one read, one not read.
STATUS = GroupStatus(
    stream=ARTICLES,
    group="matcher",
    length=3,
    lag=1,
    pending=1,
    oldest_pending_s=60,
    consumers=1,
    oldest_unread_s=30,
)


# Brings three entries about, as STATUS has them, and returns who tells of them.
Scene = Callable[[], Awaitable[StreamStatus]]


@pytest.fixture(params=["fake", "redis"])
def scene(request: pytest.FixtureRequest) -> Scene:
    if request.param == "fake":
        return fake_scene
    return partial(redis_scene, request.getfixturevalue("redis"))


async def fake_scene() -> StreamStatus:
    return FakeStreamStatus([STATUS])


async def redis_scene(redis: Redis) -> StreamStatus:
    now_s, _ = await redis.time()
    for age_s in (90, 60, 30):
        await redis.xadd(ARTICLES, {b"a": b"b"}, id=f"{(now_s - age_s) * 1_000}-1")
    await redis.xgroup_create(ARTICLES, "matcher", id="0")
    await redis.xreadgroup("matcher", "c", {ARTICLES: ">"}, count=2)
    await redis.xack(ARTICLES, "matcher", f"{(now_s - 90) * 1_000}-1")
    return RedisStreamStatus(redis)


async def test_each_group_of_each_stream_that_exists_is_told(scene: Scene) -> None:
    status = await scene()

    (found,) = await status.groups()

    assert found.oldest_pending_s == pytest.approx(60, abs=5)
    assert found.oldest_unread_s == pytest.approx(30, abs=5)
    assert replace(found, oldest_pending_s=60, oldest_unread_s=30) == STATUS


async def test_nothing_is_told_of_streams_that_do_not_exist(redis: Redis) -> None:
    assert await RedisStreamStatus(redis).groups() == []
    assert await FakeStreamStatus().groups() == ()


async def test_a_group_that_is_done_has_nothing_waiting(redis: Redis) -> None:
    await redis.xgroup_create(ArticleMatched.stream, "notifier", id="0", mkstream=True)

    (found,) = await RedisStreamStatus(redis).groups()

    assert (found.lag, found.pending, found.consumers) == (0, 0, 0)
    assert (found.oldest_pending_s, found.oldest_unread_s) == (0, 0)


async def test_only_processes_at_work_are_counted(redis: Redis) -> None:
    await redis.xgroup_create(ARTICLES, "matcher", id="0", mkstream=True)
    for consumer in ("at work", SET_ASIDE):
        await redis.xgroup_createconsumer(ARTICLES, "matcher", consumer)

    (found,) = await RedisStreamStatus(redis).groups()

    assert found.consumers == 1


async def test_a_lag_that_the_server_cannot_tell_is_none(redis: Redis) -> None:
    await redis.xgroup_create(ARTICLES, "matcher", id="0", mkstream=True)
    ids = [await redis.xadd(ARTICLES, {b"a": b"b"}) for _ in range(3)]

    await redis.xdel(ARTICLES, ids[1])

    (found,) = await RedisStreamStatus(redis).groups()
    assert found.lag is None


async def test_lengths_are_told_of_every_stream(redis: Redis) -> None:
    await redis.xadd(ARTICLES, {b"a": b"b"})

    lengths = await RedisStreamStatus(redis, [ARTICLES, "none"]).lengths()

    assert lengths == {ARTICLES: 1, "none": 0}


async def test_a_store_that_is_away_is_told_by_name() -> None:
    with pytest.raises(StoreUnavailableError):
        await RedisStreamStatus(connect("redis://127.0.0.1:1")).groups()
