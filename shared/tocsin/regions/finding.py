"""Regions by the beginning of a name, for completing what somebody types."""

import math
from collections.abc import Iterator
from functools import cached_property
from heapq import nlargest
from itertools import islice

from tocsin.regions.entities import OWN, Entities
from tocsin.regions.naming import Names
from tocsin.regions.spelling import fold, key
from tocsin.regions.tables import DEMONYMS, Tables, Use


WELL_KNOWN = frozenset({"country", "area", "bloc", "m49"})

# Below three letters everything begins so: only what is well known is offered.
_FEW_LETTERS = 3
_LOOKED_AT = 20_000

# How well known a region is, in powers of ten of its people: a division is rather meant than the
# town of its name, and a country or an area than either. (for itself, for each power of ten)
_IMPORTANCE = {"country": (7.0, 0.3), "admin1": (5.8, 0.15)}
_AREA = (8.5, 0.0)
# Somebody took the trouble to write it down.
_OWN, _KEPT_BY_HAND = 8.0, 4.5

# How well the name fits, in the same measure: what is shown counts for more than what it is called
# elsewhere, and the more, the less of it is left to type.
_SHOWN, _OTHER, _SELDOM = 1.5, -1.0, -3.0
_CLOSE, _EXACT = 1.5, 1.5


class Finder:
    """Answers are ordered by how well known a region is and how well the name fits."""

    def __init__(self, tables: Tables, entities: Entities, names: Names) -> None:
        self._entities = entities
        self._names = names
        self._abbreviations = tables.abbreviations

    def find(self, prefix: str, limit: int) -> list[int]:
        """Return the entities that go by a name beginning so, the likeliest meant first."""
        folded = _open_key(prefix)
        if not folded:
            return []
        few = len(folded.strip()) < _FEW_LETTERS and folded.isascii()
        fits = dict(self._abbreviated(folded))
        for entity, fit in self._well_known(folded) if few else self._named(folded):
            if self._is_region(entity):
                fits[entity] = max(fit, fits.get(entity, fit))
        return nlargest(
            limit, fits, key=lambda entity: (self._importance(entity) + fits[entity], -entity)
        )

    def _abbreviated(self, folded: str) -> Iterator[tuple[int, float]]:
        """Yield the region of an abbreviation (US) or of a country's code (FR)."""
        written = folded.strip()
        coded = self._entities.number(f"country:{written.upper()}")
        if coded is not None:
            yield coded, _OTHER + _CLOSE + _EXACT
        for form, (region, only_after) in self._abbreviations.items():
            if not only_after and key(form).replace(" ", "") == written:
                abbreviated = self._entities.number(region)
                assert abbreviated is not None
                yield abbreviated, _SHOWN + _CLOSE + _EXACT

    def _named(self, folded: str) -> Iterator[tuple[int, float]]:
        """Yield entities that go by a name beginning so, and how well it fits."""
        for name, number in islice(self._names.items(folded), _LOOKED_AT):
            closeness = _closeness(folded, name)
            for entity, use in self._names.entities(number):
                if use not in DEMONYMS:
                    yield entity, closeness + self._fit(entity, use, folded)

    def _well_known(self, folded: str) -> Iterator[tuple[int, float]]:
        for name, entity in self._well_known_names:
            if name.startswith(folded):
                fit = self._fit(entity, Use.NAME, folded)
                yield entity, _closeness(folded, name) + fit

    @cached_property
    def _well_known_names(self) -> list[tuple[str, int]]:
        return [
            (key(name), number)
            for number, head in self._entities.heads
            if head.kind in WELL_KNOWN or head.id.startswith(OWN)
            for name in head.names
        ]

    def _fit(self, entity: int, use: Use, folded: str) -> float:
        if use is Use.ALTERNATE:
            return _SELDOM
        head = self._entities.head(entity)
        if head is None:
            return _SHOWN if use is Use.NAME else _OTHER
        return _SHOWN if key(head.name).startswith(folded) else _OTHER

    def _is_region(self, entity: int) -> bool:
        head = self._entities.head(entity)
        return head is None or head.kind != "phrase"

    def _importance(self, entity: int) -> float:
        head = self._entities.head(entity)
        power = math.log10(self._entities.population(entity) + 1)
        if head is None:
            return power
        match head.kind:
            case "place":
                return max(power, _OWN if head.id.startswith(OWN) else _KEPT_BY_HAND)
            case _:
                base, each = _IMPORTANCE.get(head.kind, _AREA)
                return base + each * power


def _closeness(folded: str, name: str) -> float:
    """Return how little of the name is left to type."""
    if name == folded or name.rstrip(" ") == folded:
        return _CLOSE + _EXACT
    return _CLOSE * len(folded) / len(name)


def _open_key(prefix: str) -> str:
    """Return the key of a beginning: its last word may go on."""
    folded = key(prefix)
    return folded if prefix[-1:].isspace() or not fold(prefix[-1:]) else folded.rstrip(" ")
