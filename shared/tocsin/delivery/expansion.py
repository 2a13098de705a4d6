"""A match becomes deliveries: one for each subscription to its rule and channel of the subscriber."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tocsin.delivery.alert import Alert
from tocsin.delivery.identity import alert_key, delivery_id
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.documents.channel_url import lane_of
from tocsin.events import ArticleMatched, RuleMatch
from tocsin.ports.deliveries import Delivery
from tocsin.ports.subscribers import Directory


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who wants a rule's alerts, on at least one channel that is enabled."""

    subscription: SubscriptionDocument
    subscriber: SubscriberDocument
    channels: Sequence[ChannelDocument]


@dataclass(frozen=True, slots=True)
class Audience:
    """The directory, looked up by rule, by channel and by subscription."""

    revision: int
    listeners: Mapping[str, Sequence[Listener]]
    channels: Mapping[str, ChannelDocument]
    subscriptions: Mapping[str, SubscriptionDocument]

    @classmethod
    def of(cls, directory: Directory) -> Self:
        subscribers = {subscriber.id: subscriber for subscriber in directory.subscribers}
        enabled = defaultdict(list)
        for channel in directory.channels:
            if channel.enabled:
                enabled[channel.subscriber].append(channel)
        listeners = defaultdict(list)
        for subscription in directory.subscriptions:
            channels = [
                channel
                for channel in enabled[subscription.subscriber]
                if not subscription.channels or channel.id in subscription.channels
            ]
            if subscription.enabled and channels:
                subscriber = subscribers[subscription.subscriber]
                listeners[subscription.rule].append(Listener(subscription, subscriber, channels))
        return cls(
            revision=directory.revision,
            listeners=dict(listeners),
            channels={channel.id: channel for channel in directory.channels},
            subscriptions={
                subscription.id: subscription for subscription in directory.subscriptions
            },
        )

    def of_rule(self, rule_id: str) -> Sequence[Listener]:
        return self.listeners.get(rule_id, ())


@dataclass(frozen=True, slots=True)
class Expansion:
    """``unheard`` are the rules that matched and that nobody listens to."""

    deliveries: Sequence[Delivery]
    unheard: Sequence[str]


def expand(event: ArticleMatched, audience: Audience) -> Expansion:
    """Return a delivery for each rule that matched, subscription to it, and channel."""
    return Expansion(
        deliveries=[
            delivery
            for match in event.matches
            for listener in audience.of_rule(match.rule_id)
            for delivery in _deliveries(event, match, listener)
        ],
        unheard=[match.rule_id for match in event.matches if not audience.of_rule(match.rule_id)],
    )


def _deliveries(event: ArticleMatched, match: RuleMatch, listener: Listener) -> Iterator[Delivery]:
    key = alert_key(event.article, match.rule_id)
    payload = _alert(event, match, listener).model_dump_json()
    for channel in listener.channels:
        yield Delivery(
            id=delivery_id(listener.subscription.id, key, channel.id, event.article.revision),
            article_id=event.article.id,
            rule_id=match.rule_id,
            subscription_id=listener.subscription.id,
            channel_id=channel.id,
            payload=payload,
            lane=lane_of(channel.url.get_secret_value()),
        )


def _alert(event: ArticleMatched, match: RuleMatch, listener: Listener) -> Alert:
    return Alert(
        article=event.article,
        match=match,
        matched_at=event.matched_at,
        subscription_id=listener.subscription.id,
        subscriber_id=listener.subscriber.id,
        subscriber_name=listener.subscriber.name,
        time_zone=listener.subscriber.time_zone,
        locale=listener.subscriber.locale,
    )
