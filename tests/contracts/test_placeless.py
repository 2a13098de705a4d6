"""What every PlacelessArticles promises; the fake and the real one alike."""

import asyncio
from datetime import date

import pytest
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.errors import StoreUnavailableError
from tocsin.ports.placeless import PlacelessArticles
from tocsin.testing import FakePlacelessArticles


TODAY = date(2025, 7, 2)
YESTERDAY = date(2025, 7, 1)


@pytest.fixture(params=["fake", "redis"])
def articles(request: pytest.FixtureRequest) -> PlacelessArticles:
    if request.param == "fake":
        return FakePlacelessArticles()
    redis: Redis = request.getfixturevalue("redis")
    return RedisPlacelessArticles(redis)


async def test_at_first_there_are_none(articles: PlacelessArticles) -> None:
    assert await articles.count(TODAY) == 0


async def test_an_article_counts_once_however_often_it_is_matched(
    articles: PlacelessArticles,
) -> None:
    await asyncio.gather(*(articles.add(f"a{n % 12}", TODAY) for n in range(36)))

    assert await articles.count(TODAY) == 12


async def test_each_day_is_counted_by_itself(articles: PlacelessArticles) -> None:
    await articles.add("a1", YESTERDAY)
    await articles.add("a1", TODAY)
    await articles.add("a2", TODAY)

    assert (await articles.count(YESTERDAY), await articles.count(TODAY)) == (1, 2)


async def test_a_day_is_forgotten_after_a_week(redis: Redis) -> None:
    await RedisPlacelessArticles(redis).add("a1", TODAY)

    assert 7 * 86_400 < await redis.ttl(keys.placeless("2025-07-02")) <= 8 * 86_400


async def test_a_store_that_is_away_is_said_to_be() -> None:
    articles = RedisPlacelessArticles(connect("redis://127.0.0.1:1/0"))

    for call in (articles.add("a1", TODAY), articles.count(TODAY)):
        with pytest.raises(StoreUnavailableError):
            await call
