"""From a name to the regions that go by it."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from tocsin.regions.entities import OWN, Candidate, Entities
from tocsin.regions.spelling import key
from tocsin.regions.tables import DEMONYMS, Tables, Use


# A name shared by more places than this means one of the larger ones, or says in the text which.
_MOST = 48


class Names:
    """Keys and who goes by them; the numbers it hands out are good for this object only."""

    def __init__(self, tables: Tables, entities: Entities) -> None:
        self._tables = tables
        self._entities = entities
        self._own: list[tuple[str, tuple[int, ...]]] = []
        self._own_number: dict[str, int] = {}
        self._own_by_word: dict[str, list[str]] = {}
        self._add_own()
        self.candidates = lru_cache(maxsize=30_000)(self._candidates)

    def starting(self, text_key: str) -> list[tuple[str, int]]:
        """Return (key, number) of each name that the text begins with, the longest last."""
        found = list(self._tables.names.iter_prefixes_with_ids(text_key))
        if self._own:
            listed = self._own_by_word.get(text_key.partition(" ")[0], ())
            found += [(own, self._own_number[own]) for own in listed if text_key.startswith(own)]
            found.sort(key=lambda item: len(item[0]))
        return found

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return the numbers of this very name: up to two, the gazetteer's and the subscriber's."""
        folded = key(name)
        found = [self._tables.names[folded]] if folded in self._tables.names else []
        if folded in self._own_number:
            found.append(self._own_number[folded])
        return tuple(found)

    def called(self, name: str) -> tuple[Candidate, ...]:
        return tuple(c for number in self.numbers(name) for c in self.candidates(number))

    def beginning(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a folded prefix, in no order that means anything."""
        yield from self._tables.names.iterkeys(prefix)
        word, space, _ = prefix.partition(" ")
        listed = self._own_by_word.get(word, ()) if space else self._own_number
        yield from (own for own in listed if own.startswith(prefix))

    def items(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield (key, number) of the names that begin with a folded prefix, in no order."""
        yield from self._tables.names.iteritems(prefix)
        yield from (item for item in self._own_number.items() if item[0].startswith(prefix))

    def entities(self, number: int) -> list[tuple[int, Use]]:
        """Return (entity, use) of a name."""
        own = number - len(self._tables.names)
        if own >= 0:
            return [(entity, Use.NAME) for entity in self._own[own][1]]
        start, end = self._tables.offsets[number : number + 2].tolist()
        return [(p >> 3, Use(p & 7)) for p in self._tables.postings[start:end].tolist()]

    def key_of(self, number: int) -> str:
        own = number - len(self._tables.names)
        return self._own[own][0] if own >= 0 else self._tables.names.restore_key(number)

    def keys_of(self, entity: int) -> tuple[str, ...]:
        """Return the keys by which an entity is found in texts, demonyms left out."""
        mine = np.flatnonzero(self._tables.postings >> 3 == entity)
        named = np.searchsorted(self._tables.offsets, mine, side="right") - 1
        uses = (Use(int(self._tables.postings[each]) & 7) for each in mine.tolist())
        found = [
            self._tables.names.restore_key(number)
            for number, use in zip(named.tolist(), uses, strict=True)
            if use not in DEMONYMS
        ]
        found += [key for key, entities in self._own if entity in entities]
        return tuple(each.strip() for each in found)

    def _candidates(self, number: int) -> tuple[Candidate, ...]:
        """Return who goes by the name: what is no mere place first, then the largest."""
        found = [self._entities.candidate(entity, use) for entity, use in self.entities(number)]
        found.sort(key=lambda c: (c.kind == "place", -c.population, c.region))
        return tuple(found[:_MOST])

    def _add_own(self) -> None:
        by_key: dict[str, set[int]] = {}
        for number, head in self._entities.heads:
            if head.id.startswith(OWN):
                for name in head.names:
                    by_key.setdefault(key(name), set()).add(number)
        for folded, entities in sorted(by_key.items()):
            if folded:
                self._own_number[folded] = len(self._tables.names) + len(self._own)
                self._own.append((folded, tuple(sorted(entities))))
                self._own_by_word.setdefault(folded.partition(" ")[0], []).append(folded)
