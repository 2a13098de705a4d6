"""A rule that is saved while articles flow holds for every article that is accepted after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tocsin.adapters import wire
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.gazetteer.load import load
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.article import Article
from tocsin.documents import ListDocument, RuleDocument
from tocsin.documents.rule import compile_rule
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.matching import Engine, Shard
from tocsin.matching.presearch import presearcher, warm
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin.runtime.worker import StreamWorker
from tocsin_matcher.adapters.snapshot_file import SnapshotFile
from tocsin_matcher.live_rules import LiveRules
from tocsin_matcher.subscribers import Matcher


pytestmark = pytest.mark.slow

EVERY_S = 0.01  # a hundred articles a second
WHOLE = Shard()


class Desk:
    """A store with articles that flow into it, and matchers that work on them."""

    def __init__(self, redis: Redis, folder: Path) -> None:
        self.redis = redis
        self.folder = folder
        self.clock = SystemClock()
        self.rules = RedisRuleStore(redis, self.clock)
        self.lists = RedisListStore(redis)
        self.publisher = RedisArticlePublisher(redis)
        self.published = 0

    @asynccontextmanager
    async def matcher(self, shard: Shard = WHOLE) -> AsyncIterator[LiveRules]:
        atlas = Atlas(load(), RedisRegionStore(self.redis))
        chooser = presearcher()
        warm(chooser)
        engine = Engine(chooser)
        lists = WordLists(self.lists)
        rules = LiveRules(
            self.rules,
            engine,
            partial(compile_rule, regions=atlas, lists=lists),
            atlas,
            lists,
            shard=shard,
            snapshots=SnapshotFile(self.folder, (str(shard),)),
        )
        await rules.load()
        worker = StreamWorker(self.redis, clock=self.clock, block_ms=50)
        worker.consume(
            ArticleIngested,
            group=shard.group("matcher"),
            handler=Matcher(
                engine, atlas, atlas, RedisPlacelessArticles(self.redis), self.clock
            ).match,
            publishes=(ArticleMatched,),
            before=rules.catch_up,
            concurrency=16,
            timeout_s=60,
        )
        await worker.start()
        try:
            yield rules
        finally:
            await worker.stop()

    async def publish(self) -> str:
        self.published += 1
        article = Article(
            id=f"a{self.published}",
            title="Army reports",
            text=f"The convoy of number n{self.published} reached the army. GSIM was silent.",
            fetched_at=self.clock.now(),
            language="en",
        )
        await self.publisher.publish([article])
        return article.id

    async def flow(self) -> None:
        while True:
            await self.publish()
            await asyncio.sleep(EVERY_S)

    async def put(self, rule_id: str, query: str) -> None:
        await self.rules.put(RuleDocument(id=rule_id, name=rule_id, query=query), who="ann")

    async def drained(self) -> None:
        """Return once every group has finished with all that was published."""
        while await self.lag():  # noqa: ASYNC110 -- the store tells nobody
            await asyncio.sleep(0.02)

    async def lag(self) -> int:
        groups: Any = await self.redis.xinfo_groups(ArticleIngested.stream)
        return sum(group["pending"] + group["lag"] for group in groups)

    async def matched(self) -> list[tuple[str, str]]:
        """Return every pair of an article and a rule, as often as it was published."""
        entries: Any = await self.redis.xrange(ArticleMatched.stream)
        events = [wire.decode(fields[wire.FIELD], ArticleMatched) for _, fields in entries]
        return [(each.article.id, match.rule_id) for each in events for match in each.matches]


@pytest.fixture
def desk(redis: Redis, tmp_path: Path) -> Desk:
    return Desk(redis, tmp_path)


async def test_a_rule_saved_while_articles_flow_meets_all_that_come_after_it(desk: Desk) -> None:
    await desk.put("convoys", "convoy")
    async with desk.matcher():
        flowing = asyncio.create_task(desk.flow())
        saved_before: dict[str, str] = {}
        for number in range(10):
            await asyncio.sleep(0.05)
            await desk.put(f"late-{number}", "army NEAR/9 convoy")
            saved_before[f"late-{number}"] = await desk.publish()
        flowing.cancel()
        await desk.drained()

    found = await desk.matched()
    every = [f"a{number}" for number in range(1, desk.published + 1)]
    assert sorted(article for article, rule in found if rule == "convoys") == sorted(every)
    for rule, first in saved_before.items():
        met = {article for article, met_by in found if met_by == rule}
        assert met.issuperset(every[every.index(first) :])
    assert len(found) == len(set(found))


async def test_a_changed_list_meets_all_that_come_after_it(desk: Desk) -> None:
    await desk.lists.put(ListDocument(id="names", entries=("JNIM",)))
    await desk.put("names", "@names AND army")
    async with desk.matcher():
        await desk.publish()
        await desk.drained()
        await desk.lists.put(ListDocument(id="names", entries=("JNIM", "GSIM")))
        after = await desk.publish()
        await desk.drained()

    assert await desk.matched() == [(after, "names")]


async def test_shards_match_each_article_against_every_rule_once(desk: Desk) -> None:
    for number in range(30):
        await desk.put(f"r{number}", "convoy")
    async with desk.matcher(Shard(1, 2)), desk.matcher(Shard(2, 2)):
        for _ in range(20):
            await desk.publish()
        await desk.put("late", "convoy")
        last = await desk.publish()
        await desk.drained()

    found = await desk.matched()
    articles = [f"a{number}" for number in range(1, desk.published + 1)]
    expected = [(article, f"r{number}") for article in articles for number in range(30)]
    assert sorted(pair for pair in found if pair[1] != "late") == sorted(expected)
    assert (last, "late") in found
    assert len(found) == len(set(found))
