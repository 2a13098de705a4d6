"""Numbers of rules, against a dictionary."""

from random import Random

import pytest

from tocsin.matching.numbering import Numbering


def test_it_answers_as_a_dictionary_does() -> None:
    random = Random(1)
    known: dict[str, int] = {}
    numbering = Numbering()
    free = list(range(30_000, 0, -1))
    for _ in range(60_000):
        rule_id = f"rule-{random.randrange(20_000)}"
        number = known.get(rule_id)
        if number is None:
            known[rule_id] = free.pop()
            numbering.add(rule_id, known[rule_id])
        elif random.random() < 0.4:
            assert numbering.remove(rule_id, number.__eq__) == number
            free.append(known.pop(rule_id))

    loaded = Numbering()
    loaded.load(numbering.dump())
    for n in range(20_000):
        wanted = known.get(f"rule-{n}", -1)
        found = None if wanted < 0 else wanted
        assert numbering.find(f"rule-{n}", wanted.__eq__) == found
        assert loaded.find(f"rule-{n}", wanted.__eq__) == found


def test_of_two_ids_with_one_hash_each_keeps_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.matching.numbering._tag", lambda rule_id: 7)
    numbers = {"a": 1, "b": 2}
    numbering = Numbering()
    for rule_id, number in numbers.items():
        numbering.add(rule_id, number)

    assert numbering.find("a", lambda number: number == numbers["a"]) == 1
    assert numbering.find("b", lambda number: number == numbers["b"]) == 2
    assert numbering.find("c", lambda number: False) is None
    assert numbering.remove("a", lambda number: number == numbers["a"]) == 1
    assert numbering.find("b", lambda number: number == numbers["b"]) == 2


def test_what_is_not_there_cannot_be_removed() -> None:
    assert Numbering().remove("a", lambda number: True) is None
