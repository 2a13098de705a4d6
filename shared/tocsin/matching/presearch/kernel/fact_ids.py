"""The ids of facts. There are few facts, so a dictionary will do."""

from collections.abc import Callable

from tocsin.matching.presearch.facts import RELATIONS, facts_of_origin, relations
from tocsin.matching.view import ArticleView


class FactIds:
    """``new`` gives an id to a fact that a rule mentions for the first time."""

    def __init__(self, new: Callable[[], int]) -> None:
        self._new = new
        self.ids: dict[str, int] = {}
        # Of regions that any rule mentions: the ids of how an article may relate to them.
        self._regions: dict[str, dict[str, int]] = {}
        # Most articles come from few sources.
        self._origins: dict[tuple[str, str, str], list[int]] = {}

    def intern(self, name: str) -> int:
        if name not in self.ids:
            self.learn(name, self._new())
        return self.ids[name]

    def learn(self, name: str, id_: int) -> None:
        self.ids[name] = id_
        relation, _, region = name.partition(":")
        if relation in RELATIONS:
            self._regions.setdefault(region, {})[relation] = id_
        self._origins.clear()

    def of(self, view: ArticleView) -> list[int]:
        """Return the ids of an article's facts; some may come twice."""
        article = view.article
        found = list(self._of_origin((article.language, article.source, article.home)))
        regions = self._regions
        for region, hit in view.places.regions.items():
            if region in regions:
                known = regions[region]
                found += [known[each] for each in relations(hit) if each in known]
        return found

    def _of_origin(self, origin: tuple[str, str, str]) -> list[int]:
        if origin not in self._origins:
            if len(self._origins) > _MOST_ORIGINS:
                self._origins.clear()
            names = facts_of_origin(*origin)
            self._origins[origin] = [self.ids[name] for name in names if name in self.ids]
        return self._origins[origin]


_MOST_ORIGINS = 10_000
