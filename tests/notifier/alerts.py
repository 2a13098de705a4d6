"""Alerts for the notifier's tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.delivery import Alert
from tocsin.events import (
    ArticleMatched,
    ArticleSummary,
    PlaceEvidence,
    RuleMatch,
    Snippet,
    Span,
    TermEvidence,
)
from tocsin.ports.deliveries import Delivery


ID = "40b6c4bbba28c00c1bceb9e9df446203"
SENTENCE = "The group (JNIM) has claimed responsibility for the attacks in Diboli."

ARTICLE = ArticleSummary(
    id="a1",
    title="Army repels assault on seven towns",
    url="https://www.rfi.example/afrique/assault?id=1&lang=fr",
    source="rfi.example",
    language="fr",
    lead="The army says it has killed 80 militants.",
    published_at=datetime(2026, 3, 4, 6, 15, tzinfo=UTC),
    fetched_at=datetime(2026, 3, 4, 6, 16, tzinfo=UTC),
)
MATCH = RuleMatch(
    rule_id="sahel-jnim",
    rule_name="JNIM",
    rule_version=3,
    query="JNIM OR attack*",
    terms=(
        TermEvidence(
            clause="JNIM", count=3, spans=(Span(field="title", start=0, end=4, text="JNIM"),)
        ),
        TermEvidence(clause="attack*", count=1),
    ),
    places=(
        PlaceEvidence(
            region="area:sahel",
            region_name="Sahel",
            level="mention",
            probability=0.95,
            path=("Diboli", "Kayes Region", "Mali", "Sahel"),
        ),
    ),
    snippets=(Snippet(text=SENTENCE, marks=((11, 15), (52, 59), (63, 69))),),
)


def an_alert(
    article: Mapping[str, Any] | None = None, match: Mapping[str, Any] | None = None, **rest: Any
) -> Alert:
    return Alert(
        article=ARTICLE.model_copy(update=dict(article or {})),
        match=MATCH.model_copy(update=dict(match or {})),
        matched_at=datetime(2026, 3, 4, 6, 16, 2, tzinfo=UTC),
        **{
            "subscription_id": "sahel-ann",
            "subscriber_id": "ann",
            "subscriber_name": "Ann",
            "time_zone": "Africa/Nairobi",
            **rest,
        },
    )


def a_delivery(id_: str = ID, *, channel: str = "mail", alert: Alert | None = None) -> Delivery:
    alert = alert or an_alert()
    return Delivery(
        id=id_,
        article_id=alert.article.id,
        rule_id=alert.match.rule_id,
        subscription_id=alert.subscription_id,
        channel_id=channel,
        payload=alert.model_dump_json(),
    )


def a_match(article_id: str = "a1") -> ArticleMatched:
    alert = an_alert({"id": article_id})
    return ArticleMatched(
        article=alert.article, matches=(alert.match,), matched_at=alert.matched_at
    )
