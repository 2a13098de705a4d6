"""What a DeliveryLedger tells of its deliveries, and how long; the fake and the real one alike."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from contracts.ledger_bench import HOUR, LEASE, Bench, bench, delivery, ledger, only_claim
from tocsin.adapters import keys
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.errors import NotFoundError
from tocsin.ports.deliveries import (
    RETENTION,
    DeliveryLedger,
    State,
)


__all__ = ["bench", "ledger"]  # fixtures


async def test_what_was_never_enqueued_is_not_found(ledger: DeliveryLedger) -> None:
    with pytest.raises(NotFoundError, match="no delivery 'd1'"):
        await ledger.get("d1")


async def test_every_state_is_counted(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery(f"d{number}") for number in range(6)])
    leased, sending, delivered, dead, later = await ledger.claim("me", 5, LEASE)
    for claim in (sending, delivered, dead, later):
        await ledger.begin(claim, LEASE)
    await ledger.delivered(delivered, "ok")
    await ledger.dead(dead, "no")
    await ledger.retry(later, "later", HOUR)

    there = (State.PENDING, State.LEASED, State.SENDING, State.RETRY, State.DELIVERED, State.DEAD)
    assert await ledger.counts() == dict.fromkeys(State, 0) | dict.fromkeys(there, 1)
    assert (await ledger.get(leased.delivery.id)).state is State.LEASED


async def test_the_last_are_told_newest_first(bench: Bench) -> None:
    ledger = bench.ledger
    for number in range(5):
        await ledger.enqueue([delivery(f"d{number}", article=f"a{number % 2}")])
        await bench.pass_time(timedelta(seconds=1))
    claims = await ledger.claim("me", 10, LEASE)
    await ledger.dead(next(claim for claim in claims if claim.delivery.id == "d2"), "no")

    async def recent(
        limit: int = 10, state: State | None = None, article: str | None = None
    ) -> list[str]:
        records = await ledger.recent(limit, state=state, article_id=article)
        return [record.delivery.id for record in records]

    assert await recent() == ["d4", "d3", "d2", "d1", "d0"]
    assert await recent(limit=2) == ["d4", "d3"]
    assert await recent(state=State.DEAD) == ["d2"]
    assert await recent(article="a0") == ["d4", "d2", "d0"]
    assert await recent(state=State.LEASED, article="a0") == ["d4", "d0"]
    assert await recent(article="unknown") == []


async def test_the_last_are_found_among_very_many(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery(f"d{number:03}") for number in range(250)])

    assert len(await ledger.recent(240)) == 240
    assert len(await ledger.recent(1_000)) == 250


async def test_lag_is_how_long_the_first_has_been_due(bench: Bench) -> None:
    ledger = bench.ledger
    assert await ledger.lag() == timedelta()
    await ledger.enqueue([delivery()])

    await bench.pass_time(HOUR)
    lag = await ledger.lag()
    await only_claim(ledger)

    assert HOUR <= lag < HOUR * 2
    assert await ledger.lag() == timedelta()


async def test_what_is_finished_is_forgotten_after_two_weeks_and_nothing_before(
    redis: Redis,
) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery("d1"), delivery("d2")])
    first, _ = await ledger.claim("me", 2, LEASE)

    await ledger.delivered(first, "ok")

    finished = await redis.pttl(keys.delivery(first.delivery.id))
    assert RETENTION - HOUR < timedelta(milliseconds=finished) <= RETENTION
    waiting = "d2" if first.delivery.id == "d1" else "d1"
    assert await redis.pttl(keys.delivery(waiting)) == -1


async def test_an_index_forgets_what_is_gone(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery("old")])
    await ledger.delivered(await only_claim(ledger), "ok")
    age = -(RETENTION + timedelta(days=2)).total_seconds() * 1000
    for index in (keys.DELIVERIES_RECENT, keys.deliveries_in(State.DELIVERED)):
        await redis.zincrby(index, age, "old")

    await ledger.enqueue([delivery("new")])

    assert [record.delivery.id for record in await ledger.recent(10)] == ["new"]
    assert (await ledger.counts())[State.DELIVERED] == 0


async def test_no_queue_is_left_when_all_is_done(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery(f"d{number}", lane=f"l{number}") for number in range(3)])
    for claim in await ledger.claim("me", 10, LEASE):
        await ledger.begin(claim, LEASE)
        await ledger.delivered(claim, "ok")

    assert [key async for key in redis.scan_iter(f"{keys.DELIVERIES_DUE}*")] == []
