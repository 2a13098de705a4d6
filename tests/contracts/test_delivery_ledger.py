"""What every DeliveryLedger promises of one delivery; the fake and the real one alike."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from contracts.ledger_bench import HOUR, LEASE, Bench, bench, delivery, ids, ledger, only_claim
from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.ports.deliveries import (
    DeliveryLedger,
    State,
)


__all__ = ["bench", "ledger"]  # fixtures


async def test_what_is_enqueued_can_be_claimed_whole(ledger: DeliveryLedger) -> None:
    assert await ledger.enqueue([delivery()]) == 1

    claim = await only_claim(ledger)

    assert claim.delivery == delivery()
    assert (claim.attempts, claim.suspect, claim.suspects) == (0, False, 0)
    assert claim.created_at == claim.queued_at


async def test_what_was_enqueued_before_is_not_new(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery("d1")])

    assert await ledger.enqueue([delivery("d1"), delivery("d2"), delivery("d2")]) == 1
    assert (await ledger.counts())[State.PENDING] == 2


async def test_what_was_delivered_is_not_enqueued_again(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    await ledger.delivered(await only_claim(ledger), "250 ok")

    assert await ledger.enqueue([delivery()]) == 0
    assert await ledger.claim("me", 10, LEASE) == []


async def test_very_many_can_be_enqueued_at_once(ledger: DeliveryLedger) -> None:
    assert await ledger.enqueue([delivery(f"d{number}") for number in range(1_001)]) == 1_001
    assert (await ledger.counts())[State.PENDING] == 1_001


async def test_nothing_is_claimed_twice(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    await only_claim(ledger)

    assert await ledger.claim("other", 10, LEASE) == []


async def test_no_more_is_claimed_than_asked_for(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery(f"d{number}") for number in range(5)])

    first = await ledger.claim("me", 3, LEASE)
    second = await ledger.claim("me", 3, LEASE)

    assert (len(first), len(second)) == (3, 2)
    assert len({*ids(first), *ids(second)}) == 5


async def test_a_channel_has_one_at_a_time(bench: Bench) -> None:
    ledger = bench.ledger
    for id_ in ("d1", "d2", "d3"):
        await ledger.enqueue([delivery(id_, channel="mail")])
        await bench.pass_time(timedelta(seconds=1))

    sent = []
    for _ in range(3):
        claim = await only_claim(ledger)
        assert await ledger.begin(claim, LEASE)
        sent += ids([claim])
        await ledger.delivered(claim, "ok")

    assert sent == ["d1", "d2", "d3"]


async def test_a_lane_has_a_few_at_a_time_and_leaves_the_others_alone(
    ledger: DeliveryLedger,
) -> None:
    await ledger.enqueue([delivery(f"slow{number}", lane="slow") for number in range(10)])
    await ledger.enqueue([delivery("quick", lane="quick")])

    claims = await ledger.claim("me", 100, LEASE, per_lane=3)

    assert Counter(claim.delivery.lane for claim in claims) == {"slow": 3, "quick": 1}
    assert await ledger.claim("other", 100, LEASE, per_lane=3) == []


async def test_a_lane_takes_the_next_when_one_is_done(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery(f"d{number}") for number in range(3)])
    first, _ = await ledger.claim("me", 10, LEASE, per_lane=2)

    await ledger.delivered(first, "ok")

    assert len(await ledger.claim("me", 10, LEASE, per_lane=2)) == 1


async def test_a_channel_that_waits_does_not_hold_up_its_own_next(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery("d1", channel="mail")])
    await ledger.retry(await only_claim(ledger), "451 greylisted", HOUR)

    await ledger.enqueue([delivery("d2", channel="mail")])

    assert ids(await ledger.claim("me", 10, LEASE)) == ["d2"]


async def test_a_lease_that_ran_out_frees_the_delivery_and_voids_the_claim(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    lost = await only_claim(ledger)

    await bench.pass_time(LEASE)

    assert not await ledger.begin(lost, LEASE)
    assert not await ledger.renew(lost, LEASE)
    claim = await only_claim(ledger)
    assert claim.fence > lost.fence
    assert (claim.attempts, claim.suspect) == (0, False)
    assert await ledger.begin(claim, LEASE)


async def test_a_renewed_lease_holds(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery("d1", channel="mail"), delivery("d2", channel="mail")])
    claim = await only_claim(ledger)
    assert await ledger.begin(claim, LEASE)

    for _ in range(5):
        await bench.pass_time(LEASE * 0.9)
        assert await ledger.renew(claim, LEASE)
        assert await ledger.claim("other", 10, LEASE) == []

    await ledger.delivered(claim, "ok")
    assert (await ledger.get(claim.delivery.id)).state is State.DELIVERED


async def test_an_owner_lost_while_sending_makes_the_next_claim_a_suspect(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    lost = await only_claim(ledger)
    assert await ledger.begin(lost, LEASE)
    await bench.pass_time(LEASE)

    claim = await only_claim(ledger)

    assert (claim.suspect, claim.suspects, claim.attempts) == (True, 1, 1)
    record = await ledger.get("d1")
    assert record.suspects == 1
    assert [attempt.outcome for attempt in record.history] == ["lost"]


async def test_a_claim_can_be_begun_once(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)

    assert await ledger.begin(claim, LEASE)
    assert not await ledger.begin(claim, LEASE)
    assert (await ledger.get("d1")).attempts == 1
    assert (await ledger.get("d1")).state is State.SENDING


async def test_success_is_final_and_told_with_its_reason(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)

    await ledger.delivered(claim, "250 queued as 4711")
    await ledger.delivered(claim, "once more")

    record = await ledger.get("d1")
    assert (record.state, record.reason) == (State.DELIVERED, "250 queued as 4711")
    assert record.due_at is None
    assert [(event.outcome, event.reason) for event in record.history] == [
        ("delivered", "250 queued as 4711")
    ]


async def test_success_of_who_was_killed_is_noted_by_another(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    lost = await only_claim(ledger)
    await ledger.begin(lost, LEASE)

    await ledger.confirm("d1", "250 ok")
    await ledger.confirm("d1", "said again")
    await ledger.confirm("unknown", "250 ok")

    record = await ledger.get("d1")
    assert (record.state, record.reason) == (State.DELIVERED, "250 ok")
    await bench.pass_time(LEASE)
    assert await ledger.claim("me", 10, LEASE) == []


async def test_success_counts_though_the_claim_is_void(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    slow = await only_claim(ledger)
    await ledger.begin(slow, LEASE)
    await bench.pass_time(LEASE)
    second = await only_claim(ledger)

    await ledger.delivered(slow, "250 ok, after all")

    assert not await ledger.begin(second, LEASE)
    await ledger.retry(second, "too late", HOUR)
    assert (await ledger.get("d1")).state is State.DELIVERED
    await bench.pass_time(HOUR)
    assert await ledger.claim("me", 10, LEASE) == []


async def test_a_claim_that_somebody_else_has_now_decides_nothing(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    lost = await only_claim(ledger)
    await bench.pass_time(LEASE)
    present = await only_claim(ledger)

    assert not await ledger.begin(lost, LEASE)
    assert not await ledger.renew(lost, LEASE)
    await ledger.retry(lost, "too late", timedelta())
    await ledger.dead(lost, "too late")
    await ledger.release(lost)

    assert (await ledger.get("d1")).state is State.LEASED
    assert (await ledger.get("d1")).history == ()
    assert await ledger.begin(present, LEASE)


async def test_a_retry_is_due_when_it_is_said(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)

    await ledger.retry(claim, "451 try later", HOUR)

    record = await ledger.get("d1")
    assert (record.state, record.reason, record.attempts) == (State.RETRY, "451 try later", 1)
    assert record.due_at is not None
    assert await ledger.claim("me", 10, LEASE) == []
    await bench.pass_time(HOUR)
    again = await only_claim(ledger)
    assert (again.attempts, again.suspect) == (1, False)
    assert again.created_at == claim.created_at


async def test_a_retry_that_is_unsure_makes_the_next_claim_a_suspect(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)

    await ledger.retry(claim, "the line went dead", HOUR, unsure=True)
    await bench.pass_time(HOUR)

    assert (await only_claim(ledger)).suspects == 1


async def test_a_repeated_answer_changes_nothing(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)

    await ledger.retry(claim, "first", HOUR)
    await ledger.retry(claim, "second", timedelta())
    await ledger.dead(claim, "third")
    await ledger.release(claim)

    record = await ledger.get("d1")
    assert (record.state, record.reason) == (State.RETRY, "first")
    assert len(record.history) == 1
    assert await ledger.claim("me", 10, LEASE) == []


async def test_the_dead_stay_dead_until_somebody_revives_them(bench: Bench) -> None:
    ledger = bench.ledger
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)
    await ledger.dead(claim, "550 no such user")
    assert await ledger.claim("me", 10, LEASE) == []
    assert await ledger.enqueue([delivery()]) == 0

    await bench.pass_time(HOUR)
    await ledger.revive("d1")

    again = await only_claim(ledger)
    assert again.attempts == 0
    assert again.created_at == claim.created_at
    assert again.queued_at >= claim.queued_at
    assert [event.outcome for event in (await ledger.get("d1")).history] == ["dead", "revived"]


async def test_only_the_dead_can_be_revived(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])

    for id_ in ("d1", "unknown"):
        with pytest.raises(NotFoundError, match="no dead delivery"):
            await ledger.revive(id_)


async def test_what_was_delivered_may_come_back(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery(), delivery("d2")])
    claim, other = await ledger.claim("o", 2, LEASE)
    await ledger.begin(claim, LEASE)
    await ledger.delivered(claim, "250 ok")

    assert await ledger.bounced("d1", "5.1.1 no such user")
    assert not await ledger.bounced("d1", "again")
    assert not await ledger.bounced("d2", "was never sent")
    assert not await ledger.bounced("d3", "is not there")

    record = await ledger.get("d1")
    assert (record.state, record.reason) == (State.BOUNCED, "5.1.1 no such user")
    assert [each.outcome for each in record.history] == ["delivered", "bounced"]
    await ledger.delivered(claim, "repeated")
    assert (await ledger.get("d1")).state is State.BOUNCED
    assert (await ledger.counts())[State.BOUNCED] == 1
    assert (await ledger.get(other.delivery.id)).state is State.LEASED


async def test_what_is_given_back_is_due_at_once(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)

    await ledger.release(claim)

    assert not await ledger.begin(claim, LEASE)
    again = await only_claim(ledger)
    assert (again.attempts, again.suspect) == (0, False)


async def test_what_was_begun_cannot_be_given_back(ledger: DeliveryLedger) -> None:
    await ledger.enqueue([delivery()])
    claim = await only_claim(ledger)
    await ledger.begin(claim, LEASE)

    await ledger.release(claim)

    assert (await ledger.get("d1")).state is State.SENDING
    assert await ledger.claim("me", 10, LEASE) == []


async def test_two_owners_share_the_work_and_repeat_none(redis: Redis, valkey_url: str) -> None:
    other = connect(valkey_url)
    ledgers = [RedisDeliveryLedger(redis), RedisDeliveryLedger(other)]
    await ledgers[0].enqueue(
        [
            delivery(f"d{number}", channel=f"c{number % 40}", lane=f"l{number % 5}")
            for number in range(400)
        ]
    )
    sent: list[str] = []

    async def work(ledger: DeliveryLedger) -> None:
        while claims := await ledger.claim("somebody", 5, LEASE, per_lane=100):
            for claim in claims:
                assert await ledger.begin(claim, LEASE)
                sent.append(claim.delivery.id)
                await ledger.delivered(claim, "ok")

    await asyncio.gather(*(work(ledger) for ledger in ledgers for _ in range(3)))
    await work(ledgers[0])
    await other.aclose()

    assert len(sent) == len(set(sent)) == 400
    assert (await ledgers[0].counts())[State.DELIVERED] == 400


async def test_a_delivery_removed_by_hand_stops_no_other(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([replace(delivery("d1"), channel_id="mail")])
    await redis.delete(keys.delivery("d1"))
    await ledger.enqueue([replace(delivery("d2"), channel_id="mail")])

    assert ids([*await ledger.claim("me", 1, LEASE), *await ledger.claim("me", 1, LEASE)]) == ["d2"]


async def test_what_is_finished_is_never_claimed_though_somebody_put_it_back(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery("d1", channel="mail")])
    await ledger.delivered(await only_claim(ledger), "ok")
    await ledger.enqueue([delivery("d2", channel="mail")])
    await redis.zadd(f"{keys.DELIVERIES_DUE}:queue:relay:mail", {"d1": 0})

    assert ids([*await ledger.claim("me", 1, LEASE), *await ledger.claim("me", 1, LEASE)]) == ["d2"]


async def test_a_ledger_that_is_away_says_so(unused_tcp_port: int) -> None:
    nowhere = connect(f"redis://127.0.0.1:{unused_tcp_port}/0")
    ledger = RedisDeliveryLedger(nowhere)

    with pytest.raises(StoreUnavailableError):
        await ledger.enqueue([delivery()])
    with pytest.raises(StoreUnavailableError):
        await ledger.counts()
    await nowhere.aclose()


async def test_a_step_that_fails_leaves_those_beside_it_alone(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery("spoiled"), delivery("sound")])
    claims = {claim.delivery.id: claim for claim in await ledger.claim("me", 10, LEASE)}
    await redis.set(keys.delivery("spoiled"), "no hash")

    spoiled, sound = await asyncio.gather(
        ledger.begin(claims["spoiled"], LEASE),
        ledger.begin(claims["sound"], LEASE),
        return_exceptions=True,
    )

    assert isinstance(spoiled, ResponseError)
    assert "WRONGTYPE" in str(spoiled)
    assert sound is True
    assert (await ledger.get("sound")).state is State.SENDING


async def test_a_server_that_forgot_the_script_is_sent_it_again(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([delivery()])
    await redis.script_flush()

    assert await ledger.begin(await only_claim(ledger), LEASE)
