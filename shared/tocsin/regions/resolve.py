"""What a person means who types a region's name: one region, or a question back."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice

from tocsin.errors import AmbiguousRegionError, UnknownRegionError
from tocsin.regions.entities import OWN, Candidate, Entities
from tocsin.regions.hierarchy import Hierarchy
from tocsin.regions.naming import Names
from tocsin.regions.spelling import key
from tocsin.regions.tables import DEMONYMS, Tables, Use


# "Kayes in Congo", "Kayes, Congo", "Kayes (Congo)".
_NARROWED = re.compile(r"^(?P<name>.+?)(?:\s+in\s+|\s*,\s*|\s*\()(?P<parent>[^()]+?)\)?$")

# ISO 3166-1 and 3166-2, as they are written.
_CODE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")

# Asking back is better than being wrong: the larger one must be this many times as populous.
_CLEARLY = 5
# A town is meant rather than the division of the same name around it from this population on.
_METROPOLIS = 1_000_000
_MANY = 12


class Resolver:
    def __init__(
        self, tables: Tables, entities: Entities, names: Names, hierarchy: Hierarchy
    ) -> None:
        self._abbreviations = tables.abbreviations
        self._entities = entities
        self._names = names
        self._hierarchy = hierarchy

    def resolve(self, name: str) -> str:
        """Return the region's id.

        Raises:
            UnknownRegionError: nothing goes by that name; ``similar`` may help.
            AmbiguousRegionError: several do, and none is clearly meant.
        """
        choices = self._called(name)
        if not choices and (coded := self._coded(name.strip())):
            return coded
        if not choices and (narrowed := _NARROWED.match(name.strip())):
            choices = self._narrowed(narrowed["name"], narrowed["parent"])
        if not choices:
            raise UnknownRegionError(name, self.similar(name))
        return self._choose(name, choices)

    def similar(self, name: str) -> tuple[str, ...]:
        """Return names that look like this one, the most alike first."""
        folded = key(name).strip()
        if not folded:
            return ()
        near = (k.strip() for k in islice(self._names.beginning(folded[:3]), 20_000))
        matches = get_close_matches(folded, near, n=5, cutoff=0.75)
        return tuple(dict.fromkeys(self._shown(match) for match in matches))

    def _shown(self, folded: str) -> str:
        called = self._names.called(folded)
        best = max(called, key=_weight, default=None)
        number = self._entities.number(best.region) if best else None
        return folded if number is None else self._entities.name(number)

    def _called(self, name: str) -> list[Candidate]:
        """Return who goes by the name properly; demonyms are no names ("Malian").

        What a subscriber defined never takes a name from the gazetteer's regions: a rule that
        was saved with it would mean something else all at once.
        """
        if (abbreviation := self._abbreviations.get(name.strip())) and not abbreviation[1]:
            number = self._entities.number(abbreviation[0])
            assert number is not None
            return [self._entities.candidate(number, Use.NAME)]
        called = [
            c for c in self._names.called(name) if c.kind != "phrase" and c.use not in DEMONYMS
        ]
        return [c for c in called if not c.region.startswith(OWN)] or called

    def _coded(self, name: str) -> str:
        """Return the region of an ISO code (FR, ML-1), or nothing."""
        if not _CODE.fullmatch(name):
            return ""
        region = f"admin1:{name}" if "-" in name else f"country:{name}"
        return region if self._entities.number(region) is not None else ""

    def _narrowed(self, name: str, parent: str) -> list[Candidate]:
        around = {choice.region for choice in self._called(parent)}
        return [
            choice for choice in self._called(name) if around.intersection(self._all_around(choice))
        ]

    def _all_around(self, choice: Candidate) -> Iterator[str]:
        for start in filter(None, (choice.region, choice.division, choice.country)):
            if start != choice.region:
                yield start
            yield from self._hierarchy.ancestors(start)

    def _choose(self, name: str, choices: list[Candidate]) -> str:
        strong = [c for c in choices if c.use is Use.NAME] or choices
        ranked = sorted(strong, key=lambda c: (-_weight(c), c.region))
        best = ranked[0]
        if all(self._dominated(best, other) for other in ranked[1:]):
            return best.region
        raise AmbiguousRegionError(name, tuple(self._choices(ranked)))

    def _dominated(self, best: Candidate, other: Candidate) -> bool:
        """Tell whether whoever wrote the name meant ``best`` and hardly ``other``."""
        if best.kind == "admin1" and other.kind == "place" and other.division == best.region:
            # A division with little but the town in it is as good as the town.
            return other.population < _METROPOLIS or best.population < 2.5 * other.population
        if best.kind == "country" and other.kind == "admin1":
            # Georgia, but not Niger State or Luxembourg's namesake in Belgium.
            return other.country == best.country or other.population * 2 < best.population
        return _weight(best) >= _CLEARLY * _weight(other)

    def _choices(self, ranked: list[Candidate]) -> Iterator[tuple[str, str]]:
        for choice in ranked[:_MANY]:
            around = (choice.division if choice.kind == "place" else "", choice.country)
            parts = [choice.region, *(r for r in around if r and r != choice.region)]
            numbers = (self._entities.number(part) for part in dict.fromkeys(parts))
            yield choice.region, ", ".join(self._entities.name(n) for n in numbers if n is not None)


def _weight(choice: Candidate) -> float:
    """Return how likely a person means it, before anything else is known."""
    match choice.kind:
        case "country":
            return 1e12
        case "area" | "bloc" | "m49":
            return 1e11
        case "admin1":
            # Rather the division than a town in it that shares its name: it holds both.
            return max(1.0, choice.population * 1.01)
        case _:
            return max(1.0, choice.population)
