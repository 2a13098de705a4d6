"""Several alerts in one message: by story, then by region, the most important first."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from tocsin.delivery.alert import Alert
from tocsin.delivery.identity import ASK, OURS, TELL, story_of
from tocsin.delivery.notice import Notice
from tocsin.delivery.novelty import URGENCY
from tocsin.documents import SubscriberDocument, SubscriptionDocument
from tocsin.ports.deliveries import Contents, Delivery, DeliveryRecord
from tocsin.ports.preferences import Wishes


MOST_STORIES = 40  # written out; the rest is counted
MOST_MISSED = 20
MOST_SOURCES = 8


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DigestStory(_Part):
    """``alert`` tells the story; ``sources`` are the others that reported it, ``alerts`` all."""

    alert: Alert
    alerts: int
    sources: tuple[str, ...] = ()


class DigestRegion(_Part):
    """``name`` is empty where the rules asked for no region."""

    name: str
    stories: tuple[DigestStory, ...]


class DigestRule(_Part):
    id: str
    name: str
    subscription_id: str
    alerts: int


class Missed(_Part):
    """An alert that could not be sent in time; ``reason`` is why."""

    title: str
    url: str
    rule_name: str
    matched_at: AwareDatetime
    reason: str


class Digest(_Part):
    """All that a digest is written from, as it was when it was closed.

    ``rules`` count all of its alerts; ``more`` stories and ``more_missed`` are only counted.
    """

    at: AwareDatetime
    channel_id: str
    subscriber_id: str
    subscriber_name: str
    time_zone: str = "UTC"
    locale: str = "en"
    alerts: int = 0
    rules: tuple[DigestRule, ...] = ()
    regions: tuple[DigestRegion, ...] = ()
    more: int = 0
    missed: tuple[Missed, ...] = ()
    more_missed: int = 0


def message_of(delivery: Delivery) -> Alert | Digest | Notice:
    """Return what the delivery tells.

    Raises:
        ValueError: its payload cannot be read.
    """
    if delivery.subscription_id in {ASK, TELL}:
        return _NOTICE.validate_json(delivery.payload)
    if not delivery.is_digest:
        return alert_of(delivery.payload)
    return _EITHER.validate_json(delivery.payload)


@lru_cache(maxsize=256)  # it is read to be written, to be sent, and when it was sent
def alert_of(payload: str) -> Alert:
    """Return the alert that a payload is.

    Raises:
        ValueError: it cannot be read.
    """
    return Alert.model_validate_json(payload)


# A digest that gathered one alert may be sealed as that alert; the two have no field in common
# that both need.
_EITHER: TypeAdapter[Digest | Alert] = TypeAdapter(Digest | Alert)


_NOTICE: TypeAdapter[Notice] = TypeAdapter(Notice)


@dataclass(frozen=True, slots=True)
class Composed:
    """``message`` is None where nothing is left to tell, ``dropped`` why each item was left out."""

    message: Digest | Alert | None
    dropped: Mapping[str, str]


def compose(
    contents: Contents,
    subscriber: SubscriberDocument,
    channel_id: str,
    subscriptions: Mapping[str, SubscriptionDocument],
    wishes: Wishes,
    at: datetime,
) -> Composed:
    """Return what a closed digest tells.

    What its reader wants no longer is dropped. One alert that only waited, for quiet hours or a
    throttle, comes as the alert that it is.
    """
    told: list[tuple[DeliveryRecord, Alert]] = []
    dropped: dict[str, str] = {}
    for item in contents.items:
        alert = Alert.model_validate_json(item.delivery.payload)
        if gate := _unwanted(item, alert, channel_id, subscriptions, wishes, at):
            dropped[item.delivery.id] = gate
        else:
            told.append((item, alert))
    missed = [_missed(record) for record in contents.missed if is_alert(record.delivery)]
    if not missed and len(told) == 1 and told[0][0].reason != "digest":
        return Composed(told[0][1], dropped)
    if not missed and not told and not subscriber.nothing_matched:
        return Composed(None, dropped)
    digest = _digest([alert for _, alert in told], missed, subscriber, channel_id, at)
    return Composed(digest, dropped)


def is_alert(delivery: Delivery) -> bool:
    return not delivery.is_digest and delivery.subscription_id not in OURS


def _unwanted(
    item: DeliveryRecord,
    alert: Alert,
    channel_id: str,
    subscriptions: Mapping[str, SubscriptionDocument],
    wishes: Wishes,
    at: datetime,
) -> str:
    subscription = subscriptions.get(item.delivery.subscription_id)
    if subscription is None:
        return f"the subscription {item.delivery.subscription_id!r} is gone"
    if not subscription.enabled:
        return f"the subscription {subscription.id!r} is disabled"
    if wishes.is_unsubscribed(subscription.id, channel_id):
        return "unsubscribed by the reader"
    if wishes.muted_until(alert.subscriber_id, story_of(alert.article), at):
        return "story muted by the reader"
    return ""


def _digest(
    alerts: Sequence[Alert],
    missed: Sequence[Missed],
    subscriber: SubscriberDocument,
    channel_id: str,
    at: datetime,
) -> Digest:
    stories = sorted(_stories(alerts), key=_weight)
    return Digest(
        at=at,
        channel_id=channel_id,
        subscriber_id=subscriber.id,
        subscriber_name=subscriber.name,
        time_zone=subscriber.time_zone,
        locale=subscriber.locale,
        alerts=len(alerts),
        rules=_rules(alerts),
        regions=_regions(stories[:MOST_STORIES]),
        more=max(0, len(stories) - MOST_STORIES),
        missed=tuple(missed[:MOST_MISSED]),
        more_missed=max(0, len(missed) - MOST_MISSED),
    )


def _stories(alerts: Iterable[Alert]) -> Iterable[DigestStory]:
    """Return the alerts by rule and story, each told by its latest."""
    grouped: defaultdict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in alerts:
        grouped[alert.match.rule_id, story_of(alert.article)].append(alert)
    for same in grouped.values():
        latest = max(same, key=lambda alert: alert.article.published_at or alert.matched_at)
        sources = dict.fromkeys(
            source for alert in same for source in (alert.article.source, *alert.also)
        )
        others = [source for source in sources if source and source != latest.article.source]
        yield DigestStory(alert=latest, alerts=len(same), sources=tuple(others[:MOST_SOURCES]))


def _weight(story: DigestStory) -> tuple[float, ...]:
    """Order the most important first: urgency, how many told it, how new it is."""
    alert = story.alert
    moment = alert.article.published_at or alert.matched_at
    return -URGENCY[alert.priority], -len(story.sources) - story.alerts, -moment.timestamp()


def _regions(stories: Sequence[DigestStory]) -> tuple[DigestRegion, ...]:
    """Return the stories by region; the region of the most important story comes first."""
    regions: defaultdict[str, list[DigestStory]] = defaultdict(list)
    for story in stories:
        places = story.alert.match.places
        regions[places[0].region_name if places else ""].append(story)
    return tuple(DigestRegion(name=name, stories=tuple(own)) for name, own in regions.items())


def _rules(alerts: Iterable[Alert]) -> tuple[DigestRule, ...]:
    counted = Counter(
        (alert.match.rule_id, alert.match.rule_name, alert.subscription_id) for alert in alerts
    )
    return tuple(
        DigestRule(id=id_, name=name, subscription_id=subscription, alerts=count)
        for (id_, name, subscription), count in counted.most_common()
    )


def _missed(record: DeliveryRecord) -> Missed:
    alert = Alert.model_validate_json(record.delivery.payload)
    return Missed(
        title=alert.article.title,
        url=alert.article.url,
        rule_name=alert.match.rule_name,
        matched_at=alert.matched_at,
        reason=record.reason,
    )
