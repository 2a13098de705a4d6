"""The ingest process: the only module that names adapters."""

from contextlib import aclosing
from random import SystemRandom

from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.connection import connect
from tocsin.adapters.idempotency import RedisIdempotencyLedger
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.runtime import process
from tocsin_ingest.adapters.guarded_http import GuardedHttp
from tocsin_ingest.adapters.language_guesser import LanguageGuesser
from tocsin_ingest.adapters.readers import SandboxedReader
from tocsin_ingest.adapters.sandbox import Sandbox
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.poller.poll import FeedPoll
from tocsin_ingest.poller.poller import Poller
from tocsin_ingest.routes.admission import TokenBuckets
from tocsin_ingest.routes.application import Application
from tocsin_ingest.routes.bodies import InFlight
from tocsin_ingest.routes.desk import Desk
from tocsin_ingest.settings import IngestSettings
from tocsin_ingest.stages.egress import Egress


async def serve(settings: IngestSettings) -> None:
    redis = connect(settings.redis_url)
    clock = SystemClock()
    publisher = RedisArticlePublisher(redis, memory_limit=settings.memory_limit)
    intake = Intake(publisher, LanguageGuesser(), clock)
    async with (
        aclosing(Sandbox(processes=settings.readers)) as sandbox,
        GuardedHttp(Egress.of(settings.egress_allow), user_agent=settings.user_agent) as web,
    ):
        reader = SandboxedReader(sandbox)
        poller = Poller(
            RedisSourceStore(redis, clock),
            FeedPoll(web, reader, intake, clock),
            clock,
            SystemRandom().random,
            at_once=settings.polls,
        )
        desk = Desk(
            intake=intake,
            log=RedisArticleLog(redis),
            ledger=RedisIdempotencyLedger(redis),
            pages=reader,
            buckets=TokenBuckets(clock, rate=settings.rate, burst=settings.burst),
            in_flight=InFlight(),
            token=settings.token,
        )
        await process.serve(
            "ingest",
            settings,
            redis=redis,
            app=Application(desk),
            background=(poller.run,),
            on_stop=(poller.drain,),
        )


def main() -> None:
    process.run("ingest", IngestSettings, serve)
