"""Records keep what they say, on the heap and in the hands of whoever selected them."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tocsin.matching.record_heap import RecordHeap, Selection


def selected_from(heap: RecordHeap, numbers: Sequence[int]) -> Selection:
    return heap.select(np.array(numbers, np.int32))


class Shelved(RuleBasedStateMachine):
    """Records come and go; each is what was put, and what was selected stays what it was."""

    def __init__(self) -> None:
        super().__init__()
        self.heap = RecordHeap()
        self.records: dict[int, bytes] = {}
        self.selections: list[tuple[Selection, list[bytes]]] = []

    @rule(record=st.binary(max_size=600))
    def add(self, record: bytes) -> None:
        number = len(self.heap)
        self.heap.extend(1)
        self.heap.put(number, record)
        self.records[number] = record

    @rule(data=st.data(), record=st.binary(max_size=600))
    def replace(self, data: st.DataObject, record: bytes) -> None:
        if self.records:
            number = data.draw(st.sampled_from(sorted(self.records)))
            self.heap.remove(number)
            self.heap.put(number, record)
            self.records[number] = record

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.records:
            number = data.draw(st.sampled_from(sorted(self.records)))
            self.heap.remove(number)
            del self.records[number]

    @rule(data=st.data())
    def select(self, data: st.DataObject) -> None:
        numbers = data.draw(st.permutations(sorted(self.records)))
        records = [self.records[number] for number in numbers]
        self.selections.append((selected_from(self.heap, numbers), records))

    @rule()
    def save(self) -> None:
        saved = self.heap.dump()
        self.heap = RecordHeap()
        self.heap.load(saved)

    @invariant()
    def says_what_was_put(self) -> None:
        numbers = range(len(self.heap))
        found = {n: self.heap.get(n) for n in numbers if self.heap.has(n)}
        assert found == self.records
        assert self.heap.free() == [n for n in numbers if n not in self.records]

    @invariant()
    def what_was_picked_stays(self) -> None:
        for selection, records in self.selections:
            assert [selection.get(at) for at in range(len(selection))] == records


TestShelved = Shelved.TestCase


def test_the_room_of_a_record_that_is_gone_is_used_again() -> None:
    heap = RecordHeap()
    heap.extend(1)
    heap.put(0, b"army" * 10)
    before = len(heap.dump()["data"])

    for letter in b"abc":
        heap.remove(0)
        heap.put(0, bytes([letter]) * 41)

    assert len(heap.dump()["data"]) == before


def test_what_nobody_holds_any_more_is_not_kept_account_of() -> None:
    heap = RecordHeap()
    heap.extend(1)
    heap.put(0, b"army")
    held = [selected_from(heap, [0]) for _ in range(300)]

    for _ in range(10_000):
        selected_from(heap, [0])

    assert heap.lent < 2_000
    heap.remove(0)
    assert {selection.get(0) for selection in held} == {b"army"}
    assert heap.lent == 0
