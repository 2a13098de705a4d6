"""Which rules an article matches, by the engine of the matcher."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tocsin.article import Article
from tocsin.events import RuleMatch
from tocsin.matching import Engine, Match, Matches
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places
from tocsin_cli.matching import stated
from tocsin_cli.matching.lines import ArticleLine, LineError, article_line, region_of


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an answerer is made of; it can be sent to another process."""

    engine: Engine
    gazetteer: Callable[[], Gazetteer]
    now: datetime
    explain: bool

    def answerer(self) -> "Answerer":
        gazetteer = self.gazetteer()
        return Answerer(self.engine, Geoparser(gazetteer), gazetteer, self.now, self.explain)


class Located(NamedTuple):
    article: Article
    places: Places


@dataclass(frozen=True, slots=True)
class Answerer:
    """``now`` dates the articles that say no date."""

    engine: Engine
    geoparser: Geoparser
    gazetteer: Gazetteer
    now: datetime
    explain: bool = False

    def answers(self, lines: Sequence[bytes]) -> list[dict[str, Any] | LineError]:
        """Return each article's id and those of the rules that it matches, in order."""
        read = [self._read(line) for line in lines]
        located = [each for each in read if isinstance(each, Located)]
        found = iter(self.engine.match_many(located))
        return [
            each if isinstance(each, LineError) else self._answer(each.article, next(found))
            for each in read
        ]

    def _read(self, text: bytes) -> Located | LineError:
        try:
            line = article_line(text)
            home = region_of(self.gazetteer, line.home, "home") if line.home else ""
            article = line.article(self.now, home)
            return Located(article, self._places(line, article))
        except LineError as error:
            return error

    def _answer(self, article: Article, matches: Matches) -> dict[str, Any]:
        found: dict[str, Any] = {"id": article.id, "matches": matches.rule_ids}
        if self.explain:
            found["explain"] = {match.label.id: self._why(match, article) for match in matches}
        return found

    def _places(self, line: ArticleLine, article: Article) -> Places:
        if line.regions is None:
            return self.geoparser.locate(article)
        return stated.places(self.gazetteer, self._regions(line.regions), article.date.date())

    def _regions(self, names: Sequence[str]) -> list[str]:
        return [
            region_of(self.gazetteer, name, f"regions/{index}") for index, name in enumerate(names)
        ]

    def _why(self, match: Match, article: Article) -> dict[str, Any]:
        """Return what an alert shows."""
        shown = RuleMatch.of(match, article, self.gazetteer)
        return shown.model_dump(mode="json", include={"terms", "places"})
