"""From a match to a note of what became of each delivery; with the fakes, which keep every promise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.alerts import a_delivery, a_match
from notifier.office import LEASE, Office
from tocsin.delivery import TEST
from tocsin.documents import ChannelDocument
from tocsin.errors import StoreUnavailableError
from tocsin.ports.deliveries import Blame, Claim, Delivery, DeliveryRecord, State
from tocsin.ports.sender import Kind, Outcome
from tocsin.testing import (
    FakeDeliveryLedger,
    FakeSender,
)
from tocsin_notifier import metrics
from tocsin_notifier.sending import Dispatcher, Gauges


REFUSED = Outcome(Kind.TRANSIENT, "451 later")
BROKEN_OFF = Outcome(Kind.AMBIGUOUS, "line dead")


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office(FakeSender())
    running = asyncio.create_task(office.dispatcher.run())
    yield office
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def all_in(state: State) -> Callable[[Sequence[DeliveryRecord]], bool]:
    return lambda records: bool(records) and all(record.state is state for record in records)


def refused(attempts: int) -> Callable[[Sequence[DeliveryRecord]], bool]:
    return lambda records: records[0].state is State.RETRY and records[0].attempts == attempts


async def test_a_match_reaches_every_channel(office: Office) -> None:
    await office.people("mail", "chat")

    assert await office.fanout.enqueue(a_match()) == ()
    await office.until(all_in(State.DELIVERED))

    assert sorted(channel for channel, _ in office.sender.sent) == ["chat", "mail"]


async def test_a_match_that_comes_again_is_sent_once(office: Office) -> None:
    await office.people("mail")

    for _ in range(3):
        await office.fanout.enqueue(a_match())
    await office.until(all_in(State.DELIVERED))
    await office.fanout.enqueue(a_match())

    assert len(office.sender.sent) == len(await office.records()) == 1


async def test_a_match_that_nobody_hears_is_done_with(office: Office) -> None:
    assert await office.fanout.enqueue(a_match()) == ()
    assert await office.records() == []


async def test_who_subscribes_later_hears_of_the_next(office: Office) -> None:
    await office.fanout.enqueue(a_match("a1"))
    await office.people("mail")
    await office.fanout.enqueue(a_match("a2"))
    await office.until(all_in(State.DELIVERED))

    (record,) = await office.records()
    assert record.delivery.article_id == "a2"


async def test_what_failed_is_tried_again_with_the_same_id() -> None:
    office = Office(FakeSender({"mail": [REFUSED, BROKEN_OFF, Outcome(Kind.DELIVERED, "ok")]}))
    await office.people("mail")
    running = asyncio.create_task(office.dispatcher.run())
    await office.fanout.enqueue(a_match())

    for attempt in (1, 2):
        await office.until(refused(attempt))
        office.clock.advance(minutes=3)
        office.dispatcher.nudge()
    await office.until(all_in(State.DELIVERED))
    running.cancel()

    (record,) = await office.records()
    assert [event.outcome for event in record.history] == ["retry", "retry", "delivered"]
    assert record.suspects == 1
    assert len({delivery_id for _, delivery_id in office.sender.sent}) == 1


async def test_what_cannot_be_sent_is_dead_with_the_reason() -> None:
    office = Office(FakeSender({"mail": [Outcome(Kind.PERMANENT, "550 no such user")]}))
    await office.people("mail")
    running = asyncio.create_task(office.dispatcher.run())

    await office.fanout.enqueue(a_match())
    await office.until(all_in(State.DEAD))
    running.cancel()

    (record,) = await office.records()
    assert record.reason == "550 no such user"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete channel", "the channel 'mail' is gone"),
        ("disable channel", "the channel 'mail' is disabled"),
        ("delete subscription", "the subscription 'sahel-ann' is gone"),
        ("disable subscription", "the subscription 'sahel-ann' is disabled"),
    ],
)
async def test_what_people_changed_since_the_match_counts(change: str, reason: str) -> None:
    office = Office(FakeSender())
    await office.people("mail")
    await office.fanout.enqueue(a_match())
    directory = await office.store.directory()
    match change:
        case "delete channel":
            await office.store.delete_channel("mail")
        case "disable channel":
            await office.store.put(directory.channels[0].model_copy(update={"enabled": False}))
        case "delete subscription":
            await office.store.delete_subscription("sahel-ann")
        case "disable subscription":
            await office.store.put(directory.subscriptions[0].model_copy(update={"enabled": False}))

    (claim,) = await office.ledger.claim("me", 1, LEASE)
    await office.courier.deliver(claim)

    (record,) = await office.records()
    assert record.state is State.DEAD
    assert record.reason.startswith(reason)
    assert record.attempts == 0
    assert office.sender.sent == []


async def test_a_channel_can_be_tried_out_without_a_subscription(office: Office) -> None:
    await office.people("mail")

    await office.ledger.enqueue([replace(a_delivery("t1"), subscription_id=TEST)])
    office.dispatcher.nudge()
    await office.until(all_in(State.DELIVERED))

    assert office.sender.sent == [("mail", "t1")]


async def test_a_claim_that_is_void_sends_nothing(office: Office) -> None:
    await office.people("mail")
    await office.ledger.enqueue([a_delivery()])
    (claim,) = await office.ledger.claim("other", 1, LEASE)
    office.clock.advance(seconds=61)

    await office.courier.deliver(claim)

    assert office.sender.sent == []


async def test_a_sender_that_breaks_is_a_failure_like_another() -> None:
    class Broken:
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            raise KeyError("templates")

    office = Office(FakeSender())
    courier = office.courier_of(office.ledger, Broken())
    await office.people("mail")
    await office.fanout.enqueue(a_match())
    (claim,) = await office.ledger.claim("me", 1, LEASE)

    await courier.deliver(claim)

    (record,) = await office.records()
    assert (record.state, record.reason) == (
        State.DEAD,
        "the message cannot be written (KeyError)",
    )


async def test_a_long_sending_keeps_its_lease() -> None:
    office = Office(FakeSender())
    finish = asyncio.Event()

    class Slow:
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            await finish.wait()
            return Outcome(Kind.DELIVERED, "ok")

    renewed = asyncio.Event()

    class Watched(FakeDeliveryLedger):
        async def renew(self, claim: Claim, lease: timedelta) -> bool:
            renewed.set()
            return await super().renew(claim, lease)

    ledger = Watched(office.clock)
    short = timedelta(milliseconds=30)
    courier = office.courier_of(ledger, Slow(), short)
    await office.people("mail")
    await ledger.enqueue([a_delivery()])
    (claim,) = await ledger.claim("me", 1, short)

    delivering = asyncio.create_task(courier.deliver(claim))
    async with asyncio.timeout(20):
        await renewed.wait()
    finish.set()
    await delivering

    assert (await ledger.get(claim.delivery.id)).state is State.DELIVERED


async def test_an_outcome_is_noted_as_soon_as_the_store_is_back() -> None:
    office = Office(FakeSender())

    class Away(FakeDeliveryLedger):
        refusals = 3

        async def delivered(self, claim: Claim, reason: str, *, posted: str = "") -> None:
            if self.refusals:
                self.refusals -= 1
                raise StoreUnavailableError("away")
            await super().delivered(claim, reason, posted=posted)

    ledger = Away(office.clock)
    courier = office.courier_of(ledger, office.sender)
    await office.people("mail")
    await ledger.enqueue([a_delivery()])
    (claim,) = await ledger.claim("me", 1, LEASE)

    await courier.deliver(claim)

    assert (await ledger.get(claim.delivery.id)).state is State.DELIVERED
    assert len(office.sender.sent) == 1


async def test_draining_finishes_what_is_under_way_and_takes_up_nothing_more() -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    class Slow(FakeSender):
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            begun.set()
            await finish.wait()
            return await super().send(delivery, channel)

    office = Office(Slow())
    await office.people("mail")
    running = asyncio.create_task(office.dispatcher.run())
    await office.ledger.enqueue([a_delivery("d1")])
    office.dispatcher.nudge()
    async with asyncio.timeout(20):
        await begun.wait()

    draining = asyncio.create_task(office.dispatcher.drain(20))
    await office.ledger.enqueue([a_delivery("d2")])
    office.dispatcher.nudge()
    finish.set()
    await draining
    running.cancel()

    states = {record.delivery.id: record.state for record in await office.records()}
    assert states == {"d1": State.DELIVERED, "d2": State.PENDING}


async def test_what_takes_too_long_to_drain_is_broken_off() -> None:
    class Hanging(FakeSender):
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            await asyncio.Event().wait()
            raise AssertionError

    office = Office(Hanging())
    await office.people("mail")
    running = asyncio.create_task(office.dispatcher.run())
    await office.ledger.enqueue([a_delivery()])
    office.dispatcher.nudge()
    await office.until(all_in(State.SENDING))

    async with asyncio.timeout(20):
        await office.dispatcher.drain(0.01)
    running.cancel()

    office.clock.advance(seconds=61)
    (claim,) = await office.ledger.claim("next", 1, LEASE)
    assert claim.suspect


async def test_one_that_hangs_holds_up_no_other() -> None:
    class OneHangs(FakeSender):
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            if channel.id == "c0":
                await asyncio.Event().wait()
            return await super().send(delivery, channel)

    office = Office(OneHangs())
    await office.people(*(f"c{number}" for number in range(10)))
    running = asyncio.create_task(office.dispatcher.run())

    for number in range(5):
        await office.fanout.enqueue(a_match(f"a{number}"))
    await office.until(
        lambda records: sum(record.state is State.DELIVERED for record in records) == 45
    )
    running.cancel()

    counts = await office.ledger.counts()
    assert (counts[State.SENDING], counts[State.PENDING]) == (1, 4)


async def test_a_notifier_that_does_not_look_is_not_ready(office: Office) -> None:
    idle = Dispatcher(office.ledger, office.courier.deliver, owner="me", couriers=1, per_lane=1)
    assert await idle.problem() == "has not looked for due deliveries yet"

    await office.until(lambda records: records == [])
    await asyncio.sleep(0)
    assert await office.dispatcher.problem() is None


async def test_gauges_show_how_the_ledger_stands(office: Office) -> None:
    await office.ledger.enqueue([a_delivery()])
    office.clock.advance(seconds=7)

    await Gauges(office.ledger).look()

    assert metrics.DUE_LAG._value.get() == 7
    assert metrics.STATES.labels("pending")._value.get() == 1


async def test_one_that_hangs_delays_nobody_else() -> None:
    class Hanging(FakeSender):
        async def send(
            self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
        ) -> Outcome:
            if channel.id == "c0":
                await asyncio.Event().wait()
            return await super().send(delivery, channel)

    office = Office(Hanging())
    channels = [f"c{number}" for number in range(50)]
    await office.people(*channels)
    dispatcher = Dispatcher(
        office.ledger, office.courier.deliver, owner="me", couriers=4, per_lane=2, lease=LEASE
    )
    for number in range(4):
        await office.ledger.enqueue(
            [
                replace(a_delivery(f"{channel}-{number}", channel=channel), lane=f"json {channel}")
                for channel in channels
            ]
        )
    running = asyncio.create_task(dispatcher.run())

    def others_have_it(records: Sequence[DeliveryRecord]) -> bool:
        return all(
            record.state is State.DELIVERED
            for record in records
            if record.delivery.channel_id != "c0"
        )

    async with asyncio.timeout(20):
        while not others_have_it(await office.ledger.recent(1_000)):  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await dispatcher.drain(0)

    hung = await office.ledger.recent(10, channel_id="c0")
    assert sorted(record.state for record in hung) == [State.PENDING] * 3 + [State.SENDING]


async def test_what_is_to_blame_is_left_alone() -> None:
    away = Outcome(Kind.TRANSIENT, "cannot reach it", timedelta(hours=1), Blame.LANE)
    office = Office(FakeSender({"mail": [away]}))
    await office.people("mail", "chat")
    await office.fanout.enqueue(a_match())
    for claim in await office.ledger.claim("me", 10, LEASE):
        if claim.delivery.channel_id == "mail":
            await office.courier.deliver(claim)
        else:
            await office.ledger.release(claim)

    assert await office.ledger.claim("me", 10, LEASE) == [], "both are on the relay's lane"
    office.clock.advance(hours=1, seconds=1)
    assert len(await office.ledger.claim("me", 10, LEASE)) == 2
