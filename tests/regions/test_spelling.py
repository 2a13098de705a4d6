import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.regions.spelling import fold, key, without_clitics


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nioro du Sahel", "nioro du sahel "),
        ("Sandaré", "sandare "),
        ("Côte d'Ivoire", "cote d ivoire "),
        ("N\N{RIGHT SINGLE QUOTATION MARK}Djamena", "n djamena "),
        ("U.S.", "u s "),
        ("Łódź", "lodz "),
        ("São Tomé", "sao tome "),
        ("İstanbul", "istanbul "),
        ("Гао", "гао "),
        ("أمريكا", "امريكا "),
        ("马里", "马 里 "),
        ("", ""),
        ("...", ""),
    ],
)
def test_a_name_is_compared_without_case_accents_and_punctuation(name: str, expected: str) -> None:
    assert key(name) == expected


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_key_of_two_names_begins_with_the_key_of_the_first(one: str, other: str) -> None:
    assert key(f"{one} {other}") == key(one) + key(other)


def test_an_arabic_word_is_read_without_the_letters_for_and_in_to() -> None:
    assert (1, "باماكو") in without_clitics("وباماكو")
    assert (2, "السنغال") in without_clitics("للسنغال")
