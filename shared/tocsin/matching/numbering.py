"""Numbers of rules by their ids, in 16 bytes each; a dictionary takes 140."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray


# A cell holds 38 bits of an id's hash above 26 of its number and one more; 0 is an empty cell.
_NUMBER_BITS = 26
_NUMBER = (1 << _NUMBER_BITS) - 1
_TAG_BITS = 64 - _NUMBER_BITS
_CELL_BITS = 12
_CELLS = 1 << _CELL_BITS
_LAST = _CELLS - 1
_FULL = _CELLS * 5 // 8

MOST_NUMBERS = _NUMBER

Check = Callable[[int], bool]


class Numbering:
    """An extendible hash (Fagin and others, 1979): no change takes longer for there being many.

    Two ids may have the same tag, so each question comes with a ``check`` that tells whether a
    number is the one that is meant.
    """

    def __init__(self) -> None:
        self._directory = [_Segment(0)]  # indexed by the bits of a tag above those of a cell

    def find(self, rule_id: str, check: Check) -> int | None:
        tag = _tag(rule_id)
        segment = self._segment(tag)
        cell = segment.find(tag, check)
        return None if cell is None else segment.number(cell)

    def add(self, rule_id: str, number: int) -> None:
        """Give an id that has none a number up to ``MOST_NUMBERS``."""
        tag = _tag(rule_id)
        while (segment := self._segment(tag)).used >= _FULL:
            self._split(segment, tag)
        segment.add(tag << _NUMBER_BITS | number + 1)

    def remove(self, rule_id: str, check: Check) -> int | None:
        """Return the number that an id had."""
        tag = _tag(rule_id)
        segment = self._segment(tag)
        cell = segment.find(tag, check)
        return None if cell is None else segment.remove(cell)

    def dump(self) -> dict[str, NDArray[Any]]:
        segments = list(dict.fromkeys(self._directory))
        places = {segment: place for place, segment in enumerate(segments)}
        return {
            "directory": np.array([places[each] for each in self._directory], np.int32),
            "depths": np.array([segment.depth for segment in segments], np.uint8),
            "cells": np.array([segment.cells for segment in segments], np.uint64),
        }

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None:
        depths: list[int] = saved["depths"].tolist()
        segments = [
            _Segment(depth, array("Q", cells.tobytes()))
            for depth, cells in zip(depths, saved["cells"], strict=True)
        ]
        self._directory = [segments[place] for place in saved["directory"].tolist()]

    def _segment(self, tag: int) -> "_Segment":
        return self._directory[tag >> _CELL_BITS & (len(self._directory) - 1)]

    def _split(self, segment: "_Segment", tag: int) -> None:
        if 1 << segment.depth == len(self._directory):
            self._directory += self._directory
        halves = segment.halves()
        first = tag >> _CELL_BITS & ((1 << segment.depth) - 1)
        for place in range(first, len(self._directory), 1 << segment.depth):
            self._directory[place] = halves[place >> segment.depth & 1]


class _Segment:
    """4,096 cells of tags that have their last ``depth`` bits, above those of a cell, in common."""

    def __init__(self, depth: int, cells: "array[int] | None" = None) -> None:
        self.depth = depth
        self.cells = array("Q", bytes(8 * _CELLS)) if cells is None else cells
        self.used = _CELLS - self.cells.count(0)

    def number(self, cell: int) -> int:
        return (self.cells[cell] & _NUMBER) - 1

    def find(self, tag: int, check: Check) -> int | None:
        cell = tag & _LAST
        while found := self.cells[cell]:
            if found >> _NUMBER_BITS == tag and check((found & _NUMBER) - 1):
                return cell
            cell = cell + 1 & _LAST
        return None

    def add(self, value: int) -> None:
        cell = _home(value)
        while self.cells[cell]:
            cell = cell + 1 & _LAST
        self.cells[cell] = value
        self.used += 1

    def remove(self, gap: int) -> int:
        """Empty a cell, close the gap (Knuth, 6.4, algorithm R), and return the number."""
        number = self.number(gap)
        cell = gap + 1 & _LAST
        while found := self.cells[cell]:
            if (
                cell - _home(found) & _LAST >= cell - gap & _LAST
            ):  # it would be found in the gap, too
                self.cells[gap] = found
                gap = cell
            cell = cell + 1 & _LAST
        self.cells[gap] = 0
        self.used -= 1
        return number

    def halves(self) -> "tuple[_Segment, _Segment]":
        halves = (_Segment(self.depth + 1), _Segment(self.depth + 1))
        bit = _NUMBER_BITS + _CELL_BITS + self.depth
        for value in self._values():
            halves[value >> bit & 1].add(value)
        return halves

    def _values(self) -> Iterator[int]:
        return filter(None, self.cells)


def _home(value: int) -> int:
    return value >> _NUMBER_BITS & _LAST


def _tag(rule_id: str) -> int:
    digest = blake2b(rule_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> _NUMBER_BITS
