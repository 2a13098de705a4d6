"""Which rules an article matched, and why; enough to write the alert from."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import ClassVar, Protocol, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.article import Article
from tocsin.events.base import Event
from tocsin.matching import Evidence, Hit, MarkedSentence, Match, Setting
from tocsin.regions.places import LocatedPlace, PlaceSpan
from tocsin.text import paragraphs


# An alert shows a few of each; the rest is only counted.
_MOST_SPANS = 5
_MOST_PLACES = 12
_LONGEST_LEAD = 400  # characters


class RegionPaths(Protocol):
    """What people call regions, and how one leads to another."""

    def name(self, region_id: str) -> str: ...

    def path(self, place_id: str, region_id: str, on: date) -> tuple[str, ...]:
        """Return the names from a place up to a region that it lies in at that date."""
        ...


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Span(Part):
    """Characters ``start`` to ``end`` (exclusive) of a field of the article, and what stands there."""

    field: str
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, hit: Hit) -> Self:
        return cls(field=hit.field, start=hit.start, end=hit.end, text=hit.text)

    @classmethod
    def of_place(cls, span: PlaceSpan, article: Article) -> Self:
        text = article.title if span.field == "title" else article.text
        return cls(
            field=span.field, start=span.start, end=span.end, text=text[span.start : span.end]
        )


class TermEvidence(Part):
    """A clause of the query that was true, as it is written there, with all its hits' count.

    ``spans`` holds the first few.
    """

    clause: str
    count: int
    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        spans = tuple(map(Span.of, evidence.hits[:_MOST_SPANS]))
        return cls(clause=evidence.text, count=evidence.count, spans=spans)


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

    @classmethod
    def of(
        cls, place: LocatedPlace, setting: Setting, article: Article, names: RegionPaths
    ) -> Self:
        return cls(
            region=setting.region,
            region_name=names.name(setting.region),
            level=setting.hit.level if setting.hit else setting.level,
            probability=place.probability,
            path=names.path(place.region, setting.region, article.date.date()),
            spans=tuple(Span.of_place(span, article) for span in place.spans[:_MOST_SPANS]),
        )


class Snippet(Part):
    """A sentence of the article; ``marks`` are the (start, end) of the hits within it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, sentence: MarkedSentence) -> Self:
        return cls(text=sentence.text, marks=sentence.marks)


class RuleMatch(Part):
    rule_id: str
    rule_name: str
    rule_version: int
    query: str
    terms: tuple[TermEvidence, ...] = ()
    places: tuple[PlaceEvidence, ...] = ()
    snippets: tuple[Snippet, ...] = ()

    @classmethod
    def of(cls, match: Match, article: Article, names: RegionPaths) -> Self:
        return cls.all_of([match], article, names)[0]

    @classmethod
    def all_of(
        cls, matches: Iterable[Match], article: Article, names: RegionPaths
    ) -> tuple[Self, ...]:
        """Return the matches of one article; what several have in common is written once."""
        shared = _Shared()
        return tuple(
            [
                cls(
                    rule_id=rule.id,
                    rule_name=rule.name,
                    rule_version=rule.version,
                    query=rule.query,
                    terms=tuple(map(shared.term, match.evidence)),
                    places=tuple(_places(match, article, names)),
                    snippets=shared.snippets(match.snippets),
                )
                for match in matches
                for rule in (match.label,)
            ]
        )


class _Shared:
    """Matches of one article say the same of the same words: in the very same objects."""

    def __init__(self) -> None:
        self._terms: dict[int, tuple[Evidence, TermEvidence]] = {}
        self._snippets: dict[int, tuple[Sequence[MarkedSentence], tuple[Snippet, ...]]] = {}

    def term(self, evidence: Evidence) -> TermEvidence:
        known = self._terms.get(id(evidence))
        if known is None:  # kept with what it is of, so that nothing else gets its id
            known = self._terms[id(evidence)] = (evidence, TermEvidence.of(evidence))
        return known[1]

    def snippets(self, sentences: Sequence[MarkedSentence]) -> tuple[Snippet, ...]:
        known = self._snippets.get(id(sentences))
        if known is None:
            known = (sentences, tuple(map(Snippet.of, sentences)))
            self._snippets[id(sentences)] = known
        return known[1]


def _places(match: Match, article: Article, names: RegionPaths) -> Iterator[PlaceEvidence]:
    for setting in match.regions:
        for place in setting.places[:_MOST_PLACES]:
            yield PlaceEvidence.of(place, setting, article, names)


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

    @classmethod
    def of(cls, article: Article) -> Self:
        return cls(
            id=article.id,
            title=article.title,
            fetched_at=article.fetched_at,
            published_at=article.published_at,
            url=article.url,
            source=article.source,
            language=article.language,
            authors=article.authors,
            lead=_lead(article.text),
            revision=article.revision,
            story_id=article.story_id,
        )


def _lead(text: str) -> str:
    """Return the first paragraph on one line, cut between words."""
    first = paragraphs(text)[:1]
    lead = " ".join(text[start:end] for start, end in first)
    lead = " ".join(lead.split())
    if len(lead) <= _LONGEST_LEAD:
        return lead
    return lead[:_LONGEST_LEAD].rsplit(" ", 1)[0] + "…"


class ArticleMatched(Event):
    """One article and up to a few hundred of the rules that it matched, with their explanation.

    An article that matched more is split over several of these, told apart by ``part``.
    """

    stream: ClassVar[str] = "{tocsin}:matches"

    article: ArticleSummary
    matches: tuple[RuleMatch, ...]
    matched_at: AwareDatetime
    part: int = 0
