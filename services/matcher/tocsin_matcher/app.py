"""Composition root: the one module that knows which adapter serves which port."""

from functools import partial

import structlog

from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.connection import connect
from tocsin.adapters.gazetteer.load import DATA, load
from tocsin.adapters.gazetteer.store import version
from tocsin.adapters.joint_reads import JointReads
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents.rule import compile_rule, draft_of
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.matching import Engine, Shard, presearch
from tocsin.runtime import process
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin.runtime.worker import StreamWorker
from tocsin_matcher.adapters.preparing import prepared
from tocsin_matcher.adapters.snapshot_file import SnapshotFile
from tocsin_matcher.live_rules import LiveRules, Preparing
from tocsin_matcher.settings import MatcherSettings
from tocsin_matcher.subscribers import Matcher


log = structlog.get_logger()


async def serve(settings: MatcherSettings) -> None:
    clock = SystemClock()
    redis = connect(settings.redis_url, max_connections=settings.concurrency + 16)
    reads = JointReads(redis)
    atlas = Atlas(load(), RedisRegionStore(reads))
    chooser = presearch.presearcher(settings.kernel)
    engine = Engine(chooser)

    async def prepare() -> None:
        if presearch.must_compile(settings.kernel):
            log.info("the matching kernel is compiled, once; that takes half a minute")
        presearch.warm(chooser)

    lists = WordLists(RedisListStore(reads))
    shard = Shard.parse(settings.shard)
    rules = LiveRules(
        RedisRuleStore(reads, clock),
        engine,
        partial(compile_rule, regions=atlas, lists=lists),
        atlas,
        lists,
        shard=shard,
        snapshots=_snapshots(settings),
        preparing=Preparing(
            partial(draft_of, regions=atlas), partial(prepared, settings.kernel, settings.jobs)
        ),
    )
    matcher = Matcher(engine, atlas, atlas, RedisPlacelessArticles(redis), clock)
    worker = StreamWorker(redis, clock=clock)
    worker.consume(
        ArticleIngested,
        group=shard.group("matcher"),
        handler=matcher.match,
        publishes=(ArticleMatched,),
        before=rules.catch_up,
        concurrency=settings.concurrency,
    )
    await process.serve(
        "matcher",
        settings,
        redis=redis,
        worker=worker,
        on_start=(prepare, rules.load),
        background=(rules.follow,),
        on_stop=(rules.save,),
    )


def _snapshots(settings: MatcherSettings) -> SnapshotFile | None:
    if settings.snapshot_dir is None:
        return None
    return SnapshotFile(settings.snapshot_dir, (settings.shard, settings.kernel, version(DATA)))


def main() -> None:
    process.run("matcher", MatcherSettings, serve)
