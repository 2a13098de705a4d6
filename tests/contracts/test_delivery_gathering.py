"""What every DeliveryLedger promises of what is not sent at once; the fake and the real one alike."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from contracts.ledger_bench import (
    HOUR,
    LEASE,
    Bench,
    bench,
    delivery,
    ledger,
    only_claim,
)
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.ports.deliveries import (
    Claim,
    Contents,
    Limit,
    Placement,
    Refusal,
    State,
    Story,
    digest_id,
)


__all__ = ["bench", "ledger"]  # fixtures

SECOND = timedelta(seconds=1)


def held(id_: str, until: datetime, *, channel: str = "mail", gate: str = "digest") -> Placement:
    return Placement(delivery(id_, channel=channel), State.HELD, gate, until)


def told(id_: str, story: Story, words: str) -> Placement:
    return Placement(replace(delivery(id_), thread="t"), story=story, told=words)


def items(contents: Contents | None) -> list[str]:
    assert contents is not None
    return [item.delivery.id for item in contents.items]


async def closed(bench: Bench, due: datetime) -> tuple[Claim, Contents]:
    """Return the digest that is due then, claimed and closed."""
    await bench.pass_time(due - await bench.now() + SECOND)
    claim = await only_claim(bench.ledger)
    contents = await bench.ledger.close(claim)
    assert contents is not None
    return claim, contents


async def test_what_is_held_waits_for_the_digest_of_its_channel(bench: Bench) -> None:
    due = await bench.now() + HOUR
    placed = await bench.ledger.place([held("d1", due), held("d2", due)])

    assert (placed.new, placed.refused) == ({State.HELD: 2}, [])
    assert await bench.ledger.claim("me", 10, LEASE) == []
    record = await bench.ledger.get("d1")
    assert (record.state, record.reason) == (State.HELD, "digest")
    assert record.digest_id == digest_id("mail", due)

    claim, contents = await closed(bench, due)

    assert claim.delivery.is_digest
    assert (claim.delivery.id, claim.delivery.channel_id) == (digest_id("mail", due), "mail")
    assert items(contents) == ["d1", "d2"]
    assert {item.state for item in contents.items} == {State.GATHERED}


async def test_what_is_placed_again_is_in_its_digest_once(bench: Bench) -> None:
    due = await bench.now() + HOUR
    for _ in range(3):
        await bench.ledger.place([held("d1", due)])

    _, contents = await closed(bench, due)

    assert items(contents) == ["d1"]


async def test_a_closed_digest_takes_no_more_and_says_so(bench: Bench) -> None:
    due = await bench.now() + HOUR
    await bench.ledger.place([held("d1", due)])
    claim, _ = await closed(bench, due)

    placed = await bench.ledger.place([held("late", due)])

    (refused,) = placed.refused
    assert (refused.why, refused.placement.delivery.id) == (Refusal.CLOSED, "late")
    assert items(await bench.ledger.close(claim)) == ["d1"]


async def test_a_digest_is_closed_by_who_holds_it_and_by_nobody_else(bench: Bench) -> None:
    due = await bench.now() + HOUR
    await bench.ledger.place([held("d1", due)])
    await bench.pass_time(HOUR + SECOND)
    lost = await only_claim(bench.ledger)
    await bench.pass_time(LEASE + SECOND)
    holder = await only_claim(bench.ledger)

    assert await bench.ledger.close(lost) is None
    assert not await bench.ledger.seal(lost, "mine")
    assert items(await bench.ledger.close(holder)) == ["d1"]


async def test_what_a_digest_says_is_kept_for_the_next_attempt(bench: Bench) -> None:
    due = await bench.now() + HOUR
    await bench.ledger.place([held("d1", due)])
    claim, _ = await closed(bench, due)
    assert await bench.ledger.seal(claim, '{"alerts": 1}')
    await bench.ledger.begin(claim, LEASE)
    await bench.ledger.retry(claim, "451", timedelta())

    again = await only_claim(bench.ledger)

    assert (again.delivery.payload, again.delivery.is_digest) == ('{"alerts": 1}', True)


async def test_a_digest_is_not_old_before_it_is_due(bench: Bench) -> None:
    due = await bench.now() + 100 * HOUR
    await bench.ledger.place([held("d1", due)])
    await bench.pass_time(100 * HOUR + SECOND)

    claim = await only_claim(bench.ledger)

    assert await bench.now() - claim.queued_at < HOUR


async def test_a_digest_may_be_due_with_nothing_in_it(bench: Bench) -> None:
    due = await bench.now() + HOUR
    wanted = [(delivery("", channel="mail"), due)]

    assert await bench.ledger.open_digests(wanted) == 1
    assert await bench.ledger.open_digests(wanted) == 0
    _, contents = await closed(bench, due)

    assert items(contents) == []


async def test_what_expired_is_told_in_the_next_digest_of_its_channel(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1", channel="mail")])
    claim = await only_claim(bench.ledger)
    tell_at = await bench.now() + HOUR

    await bench.ledger.expired(claim, "too old", tell_at)

    assert (await bench.ledger.get("d1")).state is State.EXPIRED
    _, contents = await closed(bench, tell_at)
    assert items(contents) == []
    assert [(m.delivery.id, m.reason) for m in contents.missed] == [("d1", "too old")]


async def test_what_expired_and_was_revived_is_not_told_as_missed(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1", channel="mail")])
    tell_at = await bench.now() + HOUR
    await bench.ledger.expired(await only_claim(bench.ledger), "too old", tell_at)

    await bench.ledger.revive("d1")
    await bench.ledger.delivered(await only_claim(bench.ledger), "ok")

    _, contents = await closed(bench, tell_at)
    assert list(contents.missed) == []


async def test_what_a_reader_no_longer_wants_is_dropped_from_a_digest(bench: Bench) -> None:
    due = await bench.now() + HOUR
    await bench.ledger.place([held("d1", due), held("d2", due)])
    await closed(bench, due)

    await bench.ledger.drop({"d1": "muted"})

    assert (await bench.ledger.get("d1")).state is State.SUPPRESSED
    assert (await bench.ledger.get("d1")).reason == "muted"
    assert (await bench.ledger.get("d2")).state is State.GATHERED


@pytest.mark.parametrize("state", [State.FOLDED, State.SUPPRESSED])
async def test_what_is_not_sent_is_remembered_with_its_gate(bench: Bench, state: State) -> None:
    placed = await bench.ledger.place([Placement(delivery("d1"), state, "muted by the reader")])

    assert placed.new == {state: 1}
    record = await bench.ledger.get("d1")
    assert (record.state, record.reason) == (state, "muted by the reader")
    assert await bench.ledger.claim("me", 10, LEASE) == []
    assert (await bench.ledger.place([Placement(delivery("d1"))])).new == {}


async def test_no_more_pass_a_limit_than_it_lets(bench: Bench) -> None:
    limit = Limit("s:c", 2, HOUR)

    placed = await bench.ledger.place(
        [Placement(delivery(f"d{number}"), limit=limit) for number in range(3)]
    )

    assert placed.new == {State.PENDING: 2}
    (refused,) = placed.refused
    assert (refused.why, refused.placement.delivery.id) == (Refusal.THROTTLED, "d2")
    assert refused.until is not None
    left = refused.until - await bench.now()
    assert HOUR - 5 * SECOND < left <= HOUR


async def test_a_limit_begins_anew_when_its_time_is_over(bench: Bench) -> None:
    limit = Limit("s:c", 1, HOUR)
    await bench.ledger.place([Placement(delivery("d1"), limit=limit)])
    await bench.pass_time(HOUR + SECOND)

    placed = await bench.ledger.place([Placement(delivery("d2"), limit=limit)])

    assert placed.new == {State.PENDING: 1}


async def test_what_is_known_uses_up_no_limit(bench: Bench) -> None:
    limit = Limit("s:c", 2, HOUR)
    for _ in range(5):
        await bench.ledger.place([Placement(delivery("d1"), limit=limit)])

    assert (await bench.ledger.place([Placement(delivery("d2"), limit=limit)])).refused == []


async def test_what_was_told_of_a_story_is_kept_with_the_delivery(bench: Bench) -> None:
    assert await bench.ledger.stories(["t", "other"]) == [Story(), Story()]

    await bench.ledger.place([told("d1", Story(), "an attack")])

    assert await bench.ledger.stories(["t"]) == [Story(1, "an attack")]


async def test_who_decided_on_what_was_overtaken_has_to_decide_anew(bench: Bench) -> None:
    await bench.ledger.place([told("d1", Story(), "an attack")])

    placed = await bench.ledger.place([told("d2", Story(), "seven towns")])

    (refused,) = placed.refused
    assert (refused.why, placed.new) == (Refusal.OVERTAKEN, {})
    story = Story(1, "an attack")
    assert (await bench.ledger.place([told("d2", story, "seven towns")])).refused == []
    assert await bench.ledger.stories(["t"]) == [Story(2, "seven towns")]


async def test_a_refusal_leaves_nothing_behind(bench: Bench) -> None:
    full = Limit("s:c", 1, HOUR)
    await bench.ledger.place([Placement(delivery("d0"), limit=full)])

    await bench.ledger.place([replace(told("d1", Story(), "an attack"), limit=full)])

    assert await bench.ledger.stories(["t"]) == [Story()]
    assert (await bench.ledger.counts())[State.PENDING] == 1


async def test_later_messages_of_a_thread_know_what_the_first_is_called(bench: Bench) -> None:
    first, second = (replace(delivery(id_, channel="c"), thread="t") for id_ in ("d1", "d2"))
    await bench.ledger.enqueue([first])
    claim = await only_claim(bench.ledger)
    assert claim.posted == ""
    await bench.ledger.delivered(claim, "ok", posted="171.1")

    await bench.ledger.enqueue([second])
    again = await only_claim(bench.ledger)
    await bench.ledger.delivered(again, "ok", posted="171.9")

    assert again.posted == "171.1"
    await bench.ledger.enqueue([replace(delivery("d3", channel="c"), thread="t")])
    assert (await only_claim(bench.ledger)).posted == "171.1"


async def test_what_is_postponed_again_and_again_says_why_once(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1")])
    for gate in ("not confirmed", "not confirmed", "not confirmed", "quiet hours"):
        claim = await only_claim(bench.ledger)
        await bench.ledger.postpone(claim, gate, await bench.now() - SECOND)

    record = await bench.ledger.get("d1")
    assert [each.reason for each in record.history] == ["not confirmed", "quiet hours"]


async def test_what_is_postponed_is_due_then_and_no_older(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1")])
    claim = await only_claim(bench.ledger)

    await bench.ledger.postpone(claim, "quiet hours", await bench.now() + 8 * HOUR)

    assert await bench.ledger.claim("me", 1, LEASE) == []
    record = await bench.ledger.get("d1")
    assert (record.state, record.reason) == (State.HELD, "quiet hours")
    await bench.pass_time(8 * HOUR + SECOND)
    again = await only_claim(bench.ledger)
    assert again.queued_at - claim.queued_at > 7 * HOUR


async def test_what_is_not_wanted_any_more_is_not_sent(bench: Bench) -> None:
    await bench.ledger.enqueue([delivery("d1")])

    await bench.ledger.suppressed(await only_claim(bench.ledger), "unsubscribed")

    record = await bench.ledger.get("d1")
    assert (record.state, record.reason, record.due_at) == (
        State.SUPPRESSED,
        "unsubscribed",
        None,
    )


async def test_deliveries_are_found_by_what_they_are_of(bench: Bench) -> None:
    await bench.ledger.enqueue(
        [
            replace(delivery("d1", channel="c1", article="a1"), subscriber_id="ann"),
            replace(delivery("d2", channel="c2", article="a1"), subscriber_id="bob"),
            replace(delivery("d3", channel="c1", article="a2"), rule_id="quakes"),
        ]
    )

    async def found(**wanted: str) -> set[str]:
        records = await bench.ledger.recent(10, **wanted)  # type: ignore[arg-type]  # names of ids
        return {record.delivery.id for record in records}

    assert await found(channel_id="c1") == {"d1", "d3"}
    assert await found(channel_id="c1", article_id="a1") == {"d1"}
    assert await found(subscriber_id="bob") == {"d2"}
    assert await found(rule_id="quakes") == {"d3"}
    assert await found(rule_id="quakes", subscriber_id="ann") == set()


async def write(ledger: RedisDeliveryLedger, writer: int, start: datetime) -> None:
    """Place items in digests that are all due; whoever finds one closed takes the next."""
    due = start
    for number in range(60):
        while (await ledger.place([held(f"w{writer}-{number}", due, channel="c")])).refused:
            due += SECOND


async def gather(ledger: RedisDeliveryLedger, done: asyncio.Event) -> list[tuple[str, str]]:
    """Close digests until all is written; return each item with the digest that it was in."""
    found: list[tuple[str, str]] = []
    while True:
        finished = done.is_set()
        claims = await ledger.claim("reader", 1, LEASE)
        for claim in claims:
            found += [(item, claim.delivery.id) for item in items(await ledger.close(claim))]
            await ledger.delivered(claim, "ok")
        if finished and not claims:
            return found
        await asyncio.sleep(0)


async def test_each_item_is_in_exactly_one_digest_over_replicas(
    redis: Redis, valkey_url: str
) -> None:
    clients = [connect(valkey_url) for _ in range(4)]
    ledgers = [RedisDeliveryLedger(client) for client in clients]
    seconds, _ = await redis.time()
    start = datetime.fromtimestamp(seconds, UTC) - HOUR
    done = asyncio.Event()

    async def write_all() -> None:
        await asyncio.gather(*(write(ledgers[number], number, start) for number in range(2)))
        done.set()

    _, *found = await asyncio.gather(write_all(), *(gather(each, done) for each in ledgers[2:]))
    found.append(await gather(ledgers[0], done))
    for client in clients:
        await client.aclose()

    told = [pair for pairs in found if pairs for pair in pairs]
    assert len(told) == len(dict(told)) == 120
    for item, digest in told:
        assert (await RedisDeliveryLedger(redis).get(item)).digest_id == digest
