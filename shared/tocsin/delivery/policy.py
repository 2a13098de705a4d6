"""Whether an alert is sent now, waits, is gathered, or is not sent; and by which gate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from tocsin.delivery.windows import next_digest, quiet_until
from tocsin.documents import Mode, SubscriberDocument, SubscriptionDocument, Updates
from tocsin.documents.timing import Throttle, schedule, throttle, window
from tocsin.ports.preferences import Wishes


# Of who wants a digest by a link in a message, where the operator named no time.
USUAL_DIGEST = "daily@08:00"


@dataclass(frozen=True, slots=True)
class SendNow:
    """``throttle`` is what still has to be asked whether it is not one too many."""

    throttle: Throttle | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Waits, and comes together with whatever else waits for the same time."""

    until: datetime
    gate: str


@dataclass(frozen=True, slots=True)
class Gather:
    """Comes in the digest that is due then."""

    until: datetime
    gate: str = "digest"


@dataclass(frozen=True, slots=True)
class Fold:
    """Adds nothing to what the reader was told of the story; it is counted with it."""

    gate: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """The reader does not want it."""

    gate: str


Disposition = SendNow | Hold | Gather | Fold | Suppress


@dataclass(frozen=True, slots=True)
class Case:
    """One match for one channel of one subscriber.

    ``news`` is what it changes in what the reader was told of its story, and empty where it
    changes nothing; ``alerts`` is how many were told. ``not_before`` is when the channel's
    throttle lets the next one pass, where it is known to let none pass now.
    """

    subscription: SubscriptionDocument
    subscriber: SubscriberDocument
    channel_id: str
    story_id: str
    news: str
    alerts: int
    not_before: datetime | None = None


def modes(subscription: SubscriptionDocument, wishes: Wishes) -> Sequence[Mode]:
    """Return how alerts are to come: at once, in a digest, or once in each way."""
    if wishes.wants_digest(subscription.id):
        return (Mode.DIGEST,)
    if subscription.mode is Mode.BOTH:
        return (Mode.INSTANT, Mode.DIGEST)
    return (subscription.mode,)


def dispose(case: Case, mode: Mode, wishes: Wishes, now: datetime) -> Disposition:
    """Decide for one way of being told; digests pass the very gates that single alerts pass."""
    if gate := _unwanted(case, wishes, now):
        return Suppress(gate)
    if case.alerts and (gate := _nothing_new(case)):
        return Fold(gate)
    if mode is Mode.DIGEST:
        return _gathered(case, wishes, now)
    holds = list(_holds(case, wishes, now))
    if not holds:
        text = case.subscription.throttle
        return SendNow(throttle(text) if text else None)
    until = max(hold.until for hold in holds)
    return Hold(free_from(case.subscriber, case.subscription, until), holds[0].gate)


def free_from(
    subscriber: SubscriberDocument, subscription: SubscriptionDocument | None, at: datetime
) -> datetime:
    """Return the first moment, not before ``at``, that is not in the subscriber's quiet hours."""
    return quiet_end(subscriber, subscription, at) or at


def quiet_end(
    subscriber: SubscriberDocument, subscription: SubscriptionDocument | None, at: datetime
) -> datetime | None:
    """Return when the quiet hours end that hold for a subscription, if it is in them."""
    if not subscriber.quiet_hours or (subscription is not None and subscription.bypass_quiet):
        return None
    windows = map(window, subscriber.quiet_hours)
    return quiet_until(at, windows, ZoneInfo(subscriber.time_zone))


def digest_due(
    subscriber: SubscriberDocument, subscription: SubscriptionDocument, now: datetime
) -> datetime:
    """Return when the subscription's next digest is sent; never in quiet hours that hold for it."""
    text = subscription.digest or USUAL_DIGEST
    due = next_digest(now, schedule(text), ZoneInfo(subscriber.time_zone))
    return free_from(subscriber, subscription, due)


def retold_at(
    subscriber: SubscriberDocument, subscription: SubscriptionDocument | None, now: datetime
) -> datetime:
    """Return when a reader is told at the latest what became too old to be sent."""
    if subscription is not None and subscription.digest:
        return digest_due(subscriber, subscription, now)
    due = next_digest(now, schedule("hourly"), ZoneInfo(subscriber.time_zone))
    return free_from(subscriber, subscription, due)


def _unwanted(case: Case, wishes: Wishes, now: datetime) -> str:
    if wishes.is_unsubscribed(case.subscription.id, case.channel_id):
        return "unsubscribed by the reader"
    if until := wishes.muted_until(case.subscriber.id, case.story_id, now):
        return f"story muted by the reader until {until:%Y-%m-%d %H:%M} UTC"
    return ""


def _nothing_new(case: Case) -> str:
    match case.subscription.updates:
        case Updates.ALL:
            return ""
        case Updates.FIRST:
            return "only the first of a story is wanted"
        case Updates.MATERIAL:
            return "" if case.news else "nothing new to what was told of its story"
        case _:
            assert_never(case.subscription.updates)


def _holds(case: Case, wishes: Wishes, now: datetime) -> Iterator[Hold]:
    if until := wishes.snoozed_until(case.subscription.id, now):
        yield Hold(until, f"snoozed by the reader until {until:%Y-%m-%d %H:%M} UTC")
    if until := quiet_end(case.subscriber, case.subscription, now):
        yield Hold(until, f"quiet hours until {until:%Y-%m-%d %H:%M} UTC")
    if case.not_before is not None:
        yield Hold(case.not_before, f"throttle: {case.subscription.throttle} were sent")


def _gathered(case: Case, wishes: Wishes, now: datetime) -> Gather:
    begin = max(now, case.not_before or now)
    begin = max(begin, wishes.snoozed_until(case.subscription.id, now) or begin)
    return Gather(digest_due(case.subscriber, case.subscription, begin))
