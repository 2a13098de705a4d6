"""What every SourceStore promises; the fake and the real one alike."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import SourceDocument
from tocsin.errors import NotFoundError, StoreUnavailableError, UnreadableError
from tocsin.ports.clock import Clock
from tocsin.ports.sources import SourceLease, SourceState, SourceStore
from tocsin.testing import FakeClock, FakeSourceStore


RFI = SourceDocument(id="rfi", url="https://www.rfi.fr/en/africa/rss", name="RFI Africa")
APA = SourceDocument(id="apa", url="https://apanews.net/feed", name="APA News", language="en")
LONG = timedelta(minutes=1)


@dataclass(frozen=True)
class Desk:
    """A store and its clock. ``wait`` lets 50 ms or more pass."""

    store: SourceStore
    clock: Clock
    wait: Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(params=["fake", "redis"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "fake":
        clock = FakeClock()

        async def advance() -> None:
            clock.advance(seconds=0.05)

        return Desk(FakeSourceStore(clock), clock, advance)

    # The store's clock runs by itself, so the real one is waited for.
    redis: Redis = request.getfixturevalue("redis")
    real = SystemClock()
    return Desk(RedisSourceStore(redis, real), real, lambda: asyncio.sleep(0.05))


@pytest.fixture
def store(desk: Desk) -> SourceStore:
    return desk.store


def renamed(source: SourceDocument, **changes: object) -> SourceDocument:
    return SourceDocument.model_validate(source.model_dump() | changes)


async def leased(store: SourceStore, limit: int = 10) -> list[SourceLease]:
    return list(await store.lease(limit, LONG))


async def the_lease(store: SourceStore) -> SourceLease:
    [lease] = await leased(store)
    return lease


async def test_a_store_is_empty_at_first(store: SourceStore) -> None:
    assert list(await store.all()) == []
    assert await leased(store) == []
    with pytest.raises(NotFoundError):
        await store.get("rfi")
    with pytest.raises(NotFoundError):
        await store.delete("rfi")
    with pytest.raises(NotFoundError):
        await store.poll_now("rfi")


async def test_sources_are_listed_by_id(store: SourceStore) -> None:
    await store.put(RFI)
    await store.put(APA)

    assert [source for source, _ in await store.all()] == [APA, RFI]
    assert (await store.get("rfi"))[0] == RFI


async def test_a_new_source_is_due_at_once_and_unknown(desk: Desk) -> None:
    await desk.store.put(RFI)

    [(_, state)] = await desk.store.all()
    assert state.next_poll is not None
    assert abs(state.next_poll - desk.clock.now()) < timedelta(seconds=5)
    lease = await the_lease(desk.store)
    assert lease.source == RFI
    assert lease.state == SourceState()


async def test_a_leased_source_is_given_to_nobody_else(store: SourceStore) -> None:
    await store.put(RFI)

    await the_lease(store)

    assert await leased(store) == []
    assert (await store.get("rfi"))[1].next_poll is None


async def test_no_more_are_leased_than_asked_for(desk: Desk) -> None:
    for number in range(5):
        await desk.store.put(renamed(RFI, id=f"rfi-{number}"))
        await desk.wait()

    assert [lease.source.id for lease in await leased(desk.store, 2)] == ["rfi-0", "rfi-1"]
    assert [lease.source.id for lease in await leased(desk.store, 9)] == ["rfi-2", "rfi-3", "rfi-4"]


async def test_the_outcome_of_a_poll_is_kept_and_the_next_is_due_when_it_says(desk: Desk) -> None:
    await desk.store.put(RFI)
    lease = await the_lease(desk.store)
    outcome = SourceState(
        etag='W/"1\xe9"',
        last_modified="Thu, 01 Jan 2026 00:00:00 GMT",
        body_hash="ab",
        failures=2,
        problem="answered 500",
        last_success=datetime(2026, 1, 1, tzinfo=UTC),
        last_new=datetime(2025, 12, 31, tzinfo=UTC),
        next_poll=desk.clock.now() + timedelta(hours=1),
        reason="waits after a failure",
        interval_s=3600.0,
        validated_url="https://www.rfi.fr/final",
        polled_url=RFI.url,
        window=("a", "b"),
    )

    held = await desk.store.release(lease, outcome)

    assert held
    assert await leased(desk.store) == []
    _, state = await desk.store.get("rfi")
    assert replace(state, next_poll=None) == replace(outcome, next_poll=None)
    assert state.next_poll is not None
    assert outcome.next_poll is not None
    assert abs(state.next_poll - outcome.next_poll) < timedelta(seconds=5)


async def test_a_source_is_due_again_when_its_time_has_come(desk: Desk) -> None:
    await desk.store.put(RFI)
    soon = desk.clock.now() + timedelta(milliseconds=30)
    await desk.store.release(await the_lease(desk.store), SourceState(next_poll=soon))

    await desk.wait()

    await the_lease(desk.store)


async def test_a_state_without_a_next_poll_makes_the_source_due_at_once(store: SourceStore) -> None:
    await store.put(RFI)
    await store.release(await the_lease(store), SourceState())

    await the_lease(store)


async def test_a_lease_that_ran_out_is_given_again_and_the_old_one_is_void(desk: Desk) -> None:
    await desk.store.put(RFI)
    [lost] = await desk.store.lease(10, timedelta(milliseconds=30))
    await desk.wait()

    again = await the_lease(desk.store)

    assert again.token > lost.token
    assert not await desk.store.release(lost, SourceState(problem="from the dead"))
    assert await desk.store.release(again, SourceState(problem="from the living"))
    assert (await desk.store.get("rfi"))[1].problem == "from the living"


async def test_a_lease_is_released_once(store: SourceStore) -> None:
    await store.put(RFI)
    lease = await the_lease(store)

    assert await store.release(lease, SourceState())
    assert not await store.release(lease, SourceState())


async def test_putting_a_source_as_it_stands_leaves_its_schedule_alone(desk: Desk) -> None:
    await desk.store.put(RFI)
    later = SourceState(etag="x", next_poll=desk.clock.now() + LONG)
    await desk.store.release(await the_lease(desk.store), later)

    await desk.store.put(RFI)
    await desk.store.put(renamed(RFI, name="Radio France", home="country:FR", language="en"))

    assert await leased(desk.store) == []
    assert (await desk.store.get("rfi"))[0].name == "Radio France"


@pytest.mark.parametrize(
    "change",
    [{"url": "https://new.example.org"}, {"min_interval_s": 60}, {"max_interval_s": 7200}],
    ids=str,
)
async def test_a_change_of_the_polling_makes_the_source_due_and_keeps_its_state(
    desk: Desk, change: dict[str, object]
) -> None:
    await desk.store.put(RFI)
    later = SourceState(etag="x", next_poll=desk.clock.now() + LONG)
    await desk.store.release(await the_lease(desk.store), later)

    await desk.store.put(renamed(RFI, **change))

    lease = await the_lease(desk.store)
    assert lease.source == renamed(RFI, **change)
    assert lease.state.etag == "x"


async def test_a_change_during_a_poll_makes_its_outcome_void(store: SourceStore) -> None:
    await store.put(RFI)
    old = await the_lease(store)

    await store.put(renamed(RFI, url="https://new.example.org"))

    assert not await store.release(old, SourceState(etag="of the old address"))
    assert (await the_lease(store)).state.etag == ""


async def test_a_disabled_source_is_not_polled_until_it_is_enabled_again(
    store: SourceStore,
) -> None:
    await store.put(renamed(RFI, enabled=False))
    assert await leased(store) == []
    assert (await store.get("rfi"))[1].next_poll is None
    with pytest.raises(NotFoundError):
        await store.poll_now("rfi")

    await store.put(RFI)

    await the_lease(store)


async def test_a_source_that_is_disabled_during_a_poll_stays_so(store: SourceStore) -> None:
    await store.put(RFI)
    lease = await the_lease(store)

    await store.put(renamed(RFI, enabled=False))

    assert not await store.release(lease, SourceState())
    assert await leased(store) == []


async def test_a_source_can_be_polled_before_its_time(desk: Desk) -> None:
    await desk.store.put(RFI)
    later = SourceState(next_poll=desk.clock.now() + LONG)
    await desk.store.release(await the_lease(desk.store), later)

    await desk.store.poll_now("rfi")

    lease = await the_lease(desk.store)
    await desk.store.poll_now("rfi")
    assert await leased(desk.store) == []
    assert await desk.store.release(lease, later)


async def test_a_deleted_source_is_forgotten_with_its_state(desk: Desk) -> None:
    await desk.store.put(RFI)
    lease = await the_lease(desk.store)

    await desk.store.delete("rfi")

    assert not await desk.store.release(lease, SourceState(etag="x"))
    assert list(await desk.store.all()) == []
    await desk.store.put(RFI)
    again = await the_lease(desk.store)
    assert again.state == SourceState()
    assert again.token > lease.token
    assert not await desk.store.release(lease, SourceState(etag="x"))


async def test_replicas_that_lease_at_once_share_the_sources(desk: Desk) -> None:
    for number in range(60):
        await desk.store.put(renamed(RFI, id=f"rfi-{number:02}"))

    shares = await asyncio.gather(*(desk.store.lease(7, LONG) for _ in range(12)))

    ids = [lease.source.id for share in shares for lease in share]
    assert sorted(ids) == [f"rfi-{number:02}" for number in range(60)]


@pytest.mark.parametrize("stored", [b'{"id": "rfi", "colour": "red"}', b"{", b"[]"])
async def test_a_source_that_cannot_be_read_hides_no_other_and_is_not_polled(
    redis: Redis, stored: bytes
) -> None:
    store = RedisSourceStore(redis, SystemClock())
    await store.put(RFI)
    await store.put(APA)
    await redis.hset(keys.SOURCES, "rfi", stored)

    with capture_logs() as logs:
        leases = await store.lease(10, LONG)
        sources = [source for source, _ in await store.all()]

    assert [lease.source for lease in leases] == sources == [APA]
    assert set(store.unreadable) == {"rfi"}
    assert [(line["log_level"], line["kind"], line["id"]) for line in logs] == [
        ("error", "source", "rfi")
    ]
    with pytest.raises(UnreadableError):
        await store.get("rfi")


async def test_a_source_that_cannot_be_read_is_polled_again_once_it_is_replaced(
    redis: Redis,
) -> None:
    store = RedisSourceStore(redis, SystemClock())
    await store.put(RFI)
    await redis.hset(keys.SOURCES, "rfi", b"{")
    assert await store.lease(10, LONG) == []

    await store.put(RFI)

    assert (await the_lease(store)).source == RFI
    assert store.unreadable == {}


async def test_a_source_that_cannot_be_read_can_be_deleted(redis: Redis) -> None:
    store = RedisSourceStore(redis, SystemClock())
    await store.put(RFI)
    await redis.hset(keys.SOURCES, "rfi", b"{")

    await store.delete("rfi")

    assert await store.lease(10, LONG) == []
    with pytest.raises(NotFoundError):
        await store.get("rfi")


async def test_a_store_that_is_away_is_named_as_such() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        store = RedisSourceStore(nowhere, SystemClock())
        for call in (
            store.put(RFI),
            store.delete("rfi"),
            store.get("rfi"),
            store.all(),
            store.poll_now("rfi"),
            store.lease(1, LONG),
            store.release(SourceLease(RFI, SourceState(), 1), SourceState()),
        ):
            with pytest.raises(StoreUnavailableError):
                await call
