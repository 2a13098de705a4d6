"""The reader in compiled code."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.codes import BODY_MARK, MARKS, codes
from tocsin.matching.presearch.kernel.hashing import hashing
from tocsin.matching.presearch.kernel.locating import Literals, Places, locate
from tocsin.matching.presearch.kernel.reading import TOO_LONG
from tocsin.matching.presearch.kernel.records import Room, read_ids, read_records
from tocsin.matching.presearch.kernel.scratch import Scratch, scratch
from tocsin.matching.presearch.reader import NO_SPANS, Locations, Part, Records, Spans, Texts


_FIRST_LENGTH = 1 << 14  # codes
_FIRST_PLACES = 1 << 12
_HEADS = 1 << 14
_FIRST_TEXTS = 1 << 16
_FIRST_RECORDS = 1 << 10
_MOST_BOUNDS = 32  # of a record, for the most part
_PARTING = "\n"
_BODY = MARKS[BODY_MARK]


class KernelReader:
    """Keeps the promises of ``Reader``."""

    def __init__(self) -> None:
        self._codes = codes()
        self._article, self._asked = scratch(_FIRST_LENGTH), scratch(_FIRST_LENGTH)
        self._hashing = hashing(len(self._article.codes))
        self._room = _room(_FIRST_TEXTS, _FIRST_RECORDS)
        self._heads = np.empty(_HEADS, np.int32)
        self._spans = np.empty((3, _FIRST_PLACES), np.int32)

    def ids(self, records: Records) -> bytes:
        while True:
            size = read_ids(*records, self._room.texts)
            if size != TOO_LONG:
                return self._room.texts[:size].tobytes()
            self._room = _room(2 * len(self._room.texts), len(self._room.versions))

    def texts(self, records: Records) -> Texts:
        count = len(records.numbers)
        if count > len(self._room.versions):
            self._room = _room(len(self._room.texts), count)
        while True:
            room = self._room
            size, bounds = read_records(*records, room)
            if size != TOO_LONG:
                break
            self._room = _room(2 * len(room.texts), 2 * len(room.versions))
        return Texts(
            room.texts[:size].tobytes(),
            room.versions[:count].tolist(),
            room.leaves[:count].tolist(),
            room.bounds[:bounds].tolist(),
        )

    def locate(self, title: str, text: str, literals: Sequence[str]) -> Locations:
        units = _units(f"{title}{_BODY}{text}")
        asked = _units(_PARTING.join([*literals, ""]))
        lengths = [len(each) + 1 for each in literals]
        if len(units) != len(title) + 1 + len(text) or len(asked) != sum(lengths):
            return _none(len(literals))  # some characters are pairs
        self._article = self._fit(self._article, len(units))
        self._asked = self._fit(self._asked, len(asked))
        ends = np.array(list(accumulate(lengths, initial=0)), np.int64)
        return self._located(units, Literals(asked, ends))

    def _located(self, units: NDArray[np.uint16], literals: Literals) -> Locations:
        count = len(literals.ends) - 1
        while True:
            places = Places(
                np.empty(count + 1, np.int64), np.empty(count, np.uint8), self._spans, self._heads
            )
            arguments = (self._codes, self._hashing, self._article, self._asked, places)
            problem = locate(units, literals, *arguments)
            if problem != TOO_LONG:
                break
            self._spans = np.empty((3, 2 * self._spans.shape[1]), np.int32)
        if problem:
            return _none(count)
        ends: list[int] = places.ends.tolist()
        parts: list[Part | None] = list(pairwise(ends))
        for unread in np.flatnonzero(places.read == 0).tolist():
            parts[unread] = None
        return Locations(Spans(*places.spans[:, : ends[-1]].tolist()), parts)

    def _fit(self, room: Scratch, length: int) -> Scratch:
        if length + 64 > len(room.codes):
            room = scratch(2 * length)
        if len(room.codes) > len(self._hashing.powers):
            self._hashing = hashing(len(room.codes))
        return room


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


def _room(texts: int, records: int) -> Room:
    return Room(
        np.empty(texts, np.uint8),
        np.empty(records, np.uint64),
        np.empty(records, np.uint8),
        np.empty(_MOST_BOUNDS * records, np.uint16),
    )


def _none(literals: int) -> Locations:
    return Locations(NO_SPANS, [None] * literals)
