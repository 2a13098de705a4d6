"""A small matcher, as a process of its own; the article's title tells how its handling goes."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tocsin.adapters.connection import connect
from tocsin.adapters.system_clock import SystemClock
from tocsin.events import ArticleIngested, ArticleMatched, ArticleSummary, Event
from tocsin.runtime import process
from tocsin.runtime.settings import Settings
from tocsin.runtime.worker import StreamWorker


NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class MatcherSettings(Settings):
    service: ClassVar[str] = "matcher"

    port: int = 0
    fault: str = Field(default="", description="What goes wrong")


async def match(article: ArticleIngested) -> Sequence[Event]:
    if article.title == "crash":
        os._exit(139)
    if article.title == "slow":
        await asyncio.sleep(0.5)
    if article.title == "hang":
        await asyncio.Event().wait()
    summary = ArticleSummary(id=article.id, title=article.title, fetched_at=NOON)
    return (ArticleMatched(article=summary, matches=(), matched_at=NOON),)


def application(fault: str) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
        if fault == "lifespan":
            raise RuntimeError("cannot live")
        yield {"greeting": "hello"}

    async def hello(request: Request) -> Response:
        return PlainTextResponse(request.state.greeting)

    return Starlette(routes=[Route("/", hello)], lifespan=lifespan)


async def serve(settings: MatcherSettings) -> None:
    redis = connect(settings.redis_url)
    worker = StreamWorker(redis, clock=SystemClock(), block_ms=50, claim_every_ms=50)
    worker.consume(
        ArticleIngested,
        group="matcher",
        handler=match,
        publishes=(ArticleMatched,),
        timeout_s=60 if settings.fault == "patient" else 0.8,
        min_idle_s=61 if settings.fault == "patient" else 1,
        max_deliveries=2,
    )

    async def follow() -> None:
        await asyncio.sleep(0.3)
        if settings.fault == "background":
            raise KeyError("broken")
        if settings.fault == "returns":
            return
        while True:
            await redis.ping()
            await asyncio.sleep(0.05)

    async def prepare() -> None:
        if settings.fault == "prepare":
            raise KeyError("unprepared")

    async def say_goodbye() -> None:
        await redis.set("goodbye", "said")

    await process.serve(
        "matcher",
        settings,
        redis=redis,
        worker=worker,
        app=application(settings.fault),
        on_start=(prepare,),
        background=(follow,),
        on_stop=(say_goodbye,),
    )


if __name__ == "__main__":
    process.run("matcher", MatcherSettings, serve)
