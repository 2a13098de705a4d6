"""Channels as the notifier finds them: unconfirmed, failing, suppressed, and well again."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from notifier.alerts import a_match
from notifier.office import Office
from tocsin.delivery import message_of
from tocsin.delivery.identity import ASK, TELL
from tocsin.delivery.notice import Breakdown, Question
from tocsin.documents import ChannelDocument, ChannelState, SubscriberDocument
from tocsin.ports.deliveries import DeliveryRecord, State
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin.ports.subscribers import DocumentKind
from tocsin.ports.suppressions import Cause, Suppression
from tocsin.testing import FakeSender
from tocsin_notifier.sending import Caretaker, ChannelWatch


GONE = Outcome(Kind.PERMANENT, "hooks.example: HTTP 404", fault=Fault.GONE)
REFUSED = Outcome(Kind.PERMANENT, "hooks.example: HTTP 403", fault=Fault.REFUSED)
NO_MAILBOX = Outcome(Kind.PERMANENT, "rcpt: 550 5.1.1 no such user", fault=Fault.NO_MAILBOX)
SPAM = Outcome(Kind.PERMANENT, "answer: 554 5.7.1 spam")


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
async def office(sender: FakeSender) -> Office:
    office = Office(sender)
    watch = ChannelWatch(sender, office.store, office.suppressions, office.clock)
    office.courier = office.courier_of(office.ledger, watch)
    return office


def caretaker(office: Office, *, can_ask: bool = True) -> Caretaker:
    proofs = iter(f"proof-{number}" for number in range(100))
    return Caretaker(
        office.ledger,
        office.store,
        office.suppressions,
        office.clock,
        lambda: next(proofs),
        can_ask=can_ask,
    )


async def deliver_what_is_due(office: Office) -> None:
    for claim in await office.ledger.claim("me", 20, timedelta(seconds=60)):
        await office.courier.deliver(claim)


async def alert(office: Office) -> DeliveryRecord:
    """Have an article match, and deliver what is due."""
    await office.fanout.enqueue(a_match())
    await deliver_what_is_due(office)
    (record,) = await office.ledger.recent(1)
    return record


async def state(office: Office, channel_id: str) -> ChannelState:
    directory = await office.store.directory()
    return directory.state(next(each for each in directory.channels if each.id == channel_id))


async def unconfirm(office: Office, address: str = "mailto:new@example.org") -> None:
    """Give Ann's channel another address, which nobody has confirmed."""
    await office.store.put(
        ChannelDocument(id="mail", subscriber="ann", name="mail", url=SecretStr(address))
    )


async def test_an_alert_for_an_unconfirmed_address_waits_and_comes_once_it_is_confirmed(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    await unconfirm(office)

    record = await alert(office)
    assert (record.state, sender.sent) == (State.HELD, [])
    assert record.history[-1].reason == "its address is not confirmed yet"

    await office.store.stand("mail", lambda it: it.confirmed(office.clock.now(), "reader"))
    office.clock.advance(minutes=1)
    await deliver_what_is_due(office)

    assert (await office.ledger.get(record.delivery.id)).state is State.DELIVERED


async def test_after_a_month_it_is_said_that_nobody_wanted_it(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    await unconfirm(office)
    record = await alert(office)

    office.clock.advance(days=31)
    await deliver_what_is_due(office)

    found = await office.ledger.get(record.delivery.id)
    assert (found.state, found.reason) == (
        State.SUPPRESSED,
        "nobody confirmed the address within 30 days",
    )
    assert sender.sent == []


@pytest.mark.parametrize("spoiled", [("channel", "mail"), ("subscription", "sahel-ann")])
async def test_an_alert_waits_while_what_it_needs_cannot_be_read(
    office: Office, sender: FakeSender, spoiled: tuple[DocumentKind, str]
) -> None:
    await office.people("mail")
    await office.fanout.enqueue(a_match())

    office.store.unreadable = {spoiled: "mode: it is none"}
    await deliver_what_is_due(office)
    (record,) = await office.ledger.recent(1)
    assert (record.state, sender.sent) == (State.HELD, [])
    assert record.history[-1].reason == f"the {spoiled[0]} '{spoiled[1]}' cannot be read"

    office.store.unreadable = {}
    office.clock.advance(minutes=1)
    await deliver_what_is_due(office)

    assert (await office.ledger.get(record.delivery.id)).state is State.DELIVERED


async def test_a_document_of_somebody_else_that_cannot_be_read_holds_up_nothing(
    office: Office,
) -> None:
    await office.people("mail")
    office.store.unreadable = {
        ("channel", "other"): "it is no JSON object",
        ("subscriber", "bob"): "name: Field required",
    }

    assert (await alert(office)).state is State.DELIVERED


async def test_a_new_address_is_asked_once_and_again_when_it_is_another(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    await unconfirm(office)
    care = caretaker(office)

    await care.look()
    await care.look()
    await caretaker(office).look()
    await deliver_what_is_due(office)

    (asked,) = await office.ledger.recent(10)
    assert (asked.delivery.subscription_id, asked.state) == (ASK, State.DELIVERED)
    question = message_of(asked.delivery)
    assert isinstance(question, Question)
    standing = (await office.store.directory()).standing("mail")
    assert (question.proof, standing.asked) == (standing.proof, 1)
    await unconfirm(office, "mailto:third@example.org")
    await care.look()
    assert len(await office.ledger.recent(10)) == 2


async def test_a_question_that_was_noted_and_not_made_is_made(office: Office) -> None:
    await office.people("mail")
    await unconfirm(office)
    await office.store.stand("mail", lambda it: it.asked_for(office.clock.now(), "proof"))

    await caretaker(office).look()

    (asked,) = await office.ledger.recent(10)
    question = message_of(asked.delivery)
    assert isinstance(question, Question)
    assert question.proof == "proof"


async def test_nobody_is_asked_who_confirmed_or_is_suppressed_or_where_no_link_can_lead(
    office: Office,
) -> None:
    await office.people("mail")
    await caretaker(office).look()
    await unconfirm(office)
    await caretaker(office, can_ask=False).look()
    new = Suppression("new@example.org", Cause.OPERATOR, "", office.clock.now())
    await office.suppressions.add(new)
    await caretaker(office).look()

    assert await office.ledger.recent(10) == []


async def test_a_mailbox_that_is_not_there_is_suppressed_and_its_channel_disabled(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    sender.answer("mail", NO_MAILBOX)

    first = await alert(office)

    assert first.state is State.DEAD
    assert await state(office, "mail") is ChannelState.DISABLED
    found = await office.suppressions.find("mail@example.org")
    assert found is not None
    assert (found.cause, found.reason) == (Cause.REFUSED, NO_MAILBOX.reason)


async def test_only_the_operators_relay_is_believed_of_other_peoples_addresses(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    mallorys = "mailtos://u:pw@mallory.example?from=u@mallory.example&to=victim@example.org"
    await unconfirm(office, mallorys)
    await office.store.stand("mail", lambda it: it.confirmed(office.clock.now(), "mallory"))
    sender.answer("mail", NO_MAILBOX)

    await alert(office)

    assert await state(office, "mail") is ChannelState.DISABLED
    assert await office.suppressions.all() == []


async def test_nothing_is_sent_to_a_suppressed_address_and_it_is_said(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    await office.suppressions.add(
        Suppression("MAIL@example.org", Cause.COMPLAINT, "feedback: abuse", office.clock.now())
    )

    record = await alert(office)

    assert (record.state, sender.sent) == (State.SUPPRESSED, [])
    assert record.reason == (
        "the address is suppressed since 2026-01-01 (complaint: feedback: abuse)"
    )


async def test_a_refusal_makes_it_fail_and_a_success_makes_it_well(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    watch = ChannelWatch(sender, office.store, office.suppressions, office.clock)
    (channel,) = (await office.store.directory()).channels
    delivery = (await alert(office)).delivery

    sender.answer("mail", REFUSED)
    await watch.send(delivery, channel)
    assert await state(office, "mail") is ChannelState.FAILING

    sender.answer("mail", Outcome(Kind.DELIVERED, "ok"))
    await watch.send(delivery, channel)
    assert await state(office, "mail") is ChannelState.ACTIVE


async def test_what_is_refused_for_an_hour_is_disabled(office: Office, sender: FakeSender) -> None:
    await office.people("mail")
    watch = ChannelWatch(sender, office.store, office.suppressions, office.clock)
    (channel,) = (await office.store.directory()).channels
    delivery = (await alert(office)).delivery

    for _ in range(3):
        sender.answer("mail", REFUSED)
        await watch.send(delivery, channel)
        office.clock.advance(minutes=31)

    assert await state(office, "mail") is ChannelState.DISABLED


async def test_a_message_that_is_refused_says_nothing_of_the_channel(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    sender.answer("mail", SPAM)

    assert (await alert(office)).state is State.DEAD
    assert await state(office, "mail") is ChannelState.ACTIVE


async def test_the_owner_is_told_by_another_channel_once(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail", "other")
    await office.store.stand("mail", lambda it: it.failed(office.clock.now(), "404", for_good=True))
    care = caretaker(office)

    for _ in range(3):
        await care.look()
        await caretaker(office).look()

    (told,) = await office.ledger.recent(10)
    assert (told.delivery.subscription_id, told.delivery.channel_id) == (TELL, "other")
    notice = message_of(told.delivery)
    assert isinstance(notice, Breakdown)
    assert (notice.channel_name, notice.reason) == ("mail", "404")
    assert notice.address == "email to m***@example.org"
    standing = (await office.store.directory()).standing("mail")
    assert standing.notes[-1].what == "told its owner on other"


async def test_who_has_no_other_channel_cannot_be_told_and_that_is_noted(office: Office) -> None:
    await office.people("mail")
    await office.store.stand("mail", lambda it: it.failed(office.clock.now(), "404", for_good=True))

    await caretaker(office).look()

    assert await office.ledger.recent(10) == []
    standing = (await office.store.directory()).standing("mail")
    assert standing.notes[-1].what == "told nobody: no other channel works"


async def test_what_an_operator_disabled_is_told_to_nobody(office: Office) -> None:
    await office.people("mail", "other")
    await office.store.stand("mail", lambda it: it.disabled(office.clock.now(), "bob", "leave"))

    await caretaker(office).look()

    assert await office.ledger.recent(10) == []


async def test_a_channel_that_was_removed_while_it_was_sent_to_is_no_trouble(
    office: Office, sender: FakeSender
) -> None:
    await office.people("mail")
    delivery = (await alert(office)).delivery
    (channel,) = (await office.store.directory()).channels
    await office.store.delete_channel("mail")
    sender.answer("mail", GONE)
    watch = ChannelWatch(sender, office.store, office.suppressions, office.clock)

    assert await watch.send(delivery, channel) == GONE
    await office.store.put(SubscriberDocument(id="bob", name="Bob"))
