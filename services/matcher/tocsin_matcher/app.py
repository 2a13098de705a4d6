"""Composition root: the one module that knows which adapter serves which port."""

from functools import partial

from tocsin.adapters.connection import connect
from tocsin.adapters.gazetteer.load import load
from tocsin.adapters.region_store import RedisRegionStore
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents.rule import compile_rule
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.matching import Engine, presearch
from tocsin.runtime import process
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.worker import StreamWorker
from tocsin_matcher.live_rules import LiveRules
from tocsin_matcher.settings import MatcherSettings
from tocsin_matcher.subscribers import Matcher


async def serve(settings: MatcherSettings) -> None:
    clock = SystemClock()
    redis = connect(settings.redis_url, max_connections=settings.concurrency + 16)
    atlas = Atlas(load(), RedisRegionStore(redis))
    engine = Engine(presearch.presearcher(settings.kernel))
    rules = LiveRules(
        RedisRuleStore(redis, clock), engine, partial(compile_rule, regions=atlas), atlas
    )
    matcher = Matcher(engine, rules, atlas, atlas, clock)
    worker = StreamWorker(redis, clock=clock)
    worker.consume(
        ArticleIngested,
        group="matcher",
        handler=matcher.match,
        publishes=(ArticleMatched,),
        concurrency=settings.concurrency,
    )
    await process.serve(
        "matcher",
        settings,
        redis=redis,
        worker=worker,
        on_start=(rules.load,),
        background=(rules.follow,),
    )


def main() -> None:
    process.run("matcher", MatcherSettings, serve)
