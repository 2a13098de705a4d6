"""All rules in force, by number and by id."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.numbering import MOST_NUMBERS, Numbering
from tocsin.matching.presearch import Reader
from tocsin.matching.reading import Reading
from tocsin.matching.record_heap import Numbers, RecordHeap, Selection
from tocsin.matching.records import (
    SharedLists,
    id_in,
    is_of,
    reading_in,
    record_of,
    rule_in,
    version_in,
)
from tocsin.rules import Rule


# Rules that were asked for lately are kept as trees; to read one anew takes 100 microseconds.
_MOST_TREES = 4_096


class Rulebook:
    """A rule has its number for as long as it is here; then another may get it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._heap = RecordHeap()
        self._free: list[int] = []
        self._numbers = Numbering()
        self._lists = SharedLists()
        self._trees: OrderedDict[bytes, Rule] = OrderedDict()

    def __len__(self) -> int:
        return len(self._heap) - len(self._free)

    def __iter__(self) -> Iterator[tuple[int, Rule]]:
        for number in range(len(self._heap)):
            if self._heap.has(number):
                yield number, rule_in(self._heap.get(number), self._lists)

    def find(self, rule_id: str) -> int | None:
        """Return the number of a rule."""
        return self._numbers.find(rule_id, lambda number: self._is_of(number, rule_id))

    def version_of(self, rule_id: str) -> int | None:
        number = self.find(rule_id)
        return None if number is None else version_in(self._heap.get(number))

    def take_numbers(self, count: int) -> list[int]:
        """Return so many numbers that no rule has; each is to be ``put`` next, or given back.

        Raises:
            MemoryError: there are no more.
        """
        before = len(self._heap)
        again = [self._free.pop() for _ in range(min(count, len(self._free)))]
        new = range(before, before + count - len(again))
        if new.stop > MOST_NUMBERS:
            self.give_back(again)
            raise MemoryError(f"{MOST_NUMBERS:,} rules are in force: split them into shards")
        self._heap.extend(len(new))
        return [*again, *new]

    def give_back(self, numbers: Iterable[int]) -> None:
        self._free.extend(numbers)

    def record_of(self, rule: Rule) -> bytes:
        return record_of(rule, self._lists)

    def put(self, number: int, record: bytes) -> int | None:
        """Give a taken number to a rule; return the one that the rule of this id had."""
        rule_id = id_in(record)
        before = self.remove(rule_id)
        self._heap.put(number, record)
        self._numbers.add(rule_id, number)
        return before

    def remove(self, rule_id: str) -> int | None:
        """Return the number that a rule had, None where there is no such rule."""
        number = self._numbers.remove(rule_id, lambda n: self._is_of(n, rule_id))
        if number is not None:
            self._heap.remove(number)
            self._free.append(number)
        return number

    def select(self, numbers: Numbers) -> Selection:
        """Return rules as records, which stay what they are when a rule is changed."""
        return self._heap.select(numbers)

    def rule(self, record: bytes) -> Rule:
        tree = self._trees.pop(record, None)
        if tree is None:
            tree = rule_in(record, self._lists)
            if len(self._trees) >= _MOST_TREES:
                self._trees.popitem(last=False)
        self._trees[record] = tree
        return tree

    def numbered(self, number: int) -> Rule:
        return self.rule(self._heap.get(number))

    def reading(self, record: bytes) -> Reading:
        """Return what is needed to tell of a match."""
        return reading_in(record, self._lists)

    def dump(self) -> dict[str, NDArray[Any]]:
        return {
            **self._heap.dump(),
            "lists": np.frombuffer(json.dumps(self._lists.texts).encode(), np.uint8),
            **{f"numbers.{name}": values for name, values in self._numbers.dump().items()},
        }

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None:
        self._heap.load(saved)
        self._free = self._heap.free()
        self._lists = SharedLists(json.loads(saved["lists"].tobytes()))
        prefix = "numbers."
        numbers = {n.removeprefix(prefix): saved[n] for n in saved if n.startswith(prefix)}
        self._numbers.load(numbers)
        self._trees.clear()

    def _is_of(self, number: int, rule_id: str) -> bool:
        return self._heap.has(number) and is_of(self._heap.get(number), rule_id)
