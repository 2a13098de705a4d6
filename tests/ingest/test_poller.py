"""The life of the polls: shared, bounded, and given back at the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from ingest.articles import RFI, EnglishGuesser
from ingest.web import Exchange, Web, serving
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import SourceDocument
from tocsin.errors import StoreUnavailableError
from tocsin.events import ArticleIngested
from tocsin.ports.sources import SourceLease, SourceState
from tocsin.testing import FakeClock, FakeSourceStore
from tocsin_ingest.adapters.guarded_http import GuardedHttp
from tocsin_ingest.adapters.readers import SandboxedReader
from tocsin_ingest.adapters.sandbox import Sandbox
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.poller.poll import FeedPoll
from tocsin_ingest.poller.poller import Poller
from tocsin_ingest.stages.egress import Egress
from tocsin_ingest.stages.schedule import Outcome, Unchanged


def source(number: int) -> SourceDocument:
    return RFI.model_copy(update={"id": f"source-{number}"})


@dataclass
class Polls:
    """Stands for a poll; each lasts until ``gate`` is opened."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    error: Exception | None = None
    started: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, lease: SourceLease) -> Outcome:
        async with self.started:
            self.begun.append(lease.source.id)
            self.started.notify_all()
        await self.gate.wait()
        if self.error:
            raise self.error
        return Unchanged()

    async def count(self, polls: int) -> None:
        async with self.started:
            await self.started.wait_for(lambda: len(self.begun) >= polls)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(clock: FakeClock) -> FakeSourceStore:
    sources = FakeSourceStore(clock)
    for number in range(5):
        await sources.put(source(number))
    return sources


@pytest.fixture
def polls() -> Polls:
    return Polls()


@asynccontextmanager
async def running(poller: Poller) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def poller_of(store: FakeSourceStore, polls: Polls, clock: FakeClock, at_once: int = 32) -> Poller:
    return Poller(store, polls, clock, lambda: 0.5, at_once=at_once)


async def state_of(store: FakeSourceStore, number: int) -> SourceState:
    return (await store.get(f"source-{number}"))[1]


async def test_what_is_due_is_polled_at_once_and_no_more_than_allowed(
    store: FakeSourceStore, polls: Polls, clock: FakeClock
) -> None:
    async with running(poller_of(store, polls, clock, at_once=3)):
        await polls.count(3)
        assert polls.begun == ["source-0", "source-1", "source-2"]
        polls.gate.set()
        await polls.count(5)

    assert polls.begun == [f"source-{number}" for number in range(5)]
    assert (await state_of(store, 4)).last_success == clock.now()


async def test_told_to_stop_it_finishes_what_is_under_way_and_takes_no_more(
    store: FakeSourceStore, polls: Polls, clock: FakeClock
) -> None:
    poller = poller_of(store, polls, clock, at_once=2)
    async with running(poller) as task:
        await polls.count(2)
        draining = asyncio.create_task(poller.drain())
        await asyncio.sleep(0)
        assert not draining.done()
        polls.gate.set()
        await draining
        await task

    assert len(polls.begun) == 2
    assert (await state_of(store, 0)).last_success == clock.now()


async def test_cancelled_it_gives_back_what_is_under_way(
    store: FakeSourceStore, polls: Polls, clock: FakeClock
) -> None:
    async with running(poller_of(store, polls, clock)):
        await polls.count(5)

    state = await state_of(store, 3)
    assert state.next_poll == clock.now()
    assert state.reason == "the poller was stopped"
    assert state.failures == 0


async def test_what_does_not_finish_in_time_is_given_back_too(
    store: FakeSourceStore, polls: Polls, clock: FakeClock
) -> None:
    poller = poller_of(store, polls, clock)
    async with running(poller):
        await polls.count(5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await poller.drain()

    assert (await state_of(store, 3)).reason == "the poller was stopped"


async def test_a_mistake_of_ours_stops_one_source_for_a_while_and_no_other(
    store: FakeSourceStore, polls: Polls, clock: FakeClock
) -> None:
    polls.error = ZeroDivisionError("oops")
    polls.gate.set()
    async with running(poller_of(store, polls, clock, at_once=1)):
        await polls.count(5)

    state = await state_of(store, 0)
    assert (
        state.problem == "cannot be polled because of an error of ours (ZeroDivisionError('oops'))"
    )
    assert state.next_poll is not None
    assert state.next_poll > clock.now()


class Absent(FakeSourceStore):
    """Is away while ``away`` is set."""

    away = True

    async def lease(self, limit: int, duration: timedelta) -> Sequence[SourceLease]:
        if self.away:
            raise StoreUnavailableError("connection refused")
        return await super().lease(limit, duration)

    async def release(self, lease: SourceLease, state: SourceState) -> bool:
        if self.away:
            raise StoreUnavailableError("connection refused")
        return await super().release(lease, state)


async def test_without_its_store_it_says_so_and_goes_on_when_run_again(
    polls: Polls, clock: FakeClock
) -> None:
    store = Absent(clock)
    await store.put(source(0))
    poller = poller_of(store, polls, clock)
    with pytest.raises(StoreUnavailableError):
        await poller.run()

    store.away = False
    async with running(poller):
        await polls.count(1)
        store.away = True
        polls.gate.set()
        await poller.drain()

    # The outcome could not be noted, so the lease runs out and somebody polls again.
    store.away = False
    clock.advance(minutes=2)
    [lease] = await store.lease(1, timedelta(minutes=1))
    assert lease.source.id == "source-0"


FEED = (
    """<?xml version="1.0"?><rss version="2.0"><channel><title>RFI</title>{items}</channel></rss>"""
)
ITEM = "<item><title>Article number {n} of today</title><guid>{n}</guid><pubDate>{date}</pubDate></item>"


def feed(*numbers: int) -> bytes:
    date = SystemClock().now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    return FEED.format(items="".join(ITEM.format(n=n, date=date) for n in numbers)).encode()


@pytest.mark.slow
async def test_two_replicas_poll_a_real_server_politely_and_publish_each_article_once(
    redis: Redis,
) -> None:
    clock = SystemClock()
    store = RedisSourceStore(redis, clock)
    asked_twice, polled_again = asyncio.Event(), asyncio.Event()

    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(serving())

        async def answer(exchange: Exchange) -> None:
            if exchange.headers.get("if-none-match") == '"2"':
                await exchange.respond(b"", 304)
                polled_again.set()
            elif "if-none-match" in exchange.headers:
                await exchange.respond(feed(3, 2, 1), 200, {"ETag": '"2"'})
                asked_twice.set()
            else:
                await exchange.respond(feed(2, 1), 200, {"ETag": '"1"'})

        web.answers["/rss"] = answer
        await store.put(
            SourceDocument(id="rfi", url=f"{web.url}/rss", name="RFI", min_interval_s=10)
        )
        for _ in range(2):
            await stack.enter_async_context(replica(redis, store, web))
        for seen in (asked_twice, polled_again):
            while not seen.is_set():
                await hurry(store)
        while (await store.get("rfi"))[1].reason != "nothing new: a little later each time":
            await hurry(store)

    assert await redis.xlen(ArticleIngested.stream) == 3
    _, state = await store.get("rfi")
    assert (state.problem, state.etag, len(state.window)) == ("", '"2"', 3)


@asynccontextmanager
async def replica(redis: Redis, store: RedisSourceStore, web: Web) -> AsyncIterator[None]:
    clock = SystemClock()
    sandbox = Sandbox(processes=1)
    egress = Egress.of([f"{web.host}:{web.port}"])
    async with GuardedHttp(egress, user_agent="Tocsin/test") as http:
        intake = Intake(RedisArticlePublisher(redis), EnglishGuesser(), clock)
        poll = FeedPoll(http, SandboxedReader(sandbox), intake, clock)
        async with running(Poller(store, poll, clock, lambda: 0.5)):
            yield
    await sandbox.aclose()


async def hurry(store: RedisSourceStore) -> None:
    """Make the source due, instead of waiting for its interval, and let others have a turn."""
    await store.poll_now("rfi")
    await asyncio.sleep(0.05)
