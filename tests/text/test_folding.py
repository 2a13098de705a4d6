import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.text import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("MALI", "mali"),
        ("Jamāʿat", "jama at"),
        ("armée", "armee"),
        ("arme\u0301e", "armee"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),  # its letters one by one
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("Æthelred", "aethelred"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("ＷＨＯ", "who"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("Ёлка", "елка"),
        ("m²", "m2"),
        ("½", "1 2"),
        ("٢٠٢٥", "2025"),
        ("so\u00adft", "soft"),
    ],
)
def test_case_accents_and_compatibility_forms_do_not_count(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_what_is_only_a_symbol_parts_words() -> None:
    assert fold("Apple™inc") == "apple inc"


def test_marks_that_are_vowels_or_voicing_stay() -> None:
    assert fold("हिन्दी") == "हिन्दी"
    assert fold("が") != fold("か")
    assert fold("ｶﾞ") == fold("ガ")


def test_arabic_forms_that_writers_exchange_are_one() -> None:
    assert fold("أحمد") == fold("احمد") == fold("إحمد")
    assert fold("مدرسة") == fold("مدرسه")
    assert fold("على") == fold("علي") == fold("علی")
    assert fold("مـــالي") == fold("مالي")
    assert fold("مَالِي") == fold("مالي")


def test_case_and_accents_can_be_kept() -> None:
    assert fold("Année", keep_case=True) == "Annee"
    assert fold("Année", keep_accents=True) == unicodedata.normalize("NFC", "année")
    assert fold("Année", keep_case=True, keep_accents=True) == "Année"


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = fold(unicodedata.normalize("NFC", text))

    assert fold(folded) == folded


# Greek iota under a vowel is a mark in lower case, which goes, and a letter in upper case.
NO_IOTA_BELOW = st.characters().filter(lambda c: "\u0345" not in unicodedata.normalize("NFKD", c))


@given(st.text(NO_IOTA_BELOW))
def test_upper_case_folds_to_the_same(text: str) -> None:
    text = unicodedata.normalize("NFC", text)

    assert fold(text.casefold()) == fold(text)
