"""Why an article matches a rule, or why not: every clause with its verdict."""

from pydantic import BaseModel

from tocsin.article import Article
from tocsin.documents import RuleDocument
from tocsin.documents.rule import compile_rule
from tocsin.events import Snippet
from tocsin.matching import ArticleView, Clause, Setting, explain
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import LocatedPlace, PlaceSpan
from tocsin_console.routes.alerts import Outcome, outcomes_by_article
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.regions import RegionView, view


SHOWN_HITS = 10


class HitView(BaseModel):
    """What stands at characters ``start`` to ``end`` (exclusive) of a field of the article."""

    field: str
    start: int
    end: int
    text: str


class PlaceView(BaseModel):
    """A place in the article that lies in the region, by the names on the way up to it."""

    path: tuple[str, ...]
    probability: float
    written: tuple[str, ...]


class RegionVerdict(BaseModel):
    """Whether the article is set in a region that the rule names; ``wanted`` or to be avoided."""

    region: RegionView
    level: str
    wanted: bool
    verdict: bool
    reason: str
    probability: float
    places: tuple[PlaceView, ...]


class ClauseView(BaseModel):
    """A part of the query, at characters ``start`` to ``end`` of it, and whether it is true.

    ``hits`` are the first few of ``count``.
    """

    kind: str
    text: str
    start: int
    end: int
    verdict: bool
    reason: str
    count: int
    hits: tuple[HitView, ...]
    region: RegionVerdict | None
    clauses: tuple["ClauseView", ...]


class Failing(BaseModel):
    text: str
    reason: str


class ArticleHead(BaseModel):
    id: str
    title: str
    url: str
    source: str
    language: str


class Why(BaseModel):
    """The verdict is of the rule as it stands now, in force or not.

    ``matched_then`` are the versions of the rule that the article matched when it came.
    ``failing`` is what would have to be otherwise; empty if and only if it matches.
    """

    article: ArticleHead
    rule: RuleDocument
    matches: bool
    matched_then: tuple[int, ...]
    failing: tuple[Failing, ...]
    query: ClauseView | None
    regions: tuple[RegionVerdict, ...]
    snippets: tuple[Snippet, ...]
    deliveries: tuple[Outcome, ...]


async def why(backends: Backends, article_id: str, rule_id: str) -> Why:
    """Explain.

    Raises:
        NotFoundError: there is no such rule, or no such article (any more).
    """
    document = await backends.rules.get(rule_id)
    event = await backends.articles.article(article_id)
    article = event.article()
    rule = compile_rule(document, backends.gazetteer, backends.lists)
    found = explain(rule, ArticleView(article, backends.geoparser.locate(article)))
    seen = Looking(backends.gazetteer, article)
    return Why(
        article=ArticleHead(**event.model_dump(include=set(ArticleHead.model_fields))),
        rule=document,
        matches=found.matched,
        matched_then=await _matched_then(backends, article_id, rule_id),
        failing=tuple(Failing(text=each.text, reason=each.reason) for each in found.failing),
        query=seen.clause(found.clause) if found.clause else None,
        regions=tuple(map(seen.region, found.settings)),
        snippets=tuple(Snippet(text=each.text, marks=each.marks) for each in found.snippets),
        deliveries=await _deliveries(backends, article_id, rule_id),
    )


async def _matched_then(backends: Backends, article_id: str, rule_id: str) -> tuple[int, ...]:
    parts = await backends.articles.matches_of(article_id)
    matches = (match for part in parts for match in part.matches)
    return tuple(sorted({each.rule_version for each in matches if each.rule_id == rule_id}))


async def _deliveries(backends: Backends, article_id: str, rule_id: str) -> tuple[Outcome, ...]:
    outcomes = await outcomes_by_article(backends, {article_id})
    return tuple(each for each in outcomes[article_id] if each.rule == rule_id)


class Looking:
    """Turns an explanation into what is shown of one article."""

    def __init__(self, gazetteer: Gazetteer, article: Article) -> None:
        self._gazetteer = gazetteer
        self._article = article

    def clause(self, clause: Clause) -> ClauseView:
        return ClauseView(
            kind=clause.kind,
            text=clause.text,
            start=clause.start,
            end=clause.end,
            verdict=clause.verdict,
            reason=clause.reason,
            count=clause.count,
            hits=tuple(
                HitView(field=each.field, start=each.start, end=each.end, text=each.text)
                for each in clause.hits[:SHOWN_HITS]
            ),
            region=self.region(clause.setting) if clause.setting else None,
            clauses=tuple(map(self.clause, clause.clauses)),
        )

    def region(self, setting: Setting) -> RegionVerdict:
        return RegionVerdict(
            region=view(self._gazetteer, setting.region),
            level=setting.level,
            wanted=setting.wanted,
            verdict=setting.verdict,
            reason=setting.reason,
            probability=setting.hit.probability if setting.hit else 0,
            places=tuple(self._place(each, setting.region) for each in setting.places),
        )

    def _place(self, place: LocatedPlace, region: str) -> PlaceView:
        on = self._article.date.date()
        path = self._gazetteer.path(place.region, region, on)
        return PlaceView(
            path=path or (place.name,),
            probability=place.probability,
            written=tuple(dict.fromkeys(self._text(span) for span in place.spans)),
        )

    def _text(self, span: PlaceSpan) -> str:
        text = self._article.title if span.field == "title" else self._article.text
        return text[span.start : span.end]
