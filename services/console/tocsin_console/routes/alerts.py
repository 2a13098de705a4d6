"""Alerts: what matched lately, why, and what became of it on each channel."""

import asyncio
from collections.abc import Mapping, Sequence

from pydantic import AwareDatetime, BaseModel

from tocsin.events import ArticleMatched, ArticleSummary, RuleMatch
from tocsin.ports.deliveries import DeliveryRecord, State
from tocsin.ports.preferences import Rating
from tocsin_console.routes.backends import Backends


SEARCHED = 500  # matched articles looked at to find those of one rule
DELIVERIES = 500


class Outcome(BaseModel):
    """How the delivery to one channel stands. ``channel_name`` is empty once the channel is gone.

    ``digest`` is the digest that it waits for or is told in. A digest has no article and no rule.
    ``useful`` is what its reader says of it; null where they said nothing.
    """

    delivery: str
    article: str
    rule: str
    subscriber: str
    digest: str
    channel: str
    channel_name: str
    state: State
    reason: str
    attempts: int
    updated_at: AwareDatetime
    due_at: AwareDatetime | None
    useful: bool | None = None


class AlertMatch(RuleMatch):
    """One rule that the article matched, and the deliveries that came of it."""

    deliveries: tuple[Outcome, ...] = ()


class Alert(BaseModel):
    article: ArticleSummary
    matched_at: AwareDatetime
    matches: tuple[AlertMatch, ...]


async def recent_alerts(
    backends: Backends, limit: int, rule_id: str | None = None
) -> Sequence[Alert]:
    """Return the last matched articles, newest first; where a rule is named, its matches only."""
    matched = await backends.articles.recent_matches(limit if rule_id is None else SEARCHED)
    wanted = [each for each in (of_rule(event, rule_id) for event in matched) if each][:limit]
    return await alerts_of(backends, wanted)


async def alerts_of(backends: Backends, matched: Sequence[ArticleMatched]) -> Sequence[Alert]:
    sent = await outcomes_by_article(backends, {each.article.id for each in matched})
    return [alert(event, sent[event.article.id]) for event in matched]


async def outcomes_by_article(
    backends: Backends, article_ids: set[str]
) -> Mapping[str, Sequence[Outcome]]:
    ids = list(article_ids)
    records = await asyncio.gather(
        *(backends.deliveries.recent(DELIVERIES, article_id=each) for each in ids)
    )
    shown = await outcomes(backends, [record for found in records for record in found])
    return {id_: [each for each in shown if each.article == id_] for id_ in ids}


async def outcomes(backends: Backends, records: Sequence[DeliveryRecord]) -> Sequence[Outcome]:
    """Return how deliveries stand, in their order, with what their readers say of them."""
    directory = await backends.subscribers.directory()
    names = {channel.id: channel.name for channel in directory.channels}
    ratings = await backends.preferences.ratings([record.delivery.id for record in records])
    return [outcome(record, names, ratings.get(record.delivery.id)) for record in records]


def of_rule(event: ArticleMatched, rule_id: str | None) -> ArticleMatched | None:
    if rule_id is None:
        return event
    matches = tuple(match for match in event.matches if match.rule_id == rule_id)
    return event.model_copy(update={"matches": matches}) if matches else None


def alert(event: ArticleMatched, outcomes: Sequence[Outcome]) -> Alert:
    return Alert(
        article=event.article,
        matched_at=event.matched_at,
        matches=tuple(
            AlertMatch(
                **{name: getattr(match, name) for name in RuleMatch.model_fields},
                deliveries=tuple(each for each in outcomes if each.rule == match.rule_id),
            )
            for match in event.matches
        ),
    )


def outcome(record: DeliveryRecord, names: Mapping[str, str], rating: Rating | None) -> Outcome:
    return Outcome(
        delivery=record.delivery.id,
        article=record.delivery.article_id,
        rule=record.delivery.rule_id,
        subscriber=record.delivery.subscriber_id,
        digest=record.digest_id,
        channel=record.delivery.channel_id,
        channel_name=names.get(record.delivery.channel_id, ""),
        state=record.state,
        reason=record.reason,
        attempts=record.attempts,
        updated_at=record.updated_at,
        due_at=record.due_at,
        useful=None if rating is None else rating.useful,
    )
