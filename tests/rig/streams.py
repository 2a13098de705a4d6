"""A stage for the stream worker: a real server, short idle times, and consumers that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY
from redis.asyncio import Redis

from rig.processes import free_port, valkey, wait_until_listening
from tocsin.adapters import wire
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.system_clock import SystemClock
from tocsin.events import ArticleIngested, ArticleMatched, ArticleSummary, Event
from tocsin.ports.streams import DeadLetter
from tocsin.runtime.worker import StreamWorker


ARTICLES = ArticleIngested.stream
MATCHES = ArticleMatched.stream
GROUP = "matcher"
NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

Handler = Callable[[ArticleIngested], Awaitable[Sequence[Event]]]


def article(article_id: str) -> ArticleIngested:
    return ArticleIngested(id=article_id, title="Title", text="Text.", fetched_at=NOON)


def matched(article_id: str) -> ArticleMatched:
    summary = ArticleSummary(id=article_id, title="Title", fetched_at=NOON)
    return ArticleMatched(article=summary, matches=(), matched_at=NOON)


async def match(event: ArticleIngested) -> Sequence[Event]:
    return (matched(event.id),)


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 10) -> None:
    """Wait for what only the server can tell."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 -- it is in the server
            await asyncio.sleep(0.005)


@dataclass
class Stage:
    redis: Redis
    calls: list[str] = field(default_factory=list)

    def worker(
        self, handler: Handler = match, *, consumer: str | None = None, **options: Any
    ) -> StreamWorker:
        """Return a worker that matches articles, quick to take over and to try again."""

        async def noted(event: ArticleIngested) -> Sequence[Event]:
            self.calls.append(event.id)
            return await handler(event)

        worker = StreamWorker(
            self.redis, clock=SystemClock(), consumer=consumer, block_ms=50, claim_every_ms=10
        )
        quick = {"timeout_s": 0.5, "min_idle_s": 0.6, "first_delay_s": 0.02}
        worker.consume(
            ArticleIngested,
            group=GROUP,
            handler=noted,
            publishes=(ArticleMatched,),
            **{**quick, **options},
        )
        return worker

    @asynccontextmanager
    async def working(
        self, handler: Handler = match, *, grace_s: float = 5, **options: Any
    ) -> AsyncIterator[StreamWorker]:
        worker = self.worker(handler, **options)
        await worker.start()
        try:
            yield worker
        finally:
            await worker.stop(grace_s)

    async def publish(self, *ids: str, headers: Mapping[str, str] | None = None) -> list[Any]:
        """Publish articles with these ids; return the entries' ids."""
        return [
            await self.redis.xadd(ARTICLES, {wire.FIELD: wire.encode(article(name), headers)})
            for name in ids
        ]

    async def read_and_die(self, consumer: str, count: int = 1) -> list[bytes]:
        """Read as a consumer that is never heard of again; return the entries' ids."""
        await self.ensure_group()
        reply: Any = await self.redis.xreadgroup(GROUP, consumer, {ARTICLES: ">"}, count=count)
        return [entry_id for _, entries in reply for entry_id, _ in entries]

    async def ensure_group(self) -> None:
        await self.worker().groups[0].ensure()

    async def raw_outputs(self) -> list[bytes]:
        entries: Any = await self.redis.xrange(MATCHES)
        return [fields[wire.FIELD] for _, fields in entries]

    async def outputs(self) -> list[str]:
        return [wire.decode(raw, ArticleMatched).article.id for raw in await self.raw_outputs()]

    async def until_output(self, *ids: str, within_s: float = 10) -> None:
        """Wait until matches of exactly these articles are there, in any order."""

        async def there() -> bool:
            return len(await self.outputs()) >= len(ids)

        await until(there, within_s)
        assert sorted(await self.outputs()) == sorted(ids)

    async def pending(self) -> Sequence[Mapping[str, Any]]:
        return await self.redis.xpending_range(ARTICLES, GROUP, min="-", max="+", count=1000)

    async def until_done(self, within_s: float = 10) -> None:
        """Wait until the group has finished with every entry."""

        async def done() -> bool:
            (group,) = await self.redis.xinfo_groups(ARTICLES)
            return bool(group["pending"] == 0 and group["lag"] == 0)

        await until(done, within_s)

    @property
    def dead_letters(self) -> RedisDeadLetters:
        return RedisDeadLetters(self.redis)

    async def letters(self) -> Sequence[DeadLetter]:
        return await self.dead_letters.recent(100)

    async def until_letter(self) -> DeadLetter:
        async def there() -> bool:
            return len(await self.letters()) > 0

        await until(there)
        (letter,) = await self.letters()
        return letter


class Counted:
    """How far Prometheus' counters of our stream went up since this was made."""

    def __init__(self) -> None:
        self._before = self._now()

    def since(self, counter: str, **labels: str) -> float:
        wanted = {"stream": ARTICLES, "group": GROUP, **labels}
        key = (counter, frozenset(wanted.items()))
        return self._now().get(key, 0.0) - self._before.get(key, 0.0)

    async def at_least(self, number: int, counter: str, **labels: str) -> bool:
        return self.since(counter, **labels) >= number

    def _now(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if sample.name.startswith("tocsin_stream_")
        }


class Server:
    """A server of our own, durable, that may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = valkey(folder, self.port)

    def start(self) -> None:
        self._process.start()
        wait_until_listening(self.port)

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process.running:
            self._process.kill()
