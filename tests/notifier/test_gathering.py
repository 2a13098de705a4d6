"""Quiet hours, throttles, digests and stories, from the match to the message; with the fakes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from notifier.alerts import a_delivery, a_match, an_alert
from notifier.office import LEASE, Office
from tocsin.delivery import Alert, Digest, message_of
from tocsin.documents import ChannelDocument
from tocsin.events import ArticleMatched
from tocsin.ports.deliveries import Delivery, State
from tocsin.ports.preferences import Muted, Snoozed, Unsubscribed
from tocsin.ports.sender import Kind, Outcome
from tocsin.testing import FakeClock, FakeSender
from tocsin_notifier.sending import NothingMatched


HOUR = timedelta(hours=1)
DAILY = {"mode": "digest", "digest": "daily@08:00"}
NIGHT = {"quiet_hours": ("22:00-07:00",)}
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 4, 23, tzinfo=UTC)


@dataclass
class Reader(FakeSender):
    """Keeps what it gets."""

    got: list[Alert | Digest] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    refuse: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    async def send(
        self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
    ) -> Outcome:
        if self.refuse:
            return Outcome(Kind.TRANSIENT, "451 later")
        message = message_of(delivery)
        assert isinstance(message, Alert | Digest)
        self.got.append(message)
        self.threads.append(posted)
        return Outcome(Kind.DELIVERED, "ok", posted=f"171.{len(self.got)}")


def office_at(moment: datetime) -> tuple[Office, Reader]:
    reader = Reader()
    return Office(reader, FakeClock(moment)), reader


async def send_what_is_due(office: Office) -> None:
    while claims := await office.ledger.claim("me", 10, LEASE):
        for claim in claims:
            await office.courier.deliver(claim)


async def states(office: Office) -> dict[str, Sequence[State]]:
    """Return the states of each article's deliveries; digests under an empty name."""
    found: dict[str, list[State]] = {}
    for record in await office.records():
        found.setdefault(record.delivery.article_id, []).append(record.state)
    return {article: sorted(each) for article, each in found.items()}


def of_story(article_id: str, source: str = "rfi.example", **article: object) -> ArticleMatched:
    alert = an_alert(
        {"id": article_id, "story_id": "story", "source": source, "title": article_id, **article}
    )
    return ArticleMatched(
        article=alert.article, matches=(alert.match,), matched_at=alert.matched_at
    )


async def test_a_digest_comes_once_at_its_time_with_all_that_came() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription=DAILY)
    for number in range(3):
        await office.fanout.enqueue(a_match(f"a{number}"))
        await office.fanout.enqueue(a_match(f"a{number}"))
    await send_what_is_due(office)
    assert reader.got == []

    office.clock.advance(seconds=20 * 3600 + 1)
    await send_what_is_due(office)

    (digest,) = reader.got
    assert isinstance(digest, Digest)
    assert (digest.alerts, digest.subscriber_name) == (3, "Ann")
    assert await states(office) == {
        "": [State.DELIVERED],
        **{f"a{number}": [State.GATHERED] for number in range(3)},
    }


async def test_a_digest_waits_whole_while_a_subscription_in_it_cannot_be_read() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription=DAILY)
    await office.fanout.enqueue(a_match("a1"))
    await office.fanout.enqueue(a_match("a2"))
    office.clock.advance(seconds=20 * 3600 + 1)

    office.store.unreadable = {("subscription", "sahel-ann"): "mode: it is none"}
    await send_what_is_due(office)
    assert reader.got == []
    office.store.unreadable = {}
    office.clock.advance(minutes=1)
    await send_what_is_due(office)

    (digest,) = reader.got
    assert isinstance(digest, Digest)
    assert digest.alerts == 2


async def test_in_both_ways_means_at_once_and_in_the_digest() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription=DAILY | {"mode": "both"})

    await office.fanout.enqueue(a_match("a1"))
    await send_what_is_due(office)
    office.clock.advance(seconds=20 * 3600 + 1)
    await send_what_is_due(office)

    assert [type(message) for message in reader.got] == [Alert, Digest]


async def test_what_comes_in_quiet_hours_comes_together_at_their_end() -> None:
    office, reader = office_at(EVENING)
    await office.people("mail", ann=NIGHT)
    await office.fanout.enqueue(a_match("a1"))
    await office.fanout.enqueue(a_match("a2"))

    await send_what_is_due(office)
    assert reader.got == []
    office.clock.advance(seconds=8 * 3600 + 1)
    await send_what_is_due(office)

    (digest,) = reader.got
    assert isinstance(digest, Digest)
    assert digest.alerts == 2


async def test_one_alone_comes_as_the_alert_that_it_is() -> None:
    office, reader = office_at(EVENING)
    await office.people("mail", ann=NIGHT)
    await office.fanout.enqueue(a_match("a1"))

    office.clock.advance(seconds=8 * 3600 + 1)
    await send_what_is_due(office)

    (alert,) = reader.got
    assert isinstance(alert, Alert)


async def test_what_has_to_be_tried_again_waits_for_the_end_of_quiet_hours_too() -> None:
    office, reader = office_at(EVENING - HOUR - timedelta(seconds=2))
    await office.people("mail", ann=NIGHT)
    reader.refuse = True
    await office.fanout.enqueue(a_match("a1"))
    (claim,) = await office.ledger.claim("me", 1, LEASE)
    await office.courier.deliver(claim)
    reader.refuse = False

    office.clock.advance(seconds=60)
    await send_what_is_due(office)
    assert await states(office) == {"a1": [State.HELD]}
    office.clock.advance(seconds=9 * 3600)
    await send_what_is_due(office)

    assert await states(office) == {"a1": [State.DELIVERED]}


async def test_whoever_wants_them_gets_alerts_in_quiet_hours() -> None:
    office, reader = office_at(EVENING)
    await office.people("mail", ann=NIGHT, subscription={"bypass_quiet": True})

    await office.fanout.enqueue(a_match("a1"))
    await send_what_is_due(office)

    assert len(reader.got) == 1


async def test_what_is_too_much_at_once_comes_together_when_there_is_room() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription={"throttle": "2/1h"})
    for number in range(5):
        await office.fanout.enqueue(a_match(f"a{number}"))
    await send_what_is_due(office)
    assert [type(message) for message in reader.got] == [Alert, Alert]

    office.clock.advance(seconds=3600 + 1)
    await send_what_is_due(office)

    digest = reader.got[-1]
    assert isinstance(digest, Digest)
    assert (len(reader.got), digest.alerts) == (3, 3)


async def test_what_expires_is_told_in_the_next_digest() -> None:
    office, reader = office_at(NOON)
    await office.people("mail")
    reader.refuse = True
    await office.fanout.enqueue(a_match("a1"))
    for _ in range(50):
        await send_what_is_due(office)
        office.clock.advance(seconds=1800)
    assert (await states(office))["a1"] == [State.EXPIRED]
    reader.refuse = False

    office.clock.advance(seconds=3600)
    await send_what_is_due(office)

    digest = reader.got[-1]
    assert isinstance(digest, Digest)
    assert [missed.title for missed in digest.missed] == ["Army repels assault on seven towns"]


async def test_what_a_digest_gathered_that_expired_itself_is_told_in_the_next() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription={"mode": "digest", "digest": "hourly"})
    await office.fanout.enqueue(a_match("a1"))
    reader.refuse = True
    for _ in range(2 * 52):
        office.clock.advance(seconds=1800)
        await send_what_is_due(office)
    reader.refuse = False

    for _ in range(4):
        office.clock.advance(seconds=3600)
        await send_what_is_due(office)

    missed = [each for message in reader.got for each in getattr(message, "missed", ())]
    assert [each.title for each in missed] == ["Army repels assault on seven towns"]


async def test_nothing_is_told_to_who_asked_to_hear_of_it() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", ann={"nothing_matched": True}, subscription=DAILY)
    desk = NothingMatched(office.ledger, office.audience, office.clock)
    await desk.open()
    await desk.open()

    office.clock.advance(seconds=20 * 3600 + 1)
    await send_what_is_due(office)

    (digest,) = reader.got
    assert isinstance(digest, Digest)
    assert digest.alerts == 0


async def test_without_asking_nobody_hears_of_nothing() -> None:
    office, _ = office_at(NOON)
    await office.people("mail", subscription=DAILY)

    await NothingMatched(office.ledger, office.audience, office.clock).open()

    assert await office.records() == []


async def test_a_reader_who_unsubscribed_meanwhile_gets_no_digest() -> None:
    office, reader = office_at(NOON)
    await office.people("mail", subscription=DAILY)
    await office.fanout.enqueue(a_match("a1"))
    await office.preferences.wish(Unsubscribed("sahel-ann", "mail"))

    office.clock.advance(seconds=20 * 3600 + 1)
    await send_what_is_due(office)

    assert reader.got == []
    assert await states(office) == {"": [State.SUPPRESSED], "a1": [State.SUPPRESSED]}
    (record,) = await office.ledger.recent(1, article_id="a1")
    assert record.reason == "unsubscribed by the reader"


async def test_a_snooze_and_a_mute_are_said_by_the_gate() -> None:
    office, reader = office_at(NOON)
    await office.people("mail")
    await office.preferences.wish(Snoozed("sahel-ann", NOON + 2 * HOUR))
    await office.preferences.wish(Muted("ann", "a2", NOON + 2 * HOUR))

    await office.fanout.enqueue(a_match("a1"))
    await office.fanout.enqueue(a_match("a2"))

    assert await states(office) == {
        "": [State.HELD],
        "a1": [State.HELD],
        "a2": [State.SUPPRESSED],
    }
    office.clock.advance(seconds=2 * 3600 + 1)
    await send_what_is_due(office)
    assert len(reader.got) == 1


async def test_a_story_is_told_in_one_thread_and_only_when_something_changed() -> None:
    office, reader = office_at(NOON)
    await office.people("mail")
    await office.fanout.enqueue(of_story("first"))
    await send_what_is_due(office)
    for number in range(3):
        await office.fanout.enqueue(of_story(f"again{number}", f"source{number}"))
    await office.fanout.enqueue(of_story("more", "other", title="Now 120 dead"))
    await send_what_is_due(office)

    first, update = reader.got
    assert isinstance(first, Alert)
    assert isinstance(update, Alert)
    assert (first.news, update.news) == ("", "new number: 120")
    assert update.also == ("source0", "source1", "source2")
    assert first.thread == update.thread
    assert update.first_title == "first"
    assert reader.threads == ["", "171.1"]
    assert (await states(office))["again0"] == [State.FOLDED]


async def test_two_who_tell_the_same_story_at_once_tell_its_first_alert_once() -> None:
    office, reader = office_at(NOON)
    await office.people("mail")
    await office.fanout.enqueue(of_story("story"))  # the article that began it
    await office.fanout.enqueue(of_story("second"))
    await send_what_is_due(office)

    assert len(reader.got) == 1
    assert (await states(office))["second"] == [State.FOLDED]


async def test_a_test_message_minds_no_quiet_hours() -> None:
    office, reader = office_at(EVENING)
    await office.people("mail", ann=NIGHT)
    test = a_delivery(channel="mail", alert=an_alert(subscription_id="test"))
    await office.ledger.enqueue([test])

    await send_what_is_due(office)

    assert len(reader.got) == 1
