"""Records of rules, one after another in one array, from which many are read at once: a heap, as databases have it.

As a million objects they would be spread all over the memory, and to look at 300 of them for one
article took longer than to find out which.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch import Records


Numbers: TypeAlias = NDArray[np.int32]

_FREE = -1
_GRAIN = 16
_FEW = 256


class RecordHeap:
    """Each record has a number, and stands anywhere. The room of one that is gone is used again by the next of its size."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._starts = array("q")
        self._lengths = array("i")
        self._spare: dict[int, list[int]] = {}
        self._lent: list[ref[Selection]] = []
        self._most_lent = _FEW

    def __len__(self) -> int:
        """Return the highest number and one."""
        return len(self._starts)

    @property
    def lent(self) -> int:
        """Return of how many selections account is kept; some may be gone by now."""
        return len(self._lent)

    def extend(self, count: int) -> None:
        """Let there be so many numbers more, without a record."""
        self._starts.frombytes(bytes(self._starts.itemsize * count))
        self._lengths.extend([_FREE] * count)

    def has(self, number: int) -> bool:
        return self._lengths[number] != _FREE

    def get(self, number: int) -> bytes:
        start = self._starts[number]
        return bytes(self._data[start : start + self._lengths[number]])

    def put(self, number: int, record: bytes) -> None:
        """Give a record to a number that has none."""
        length = len(record)
        room = _room(length)
        spare = self._spare.get(room)
        if spare:
            start = spare.pop()
            self._data[start : start + length] = record
        else:
            start = len(self._data)
            self._data += record
            self._data += bytes(room - length)
        self._starts[number], self._lengths[number] = start, length

    def remove(self, number: int) -> None:
        self._settle()
        self._spare.setdefault(_room(self._lengths[number]), []).append(self._starts[number])
        self._lengths[number] = _FREE

    def select(self, numbers: Numbers) -> "Selection":
        """Return records that stay what they are, whatever becomes of those numbers."""
        selection = Selection(self, numbers)
        if len(self._lent) >= self._most_lent:
            self._lent = [each for each in self._lent if each() is not None]
            self._most_lent = 2 * len(self._lent) + _FEW
        self._lent.append(ref(selection))
        return selection

    def records(self, numbers: Numbers) -> Records:
        """Return where some records are. Nothing may be put while somebody holds that."""
        data, starts = np.frombuffer(self._data, np.uint8), np.frombuffer(self._starts, np.int64)
        return Records(data, starts, numbers)

    def dump(self) -> dict[str, NDArray[Any]]:
        spare = [(room, start) for room, starts in self._spare.items() for start in starts]
        return {
            "data": np.frombuffer(bytes(self._data), np.uint8),
            "starts": np.array(self._starts, np.int64),
            "lengths": np.array(self._lengths, np.int32),
            "spare": np.array(spare, np.int64).reshape(-1, 2),
        }

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Take in what ``dump`` returned, in place of what there is."""
        self._settle()
        self._data = bytearray(saved["data"])
        self._starts = array("q", saved["starts"].tobytes())
        self._lengths = array("i", saved["lengths"].tobytes())
        self._spare = {}
        for room, start in saved["spare"].tolist():
            self._spare.setdefault(room, []).append(start)

    def free(self) -> list[int]:
        """Return the numbers that have no record."""
        lengths = np.frombuffer(self._lengths, np.int32)
        numbers: list[int] = np.flatnonzero(lengths == _FREE).tolist()
        return numbers

    def _settle(self) -> None:
        """Have what was selected and is still in somebody's hands be copied, before it is gone."""
        for each in self._lent:
            selection = each()
            if selection is not None:
                selection.settle()
        self._lent.clear()


class Selection:
    """Some records as they were when they were selected; read, and copied, only when somebody asks."""

    __slots__ = ("__weakref__", "heap", "numbers")

    def __init__(self, heap: RecordHeap, numbers: Numbers) -> None:
        self.heap = heap
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[bytes]:
        return map(self.heap.get, self.numbers.tolist())

    def get(self, at: int) -> bytes:
        return self.heap.get(self.numbers[at])

    def sort(self) -> None:
        """Put the records in the order of their numbers, in which most of them are likely to be by id."""
        self.numbers = np.sort(self.numbers)

    def records(self) -> Records:
        return self.heap.records(self.numbers)

    def settle(self) -> None:
        own = _heap_of(self)
        self.heap, self.numbers = own, np.arange(len(own), dtype=np.int32)


def _heap_of(records: Iterable[bytes]) -> RecordHeap:
    heap = RecordHeap()
    for number, record in enumerate(records):
        heap.extend(1)
        heap.put(number, record)
    return heap


def _room(length: int) -> int:
    """Return what is kept for a record: up to 16 bytes more, or an eighth of a long one."""
    grain = max(_GRAIN, 1 << max(length.bit_length() - 4, 0))
    return -(-length // grain) * grain
