"""Which rules an article matched, and why; enough to write the alert from."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.events.base import Event


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Span(Part):
    """Characters ``start`` to ``end`` (exclusive) of a field of the article, and what stands there."""

    field: str
    start: int
    end: int
    text: str


class TermEvidence(Part):
    """A clause of the query that was true, as it is written there, with all its hits' count.

    ``spans`` holds the first few.
    """

    clause: str
    count: int
    spans: tuple[Span, ...] = ()


class PlaceEvidence(Part):
    """A place in the article that lies in a region that the rule asks for.

    ``path`` leads from the place up to the region, by name:
    ``("Diboli", "Kayes Region", "Mali", "Sahel")``.
    """

    region: str
    region_name: str
    level: str
    probability: float
    path: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class Snippet(Part):
    """A sentence of the article; ``marks`` are the (start, end) of the hits within it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class RuleMatch(Part):
    rule_id: str
    rule_name: str
    rule_version: int
    query: str
    terms: tuple[TermEvidence, ...] = ()
    places: tuple[PlaceEvidence, ...] = ()
    snippets: tuple[Snippet, ...] = ()


class ArticleSummary(Part):
    """What a reader is told of the article itself; ``lead`` is its first paragraph, cut."""

    id: str
    title: str
    fetched_at: AwareDatetime
    published_at: AwareDatetime | None = None
    url: str = ""
    source: str = ""
    language: str = "und"
    authors: tuple[str, ...] = ()
    lead: str = ""
    revision: int = 1
    story_id: str | None = None


class ArticleMatched(Event):
    """One article and up to a few hundred of the rules that it matched, with their explanation.

    An article that matched more is split over several of these, told apart by ``part``.
    """

    stream: ClassVar[str] = "{tocsin}:matches"

    article: ArticleSummary
    matches: tuple[RuleMatch, ...]
    matched_at: AwareDatetime
    part: int = 0
