"""Which rules an article matches, by the engine of the matcher."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.article import Article
from tocsin.events import RuleMatch
from tocsin.matching import Engine, Match
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places
from tocsin.rules import Rule
from tocsin_cli.matching import stated
from tocsin_cli.matching.lines import ArticleLine, article_line, region_of


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an answerer is made of; it can be sent to another process."""

    rules: tuple[Rule, ...]
    gazetteer: Callable[[], Gazetteer]
    now: datetime
    explain: bool

    def answerer(self) -> "Answerer":
        return Answerer.of(self.rules, self.gazetteer(), self.now, explain=self.explain)


@dataclass(frozen=True, slots=True)
class Answerer:
    """``now`` dates the articles that say no date."""

    engine: Engine
    geoparser: Geoparser
    gazetteer: Gazetteer
    now: datetime
    explain: bool = False

    @classmethod
    def of(
        cls, rules: Iterable[Rule], gazetteer: Gazetteer, now: datetime, *, explain: bool
    ) -> "Answerer":
        engine = Engine()
        for rule in rules:
            engine.put(rule)
        return cls(engine, Geoparser(gazetteer), gazetteer, now, explain)

    def answer(self, line: bytes) -> dict[str, Any]:
        """Return the article's id, and those of the rules that it matches in order.

        Raises:
            LineError: it is no article, or names a region that there is not.
        """
        return self._matched(article_line(line))

    def _matched(self, line: ArticleLine) -> dict[str, Any]:
        home = region_of(self.gazetteer, line.home, "home") if line.home else ""
        article = line.article(self.now, home)
        matches = self.engine.match(article, self._places(line, article))
        found: dict[str, Any] = {"id": line.id, "matches": [match.rule.id for match in matches]}
        if self.explain:
            found["explain"] = {match.rule.id: self._why(match, article) for match in matches}
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
