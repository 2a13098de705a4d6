"""What a digest tells of what it gathers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from notifier.alerts import MATCH, a_delivery, an_alert
from tocsin.delivery import Alert, Composed, Digest, compose, message_of
from tocsin.delivery.digest import MOST_MISSED, MOST_STORIES
from tocsin.documents import Priority, SubscriberDocument, SubscriptionDocument
from tocsin.ports.deliveries import Contents, DeliveryRecord, State
from tocsin.ports.preferences import Wishes


NOW = datetime(2026, 3, 5, 7, tzinfo=UTC)
ANN = SubscriberDocument(id="ann", name="Ann", time_zone="Africa/Nairobi")
SAHEL = SubscriptionDocument(id="sahel-ann", rule="sahel-jnim", subscriber="ann")


def item(
    number: int,
    article: Mapping[str, Any] | None = None,
    match: Mapping[str, Any] | None = None,
    *,
    gate: str = "digest",
    **rest: Any,
) -> DeliveryRecord:
    alert = an_alert({"id": f"a{number}", **(article or {})}, match, **rest)
    return DeliveryRecord(
        delivery=a_delivery(f"d{number}", alert=alert),
        state=State.GATHERED,
        created_at=NOW,
        updated_at=NOW,
        attempts=0,
        suspects=0,
        reason=gate,
        due_at=None,
    )


def composed(
    items: Sequence[DeliveryRecord],
    missed: Sequence[DeliveryRecord] = (),
    *,
    subscriber: SubscriberDocument = ANN,
    subscription: SubscriptionDocument = SAHEL,
    wishes: Wishes | None = None,
) -> Composed:
    return compose(
        Contents(items, missed),
        subscriber,
        "mail",
        {subscription.id: subscription},
        wishes or Wishes(),
        NOW,
    )


def digest(*items: DeliveryRecord, missed: Sequence[DeliveryRecord] = ()) -> Digest:
    message = composed(items, missed).message
    assert isinstance(message, Digest)
    return message


def titles(told: Digest) -> list[list[str]]:
    return [[story.alert.article.title for story in region.stories] for region in told.regions]


def test_all_are_counted_by_rule() -> None:
    told = digest(
        item(1),
        item(2),
        item(3, match={"rule_id": "quakes", "rule_name": "Quakes"}),
    )

    assert told.alerts == 3
    assert [(rule.name, rule.alerts) for rule in told.rules] == [("JNIM", 2), ("Quakes", 1)]


def test_articles_of_one_story_are_one_entry_with_its_sources() -> None:
    told = digest(
        item(1, {"story_id": "s", "source": "rfi.fr", "title": "Old"}),
        item(2, {"story_id": "s", "source": "bbc.co.uk", "title": "New", "published_at": NOW}),
        item(3, {"source": "dw.com", "title": "Other"}),
    )

    first, second = (story for region in told.regions for story in region.stories)
    assert (first.alert.article.title, first.alerts, first.sources) == ("New", 2, ("rfi.fr",))
    assert (second.alert.article.title, second.alerts) == ("Other", 1)


def test_the_most_important_comes_first_and_its_region_too() -> None:
    elsewhere = MATCH.places[0].model_copy(update={"region_name": "Japan"})
    told = digest(
        item(1, {"title": "Usual"}),
        item(2, {"title": "Newer", "published_at": NOW}),
        item(3, {"title": "Quake"}, {"places": (elsewhere,)}, priority=Priority.BREAKING),
        item(4, {"title": "Plain"}, {"places": ()}),
    )

    assert [region.name for region in told.regions] == ["Japan", "Sahel", ""]
    assert titles(told) == [["Quake"], ["Newer", "Usual"], ["Plain"]]


def test_what_is_too_much_is_counted() -> None:
    told = digest(
        *(item(number) for number in range(MOST_STORIES + 3)),
        missed=[item(1_000 + number) for number in range(MOST_MISSED + 2)],
    )

    assert (told.more, told.more_missed) == (3, 2)
    assert told.alerts == MOST_STORIES + 3


def test_one_alert_that_only_waited_comes_as_it_is() -> None:
    assert isinstance(composed([item(1, gate="quiet hours until 07:00")]).message, Alert)
    assert isinstance(composed([item(1, gate="digest")]).message, Digest)
    assert isinstance(
        composed([item(1, gate="throttle"), item(2, gate="throttle")]).message, Digest
    )
    assert isinstance(composed([item(1, gate="throttle")], [item(2)]).message, Digest)


def test_what_was_missed_is_told_with_the_reason() -> None:
    told = digest(missed=[item(1, {"title": "Lost"}, gate="expired 24 h after it was due")])

    (missed,) = told.missed
    assert (missed.title, missed.rule_name) == ("Lost", "JNIM")
    assert missed.reason == "expired 24 h after it was due"


def test_what_its_reader_wants_no_longer_is_dropped_and_the_gate_named() -> None:
    muted = Wishes(muted={("ann", "a1"): NOW + timedelta(hours=1)})
    gone = Wishes(unsubscribed=frozenset({("sahel-ann", "mail")}))
    off = SAHEL.model_copy(update={"enabled": False})

    assert composed([item(1), item(2)], wishes=muted).dropped == {"d1": "story muted by the reader"}
    assert composed([item(1)], wishes=gone) == Composed(None, {"d1": "unsubscribed by the reader"})
    assert composed([item(1)], subscription=off).dropped == {
        "d1": "the subscription 'sahel-ann' is disabled"
    }
    other = SAHEL.model_copy(update={"id": "other"})
    assert composed([item(1)], subscription=other).dropped == {
        "d1": "the subscription 'sahel-ann' is gone"
    }


def test_nothing_is_told_only_to_who_asked_for_it() -> None:
    asking = ANN.model_copy(update={"nothing_matched": True})

    assert composed([]).message is None
    message = composed([], subscriber=asking).message
    assert isinstance(message, Digest)
    assert (message.alerts, message.regions) == (0, ())


def test_a_digest_is_read_from_its_payload_as_it_was_written() -> None:
    told = digest(item(1), item(2))
    alert = composed([item(1, gate="throttle")]).message
    assert alert is not None
    of = replace(a_delivery(), is_digest=True)

    assert message_of(replace(of, payload=told.model_dump_json())) == told
    assert message_of(replace(of, payload=alert.model_dump_json())) == alert
