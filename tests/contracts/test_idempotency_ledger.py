"""What every IdempotencyLedger promises; the fake and the real one alike."""

import asyncio

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.idempotency import RedisIdempotencyLedger
from tocsin.errors import StoreUnavailableError
from tocsin.ports.idempotency import Answer, Claim, IdempotencyLedger, Running
from tocsin.testing import FakeClock, FakeIdempotencyLedger


ANSWER = Answer(
    "a1", 202, "application/json", b'{"id": "x", "title": "\xc3\xa9"}\x00\xff', "/v1/articles/x"
)


@pytest.fixture(params=["fake", "redis"])
def ledger(request: pytest.FixtureRequest) -> IdempotencyLedger:
    if request.param == "fake":
        return FakeIdempotencyLedger(FakeClock())
    redis: Redis = request.getfixturevalue("redis")
    return RedisIdempotencyLedger(redis)


async def claimed(ledger: IdempotencyLedger, key: str) -> Claim:
    begun = await ledger.begin(key)
    assert isinstance(begun, Claim)
    return begun


async def test_a_key_is_claimed_by_one(ledger: IdempotencyLedger) -> None:
    await claimed(ledger, "k")

    assert await ledger.begin("k") == Running()
    await claimed(ledger, "another key")


async def test_what_was_answered_is_answered_again(ledger: IdempotencyLedger) -> None:
    await ledger.finish(await claimed(ledger, "k"), ANSWER)

    assert await ledger.begin("k") == ANSWER


async def test_an_abandoned_key_may_be_claimed_again(ledger: IdempotencyLedger) -> None:
    await ledger.abandon(await claimed(ledger, "k"))

    await claimed(ledger, "k")


async def test_a_claim_that_was_given_up_cannot_answer(ledger: IdempotencyLedger) -> None:
    old = await claimed(ledger, "k")
    await ledger.abandon(old)
    new = await claimed(ledger, "k")

    await ledger.finish(old, ANSWER)
    await ledger.abandon(old)

    assert await ledger.begin("k") == Running()
    await ledger.finish(new, ANSWER)
    assert await ledger.begin("k") == ANSWER


async def test_of_many_that_begin_at_once_one_gets_the_claim(ledger: IdempotencyLedger) -> None:
    begun = await asyncio.gather(*(ledger.begin("k") for _ in range(20)))

    assert sum(isinstance(outcome, Claim) for outcome in begun) == 1


async def test_a_key_may_be_long_and_hold_anything(ledger: IdempotencyLedger) -> None:
    key = "clé {with} spaces\n" * 100

    await ledger.finish(await claimed(ledger, key), ANSWER)

    assert await ledger.begin(key) == ANSWER


async def test_a_claim_is_renewed_only_by_who_holds_it(ledger: IdempotencyLedger) -> None:
    old = await claimed(ledger, "k")
    await ledger.renew(old)
    assert await ledger.begin("k") == Running()
    await ledger.abandon(old)

    await ledger.renew(old)

    await claimed(ledger, "k")


def test_the_fake_forgets_claims_after_15_seconds_and_answers_after_a_day() -> None:
    clock = FakeClock()
    ledger = FakeIdempotencyLedger(clock)

    async def scenario() -> None:
        lost = await claimed(ledger, "k")
        clock.advance(seconds=10)
        await ledger.renew(lost)
        clock.advance(seconds=10)
        assert await ledger.begin("k") == Running()
        clock.advance(seconds=5)
        await ledger.finish(await claimed(ledger, "k"), ANSWER)
        await ledger.abandon(lost)
        assert await ledger.begin("k") == ANSWER
        clock.advance(hours=24)
        await claimed(ledger, "k")

    asyncio.run(scenario())


async def test_claims_and_answers_end_by_themselves(redis: Redis) -> None:
    ledger = RedisIdempotencyLedger(redis)
    claim = await claimed(ledger, "k")
    [place] = await redis.keys("*")
    claim_s = await redis.ttl(place)
    await redis.expire(place, 1)
    await ledger.renew(claim)
    renewed_s = await redis.ttl(place)

    await ledger.finish(claim, ANSWER)

    assert 13 <= claim_s <= 15
    assert 13 <= renewed_s <= 15
    assert 86_000 < await redis.ttl(place) <= 86_400


async def test_a_store_that_is_away_is_named_as_such() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        with pytest.raises(StoreUnavailableError):
            await RedisIdempotencyLedger(nowhere).begin("k")
