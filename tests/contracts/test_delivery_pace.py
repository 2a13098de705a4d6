"""How fast a DeliveryLedger lets deliveries go, and whom it leaves alone; the fake and the real one alike."""

from datetime import timedelta

from contracts.ledger_bench import (
    HOUR,
    LEASE,
    Bench,
    bench,
    delivery,
    ids,
    ledger,
    only_claim,
)
from tocsin.ports.deliveries import (
    BREAKER_FAILURES,
    BREAKER_FIRST,
    Blame,
    DeliveryLedger,
    Pace,
    Paces,
)


__all__ = ["bench", "ledger"]  # fixtures


SECOND = timedelta(seconds=1)


async def fail(ledger: DeliveryLedger, blame: Blame, rest: timedelta = timedelta()) -> bool:
    """Claim one and have it fail; tell whether there was one."""
    claims = await ledger.claim("me", 1, LEASE)
    for claim in claims:
        await ledger.begin(claim, LEASE)
        await ledger.retry(claim, "no answer", timedelta(), blame=blame, rest=rest)
    return bool(claims)


async def test_a_lane_that_fails_again_and_again_is_left_alone_for_a_while(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1", lane="json a"), delivery("d2", lane="json a")])
    for _ in range(BREAKER_FAILURES):
        assert await fail(bench.ledger, Blame.LANE)

    assert not await fail(bench.ledger, Blame.LANE)
    assert await bench.ledger.lag() == timedelta()
    await bench.pass_time(BREAKER_FIRST + SECOND)
    assert await fail(bench.ledger, Blame.LANE)
    await bench.pass_time(BREAKER_FIRST + SECOND)
    assert not await fail(bench.ledger, Blame.LANE), "longer each time"
    await bench.pass_time(BREAKER_FIRST + SECOND)
    assert await fail(bench.ledger, Blame.LANE)


async def test_one_message_tries_whether_a_lane_works_again(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery(f"d{number}", lane="json a") for number in range(4)])
    for _ in range(BREAKER_FAILURES):
        await fail(bench.ledger, Blame.LANE)
    await bench.pass_time(BREAKER_FIRST + SECOND)

    probe = await only_claim(bench.ledger)

    assert await bench.ledger.claim("me", 10, LEASE) == []
    await bench.ledger.delivered(probe, "ok")
    assert len(await bench.ledger.claim("me", 10, LEASE)) == 3


async def test_a_lane_that_is_left_alone_delays_no_other(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1", lane="json a"), delivery("d2", lane="json b")])
    claims = await bench.ledger.claim("me", 10, LEASE)
    bad = next(claim for claim in claims if claim.delivery.id == "d1")
    good = next(claim for claim in claims if claim.delivery.id == "d2")

    await bench.ledger.retry(bad, "503", timedelta(), blame=Blame.LANE, rest=HOUR)
    await bench.ledger.release(good)

    assert ids(await bench.ledger.claim("me", 10, LEASE)) == ["d2"]
    await bench.pass_time(HOUR + SECOND)
    assert "d1" in ids(await bench.ledger.claim("me", 10, LEASE))


async def test_a_channels_wish_to_wait_holds_for_all_its_messages_and_for_no_other_channel(
    bench: Bench,
) -> None:
    await bench.ledger.enqueue(
        [
            delivery("d1", channel="c1", lane="slack"),
            delivery("d2", channel="c1", lane="slack"),
            delivery("d3", channel="c2", lane="slack"),
        ]
    )
    claims = await bench.ledger.claim("me", 10, LEASE)
    first = next(claim for claim in claims if claim.delivery.channel_id == "c1")
    other = next(claim for claim in claims if claim.delivery.channel_id == "c2")

    await bench.ledger.retry(first, "429", timedelta(), blame=Blame.CHANNEL, rest=HOUR)
    await bench.ledger.delivered(other, "ok")

    assert await bench.ledger.claim("me", 10, LEASE) == []
    await bench.pass_time(HOUR + SECOND)
    assert len(await bench.ledger.claim("me", 10, LEASE)) == 1


async def test_a_success_forgives_what_failed_before(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1", channel="c", lane="json a")])
    for _ in range(BREAKER_FAILURES - 1):
        await fail(bench.ledger, Blame.LANE)
    await bench.ledger.delivered(await only_claim(bench.ledger), "ok")
    await bench.ledger.enqueue([delivery("d2", channel="c", lane="json a")])

    for _ in range(BREAKER_FAILURES - 1):
        assert await fail(bench.ledger, Blame.LANE)


async def test_no_more_go_to_a_channel_than_its_pace_allows(bench: Bench) -> None:
    paces = {"slack": Paces(channel=Pace(10 * SECOND, burst=2))}
    await bench.ledger.enqueue(
        [delivery(f"d{number}", channel="c", lane="slack") for number in range(9)]
    )
    sent: list[int] = []

    for _ in range(5):  # at 0, 10, … 40 s
        taken = 0
        while claims := await bench.ledger.claim("me", 10, LEASE, paces=paces):
            taken += len(claims)
            for claim in claims:
                await bench.ledger.delivered(claim, "ok")
        sent.append(taken)
        await bench.pass_time(10 * SECOND)

    assert sent == [2, 1, 1, 1, 1]


async def test_no_more_go_to_a_lane_than_its_pace_allows(bench: Bench) -> None:
    paces = {"relay": Paces(lane=Pace(10 * SECOND))}
    await bench.ledger.enqueue([delivery("d1"), delivery("d2"), delivery("d3", lane="json a")])

    assert len(await bench.ledger.claim("me", 10, LEASE, paces=paces)) == 2
    await bench.pass_time(10 * SECOND)
    assert len(await bench.ledger.claim("me", 10, LEASE, paces=paces)) == 1


# What the real one promises against others
