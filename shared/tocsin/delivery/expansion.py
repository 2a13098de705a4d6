"""A match becomes deliveries: one for each subscription to its rule and channel of the subscriber."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, assert_never

from tocsin.delivery.alert import Alert
from tocsin.delivery.identity import delivery_id, story_of, thread_id
from tocsin.delivery.novelty import Facts, Told, after, news
from tocsin.delivery.policy import (
    Case,
    Fold,
    Gather,
    Hold,
    SendNow,
    Suppress,
    dispose,
    modes,
)
from tocsin.documents import (
    ChannelDocument,
    ChannelState,
    Mode,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.documents.channel_url import lane_of
from tocsin.documents.timing import Throttle
from tocsin.events import ArticleMatched, RuleMatch
from tocsin.ports.deliveries import Delivery, Limit, Placement, State, Story
from tocsin.ports.preferences import Wishes
from tocsin.ports.subscribers import Directory, DocumentKind


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
    subscribers: Mapping[str, SubscriberDocument]
    standings: Mapping[str, Standing]
    unreadable: Mapping[tuple[DocumentKind, str], str]

    @classmethod
    def of(cls, directory: Directory) -> Self:
        subscribers = {subscriber.id: subscriber for subscriber in directory.subscribers}
        enabled = defaultdict(list)
        for channel in directory.channels:
            if directory.state(channel) is not ChannelState.DISABLED:
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
            subscribers=subscribers,
            standings=directory.standings,
            unreadable=directory.unreadable,
        )

    def of_rule(self, rule_id: str) -> Sequence[Listener]:
        return self.listeners.get(rule_id, ())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match for one channel of a listener, in one of the ways in which it is to be told."""

    event: ArticleMatched
    match: RuleMatch
    listener: Listener
    channel: ChannelDocument
    mode: Mode
    id: str
    thread: str

    @property
    def may_be_known(self) -> bool:
        """Tell whether something may have been told of the story before."""
        article = self.event.article
        return article.revision > 1 or story_of(article) != article.id


@dataclass(frozen=True, slots=True)
class Expansion:
    """``unheard`` are the rules that matched and that nobody listens to."""

    candidates: Sequence[Candidate]
    unheard: Sequence[str]


def expand(event: ArticleMatched, audience: Audience, wishes: Wishes) -> Expansion:
    """Return a candidate for each rule that matched, subscription to it, channel, and way."""
    return Expansion(
        candidates=[
            candidate
            for match in event.matches
            for listener in audience.of_rule(match.rule_id)
            for channel in listener.channels
            for candidate in _candidates(event, match, listener, channel, wishes)
        ],
        unheard=[match.rule_id for match in event.matches if not audience.of_rule(match.rule_id)],
    )


def place(
    candidate: Candidate,
    story: Story,
    wishes: Wishes,
    now: datetime,
    *,
    not_before: datetime | None = None,
) -> Placement:
    """Return where the candidate's delivery begins.

    ``story`` is what its reader was told of the story. ``not_before`` is when the throttle lets
    the next one pass, where it is known to let none pass now.
    """
    listener, match = candidate.listener, candidate.match
    told = Told.model_validate_json(story.told) if story.told else Told()
    facts = Facts.of(candidate.event.article, match, listener.subscription.priority)
    case = Case(
        subscription=listener.subscription,
        subscriber=listener.subscriber,
        channel_id=candidate.channel.id,
        story_id=story_of(candidate.event.article),
        news=news(told, facts),
        alerts=told.alerts,
        not_before=not_before,
    )
    disposition = dispose(case, candidate.mode, wishes, now)
    alerted = not isinstance(disposition, Fold | Suppress)
    delivery = _delivery(candidate, told, case.news if told.alerts else "")
    wanted = not isinstance(disposition, Suppress)
    knows = after(told, facts, alerted=alerted).model_dump_json() if wanted else ""
    placed = Placement(delivery, story=story, told=knows)
    match disposition:
        case SendNow(throttle):
            return replace(placed, limit=_limit(throttle, candidate))
        case Hold(until, gate) | Gather(until, gate):
            return replace(placed, state=State.HELD, gate=gate, until=until)
        case Fold(gate):
            return replace(placed, state=State.FOLDED, gate=gate)
        case Suppress(gate):
            return replace(placed, state=State.SUPPRESSED, gate=gate)
        case _:
            assert_never(disposition)


def _limit(throttle: Throttle | None, candidate: Candidate) -> Limit | None:
    if throttle is None:
        return None
    key = f"{candidate.listener.subscription.id}:{candidate.channel.id}"
    return Limit(key, throttle.limit, throttle.per)


def _candidates(
    event: ArticleMatched,
    match: RuleMatch,
    listener: Listener,
    channel: ChannelDocument,
    wishes: Wishes,
) -> Iterator[Candidate]:
    subscription, article = listener.subscription, event.article
    for mode in modes(subscription, wishes):
        of = (subscription.id, article, match.rule_id, channel.id)
        in_digest = mode is Mode.DIGEST
        yield Candidate(
            event=event,
            match=match,
            listener=listener,
            channel=channel,
            mode=mode,
            id=delivery_id(*of, in_digest=in_digest),
            thread=thread_id(*of, in_digest=in_digest),
        )


def _delivery(candidate: Candidate, told: Told, update: str) -> Delivery:
    listener = candidate.listener
    return Delivery(
        id=candidate.id,
        article_id=candidate.event.article.id,
        rule_id=candidate.match.rule_id,
        subscription_id=listener.subscription.id,
        channel_id=candidate.channel.id,
        payload=_alert(candidate, told, update).model_dump_json(),
        lane=lane_of(candidate.channel.url.get_secret_value()),
        subscriber_id=listener.subscriber.id,
        priority=listener.subscription.priority,
        thread=candidate.thread,
    )


def _alert(candidate: Candidate, told: Told, update: str) -> Alert:
    subscriber = candidate.listener.subscriber
    return Alert(
        article=candidate.event.article,
        match=candidate.match,
        matched_at=candidate.event.matched_at,
        subscription_id=candidate.listener.subscription.id,
        subscriber_id=subscriber.id,
        subscriber_name=subscriber.name,
        time_zone=subscriber.time_zone,
        locale=subscriber.locale,
        thread=candidate.thread,
        news=update,
        also=tuple(each for each in told.since if each != candidate.event.article.source),
        first_title=told.title,
        first_source=told.source,
        priority=candidate.listener.subscription.priority,
    )
