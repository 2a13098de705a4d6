import pytest

from tocsin.text import forms, has_arabic, stem


ARMY = "جيش"


@pytest.mark.parametrize("written", ["جيش", "الجيش", "والجيش", "بالجيش", "للجيش", "وللجيش", "فجيش"])
def test_a_word_is_found_behind_what_is_written_onto_its_front(written: str) -> None:
    assert ARMY in forms(written)


def test_a_word_of_a_rule_loses_only_the_article() -> None:
    assert stem("الجيش") == ARMY
    assert stem("وزير") == "وزير"


def test_a_short_word_does_not_fall_apart() -> None:
    assert forms("ول") == {"ول"}
    assert stem("الم") == "الم"


def test_only_arabic_letters_are_arabic() -> None:
    assert has_arabic("the word جيش")
    assert not has_arabic("the army")
