"""Records keep what they say, on the shelf and in the hands of whoever picked them."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tocsin.matching.shelf import Picked, Shelf


def picked_from(shelf: Shelf, numbers: Sequence[int]) -> Picked:
    return shelf.pick(np.array(numbers, np.int32))


class Shelved(RuleBasedStateMachine):
    """Records come and go; each is what was put, and what was picked stays what it was."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.records: dict[int, bytes] = {}
        self.picked: list[tuple[Picked, list[bytes]]] = []

    @rule(record=st.binary(max_size=600))
    def add(self, record: bytes) -> None:
        number = len(self.shelf)
        self.shelf.extend(1)
        self.shelf.put(number, record)
        self.records[number] = record

    @rule(data=st.data(), record=st.binary(max_size=600))
    def replace(self, data: st.DataObject, record: bytes) -> None:
        if self.records:
            number = data.draw(st.sampled_from(sorted(self.records)))
            self.shelf.remove(number)
            self.shelf.put(number, record)
            self.records[number] = record

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.records:
            number = data.draw(st.sampled_from(sorted(self.records)))
            self.shelf.remove(number)
            del self.records[number]

    @rule(data=st.data())
    def pick(self, data: st.DataObject) -> None:
        numbers = data.draw(st.permutations(sorted(self.records)))
        records = [self.records[number] for number in numbers]
        self.picked.append((picked_from(self.shelf, numbers), records))

    @rule()
    def save(self) -> None:
        saved = self.shelf.dump()
        self.shelf = Shelf()
        self.shelf.load(saved)

    @invariant()
    def says_what_was_put(self) -> None:
        numbers = range(len(self.shelf))
        found = {n: self.shelf.get(n) for n in numbers if self.shelf.has(n)}
        assert found == self.records
        assert self.shelf.free() == [n for n in numbers if n not in self.records]

    @invariant()
    def what_was_picked_stays(self) -> None:
        for picked, records in self.picked:
            assert [picked.get(at) for at in range(len(picked))] == records


TestShelved = Shelved.TestCase


def test_the_room_of_a_record_that_is_gone_is_used_again() -> None:
    shelf = Shelf()
    shelf.extend(1)
    shelf.put(0, b"army" * 10)
    before = len(shelf.dump()["data"])

    for letter in b"abc":
        shelf.remove(0)
        shelf.put(0, bytes([letter]) * 41)

    assert len(shelf.dump()["data"]) == before


def test_what_nobody_holds_any_more_is_not_kept_account_of() -> None:
    shelf = Shelf()
    shelf.extend(1)
    shelf.put(0, b"army")
    held = [picked_from(shelf, [0]) for _ in range(300)]

    for _ in range(10_000):
        picked_from(shelf, [0])

    assert shelf.lent < 2_000
    shelf.remove(0)
    assert {picked.get(0) for picked in held} == {b"army"}
    assert shelf.lent == 0
