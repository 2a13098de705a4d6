"""Reads articles, answers with what they match."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import structlog

from tocsin.article import Article
from tocsin.events import ArticleIngested, ArticleMatched, ArticleSummary, RuleMatch
from tocsin.events.match import RegionPaths
from tocsin.matching import Engine, Match
from tocsin.ports.clock import Clock
from tocsin.ports.placeless import PlacelessArticles
from tocsin.regions.places import Places
from tocsin_matcher import metrics


log = structlog.get_logger()

# Keeps an event far below what a stream's reader takes in at once; each match carries its reasons.
MATCHES_PER_EVENT = 200


class Locator(Protocol):
    def locate(self, article: Article) -> Places: ...


class Matcher:
    """Locates each article, matches it against every rule in force, and says why.

    The rules must have caught up since an article was read.
    """

    def __init__(
        self,
        engine: Engine,
        locator: Locator,
        names: RegionPaths,
        placeless: PlacelessArticles,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._locator = locator
        self._names = names
        self._placeless = placeless
        self._clock = clock

    async def match(self, event: ArticleIngested) -> Sequence[ArticleMatched]:
        article = event.article()
        with metrics.SECONDS.time():
            places = self._locator.locate(article)
            matches = self._engine.match(article, places)
        _count(places, matches)
        if not places.regions:
            await self._placeless.add(article.id, self._clock.now().date())
        log.debug("article matched", article=article.id, rules=len(matches))
        return list(self._events(article, matches))

    def _events(self, article: Article, matches: Sequence[Match]) -> Iterator[ArticleMatched]:
        for part, start in enumerate(range(0, len(matches), MATCHES_PER_EVENT)):
            chosen = matches[start : start + MATCHES_PER_EVENT]
            yield ArticleMatched(
                article=ArticleSummary.of(article),
                matches=RuleMatch.all_of(chosen, article, self._names),
                matched_at=self._clock.now(),
                part=part,
            )


def _count(places: Places, matches: Sequence[Match]) -> None:
    metrics.ARTICLES.labels("matched" if matches else "no rule").inc()
    metrics.MATCHES.inc(len(matches))
    if not places.regions:
        metrics.WITHOUT_PLACE.inc()
