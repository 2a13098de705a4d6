"""Regions by the beginning of a name, for completing what somebody types."""

from collections.abc import Iterator
from heapq import nlargest
from itertools import islice

from tocsin.regions.entities import Entities
from tocsin.regions.naming import Names
from tocsin.regions.spelling import fold, key
from tocsin.regions.tables import DEMONYMS, Tables, Use


# Below three letters everything begins so: only what is well known is offered.
_FEW_LETTERS = 3
_LOOKED_AT = 20_000


class Finder:
    """Answers are ordered by how well known a region is, not by how well the name fits."""

    def __init__(self, tables: Tables, entities: Entities, names: Names) -> None:
        self._entities = entities
        self._names = names
        self._weight_of_kind = {"country": 9.0, "area": 8.5, "bloc": 8.5, "m49": 8.5, "admin1": 6.5}
        self._well_known = sorted(
            (key(name), number)
            for number, head in entities.heads
            if head.kind in {"country", "area", "bloc", "m49"}
            for name in head.names
        )

    def find(self, prefix: str, limit: int) -> list[int]:
        """Return the entities that go by a name beginning so, the best known first."""
        folded = _open_key(prefix)
        if not folded:
            return []
        if len(folded.strip()) < _FEW_LETTERS and folded.isascii():
            found = {n for name, n in self._well_known if name.startswith(folded)}
        else:
            found = set(self._named(folded))
        return nlargest(limit, found, key=lambda number: (self._weight(number), -number))

    def _named(self, folded: str) -> Iterator[int]:
        for name in islice(self._names.beginning(folded), _LOOKED_AT):
            for number in self._names.numbers(name):
                for entity, use in self._names.entities(number):
                    if use not in DEMONYMS:
                        yield entity

    def _weight(self, number: int) -> float:
        candidate = self._entities.candidate(number, Use.NAME)
        base = self._weight_of_kind.get(candidate.kind)
        if base is None:
            return -1.0 if candidate.kind == "phrase" else candidate.size + 4
        return base


def _open_key(prefix: str) -> str:
    """Return the key of a beginning: its last word may go on."""
    folded = key(prefix)
    return folded if prefix[-1:].isspace() or not fold(prefix[-1:]) else folded.rstrip(" ")
