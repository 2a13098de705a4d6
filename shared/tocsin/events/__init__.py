"""The messages on the streams: the only thing services know of each other.

A field may be added with a default. Nothing is renamed or removed: a change
of meaning is a new event on a new stream. No field may be called ``data``:
FastStream takes a JSON object with such a key for its own old envelope.
"""

from tocsin.events.article import ArticleIngested
from tocsin.events.base import Event
from tocsin.events.match import (
    ArticleMatched,
    ArticleSummary,
    PlaceEvidence,
    RuleMatch,
    Snippet,
    Span,
    TermEvidence,
)
from tocsin.events.rule import RuleChanged
from tocsin.events.topology import EXPECTED_GROUPS, expected_groups


__all__ = [
    "EXPECTED_GROUPS",
    "ArticleIngested",
    "ArticleMatched",
    "ArticleSummary",
    "Event",
    "PlaceEvidence",
    "RuleChanged",
    "RuleMatch",
    "Snippet",
    "Span",
    "TermEvidence",
    "expected_groups",
]
