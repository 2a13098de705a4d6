"""All rules in force, by number and by id."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.numbering import MOST_NUMBERS, Numbering
from tocsin.matching.reading import Reading
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
_FREE = -1


class Rulebook:
    """A rule has its number for as long as it is here; then another may get it."""

    def __init__(self) -> None:
        self._records: list[bytes | None] = []
        self._free: list[int] = []
        self._numbers = Numbering()
        self._lists = SharedLists()
        self._trees: OrderedDict[bytes, Rule] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records) - len(self._free)

    def __iter__(self) -> Iterator[tuple[int, Rule]]:
        for number, record in enumerate(self._records):
            if record is not None:
                yield number, rule_in(record, self._lists)

    def find(self, rule_id: str) -> int | None:
        """Return the number of a rule."""
        return self._numbers.find(rule_id, lambda number: is_of(self._records[number], rule_id))

    def version_of(self, rule_id: str) -> int | None:
        number = self.find(rule_id)
        return None if number is None else version_in(self.records([number])[0])

    def take_numbers(self, count: int) -> list[int]:
        """Return so many numbers that no rule has; each is to be ``put`` next, or given back.

        Raises:
            MemoryError: there are no more.
        """
        before = len(self._records)
        again = [self._free.pop() for _ in range(min(count, len(self._free)))]
        new = range(before, before + count - len(again))
        if new.stop > MOST_NUMBERS:
            self.give_back(again)
            raise MemoryError(f"{MOST_NUMBERS:,} rules are in force: split them into shards")
        self._records += [None] * len(new)
        return [*again, *new]

    def give_back(self, numbers: Iterable[int]) -> None:
        self._free.extend(numbers)

    def record_of(self, rule: Rule) -> bytes:
        return record_of(rule, self._lists)

    def put(self, number: int, record: bytes) -> int | None:
        """Give a taken number to a rule; return the one that the rule of this id had."""
        rule_id = id_in(record)
        before = self.remove(rule_id)
        self._records[number] = record
        self._numbers.add(rule_id, number)
        return before

    def remove(self, rule_id: str) -> int | None:
        """Return the number that a rule had, None where there is no such rule."""
        number = self._numbers.remove(rule_id, lambda n: is_of(self._records[n], rule_id))
        if number is not None:
            self._records[number] = None
            self._free.append(number)
        return number

    def records(self, numbers: Iterable[int]) -> list[bytes]:
        """Return rules as bytes, which stay what they are when a rule is changed."""
        records: Any = self._records  # none of these is free
        return [records[number] for number in numbers]

    def rule(self, record: bytes) -> Rule:
        tree = self._trees.pop(record, None)
        if tree is None:
            tree = rule_in(record, self._lists)
            if len(self._trees) >= _MOST_TREES:
                self._trees.popitem(last=False)
        self._trees[record] = tree
        return tree

    def reading(self, record: bytes) -> Reading:
        """Return what is needed to tell of a match.

        It takes 5 microseconds. To keep what was read took longer: at a million rules most of it is
        wanted once, and the collector of garbage goes through it again and again.
        """
        return reading_in(record, self._lists)

    def dump(self) -> dict[str, NDArray[Any]]:
        lengths = [_FREE if record is None else len(record) for record in self._records]
        text = b"".join(record for record in self._records if record is not None)
        return {
            "lengths": np.array(lengths, np.int32),
            "records": np.frombuffer(text, np.uint8),
            "lists": np.frombuffer(json.dumps(self._lists.texts).encode(), np.uint8),
            **{f"numbers.{name}": values for name, values in self._numbers.dump().items()},
        }

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None:
        text = saved["records"].tobytes()
        lengths: list[int] = saved["lengths"].tolist()
        ends = accumulate((max(length, 0) for length in lengths), initial=0)
        self._records = [
            None if length == _FREE else text[start:end]
            for length, (start, end) in zip(lengths, pairwise(ends), strict=True)
        ]
        self._free = [number for number, length in enumerate(lengths) if length == _FREE]
        self._lists = SharedLists(json.loads(saved["lists"].tobytes()))
        prefix = "numbers."
        numbers = {n.removeprefix(prefix): saved[n] for n in saved if n.startswith(prefix)}
        self._numbers.load(numbers)
        self._trees.clear()
