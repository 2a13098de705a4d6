"""What every ArticleLog promises; the fake and the real one alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import pytest
from redis.asyncio import Redis

from tocsin.adapters import wire
from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.connection import connect
from tocsin.article import Article
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.events import ArticleIngested, ArticleMatched, ArticleSummary, RuleMatch
from tocsin.ports.articles import ArticleLog, ArticlePublisher
from tocsin.testing import FakeArticleLog, FakeArticlePublisher, FakeClock


NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
DIBOLI = Article(id="diboli", title="Attack on Diboli", text="Armed men.", fetched_at=NOON)
KAYES = replace(DIBOLI, id="kayes", title="Kayes is calm")


class Newsroom(Protocol):
    """A log, and the two ways in which things get into it."""

    log: ArticleLog
    publisher: ArticlePublisher

    async def matched(self, matches: Sequence[ArticleMatched]) -> None: ...


class FakeNewsroom:
    def __init__(self) -> None:
        publisher = FakeArticlePublisher(FakeClock())
        self.publisher: ArticlePublisher = publisher
        self._log = FakeArticleLog(publisher)
        self.log: ArticleLog = self._log

    async def matched(self, matches: Sequence[ArticleMatched]) -> None:
        self._log.matches += matches


class RedisNewsroom:
    def __init__(self, redis: Redis) -> None:
        self.publisher: ArticlePublisher = RedisArticlePublisher(redis)
        self.log: ArticleLog = RedisArticleLog(redis)
        self._redis = redis

    async def matched(self, matches: Sequence[ArticleMatched]) -> None:
        for match in matches:
            await self._redis.xadd(ArticleMatched.stream, {wire.FIELD: wire.encode(match)})


@pytest.fixture(params=["fake", "redis"])
def newsroom(request: pytest.FixtureRequest) -> Newsroom:
    if request.param == "fake":
        return FakeNewsroom()
    return RedisNewsroom(request.getfixturevalue("redis"))


def match_of(article: Article, *, part: int = 0, rule: str = "sahel") -> ArticleMatched:
    summary = ArticleSummary(id=article.id, title=article.title, fetched_at=article.fetched_at)
    rule_match = RuleMatch(rule_id=rule, rule_name=rule, rule_version=1, query="JNIM")
    return ArticleMatched(article=summary, matches=(rule_match,), matched_at=NOON, part=part)


async def test_an_article_is_found_by_its_id(newsroom: Newsroom) -> None:
    await newsroom.publisher.publish([DIBOLI, KAYES])

    assert (await newsroom.log.article("diboli")).article() == DIBOLI


async def test_an_unknown_article_is_not_found(newsroom: Newsroom) -> None:
    with pytest.raises(NotFoundError, match="there is no article 'nothing'"):
        await newsroom.log.article("nothing")
    assert list(await newsroom.log.matches_of("nothing")) == []


async def test_the_last_articles_come_first(newsroom: Newsroom) -> None:
    assert list(await newsroom.log.recent_articles(10)) == []
    third = replace(KAYES, id="third")
    await newsroom.publisher.publish([DIBOLI, KAYES, third])

    found = await newsroom.log.recent_articles(2)

    assert [event.article() for event in found] == [third, KAYES]


async def test_the_last_matches_come_first(newsroom: Newsroom) -> None:
    assert list(await newsroom.log.recent_matches(10)) == []
    matches = [match_of(DIBOLI, part=part) for part in range(5)]
    await newsroom.matched(matches)

    assert list(await newsroom.log.recent_matches(3)) == [matches[4], matches[3], matches[2]]


async def test_the_matches_of_an_article_are_found_among_many_others(newsroom: Newsroom) -> None:
    await newsroom.publisher.publish([DIBOLI, KAYES])
    mine = [match_of(DIBOLI, part=0), match_of(DIBOLI, part=1)]
    await newsroom.matched([mine[0], *[match_of(KAYES) for _ in range(450)], mine[1]])

    assert list(await newsroom.log.matches_of("diboli")) == mine


async def test_a_match_that_only_mentions_the_id_is_not_of_the_article(newsroom: Newsroom) -> None:
    await newsroom.publisher.publish([DIBOLI, KAYES])
    await newsroom.matched([match_of(KAYES, rule="diboli")])

    assert list(await newsroom.log.matches_of("diboli")) == []


async def test_an_article_that_was_trimmed_off_the_stream_is_not_found(redis: Redis) -> None:
    newsroom = RedisNewsroom(redis)
    await newsroom.publisher.publish([DIBOLI, KAYES])
    await redis.xtrim(ArticleIngested.stream, maxlen=1, approximate=False)

    with pytest.raises(NotFoundError):
        await newsroom.log.article("diboli")
    assert (await newsroom.log.article("kayes")).id == "kayes"


async def test_a_store_that_is_away_is_named_as_such() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        log = RedisArticleLog(nowhere)
        with pytest.raises(StoreUnavailableError):
            await log.article("diboli")
        with pytest.raises(StoreUnavailableError):
            await log.recent_articles(1)
        with pytest.raises(StoreUnavailableError):
            await log.recent_matches(1)
        with pytest.raises(StoreUnavailableError):
            await log.matches_of("diboli")


async def test_an_entry_that_nobody_can_read_hides_no_other(redis: Redis) -> None:
    newsroom = RedisNewsroom(redis)
    await newsroom.publisher.publish([DIBOLI])
    await newsroom.matched([match_of(DIBOLI)])
    for stream in (ArticleIngested.stream, ArticleMatched.stream):
        await redis.xadd(stream, {wire.FIELD: b"diboli, but no event"})
        await redis.xadd(stream, {"other": b"field"})

    assert [article.id for article in await newsroom.log.recent_articles(10)] == ["diboli"]
    assert len(await newsroom.log.recent_matches(10)) == 1
    assert len(await newsroom.log.matches_of("diboli")) == 1
