import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.text import tokenise, tokenise_any, words
from tocsin.text.tokens import _PLAIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("JNIM attacked.", ["jnim", "attacked"]),
        ("al-Qaeda", ["al", "qaeda"]),
        ("l'armée", ["l", "armee"]),
        ("Mali’s", ["mali", "s"]),
        ("Jamāʿat", ["jama", "at"]),
        ("snake_case", ["snake", "case"]),
        ("ended.Then", ["ended", "then"]),
        ("U.S.", ["u", "s"]),
        ("rfi.fr", ["rfi", "fr"]),
        ("3.5 or 1,000,000 (2025).", ["3.5", "or", "1,000,000", "2025"]),
        ("３．５％、１，０００人", ["3.5", "1,000", "人"]),
        ("١،٠٠٠ رجل، جيش", ["1,000", "رجل", "جيش"]),
        ("B2B CAN2025", ["b2b", "can2025"]),
        ("½ cup", ["1", "2", "cup"]),
        ("我爱北京2025", ["我", "爱", "北", "京", "2025"]),
        ("カレー", ["カ", "レ", "ー"]),
        ("ข่าว", ["ข่", "า", "ว"]),
        ("서울 시민", ["서울", "시민"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("🔥 … —", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == [unicodedata.normalize("NFC", word) for word in expected]


def test_spans_are_those_of_the_original() -> None:
    text = "Straße: l’ARMÉE “Æon” ½"

    tokens = tokenise(text)

    assert tokens.words == ["strasse", "l", "armee", "aeon", "1", "2"]
    assert [text[start:end] for start, end in tokens.spans] == [
        *("Straße", "l", "ARMÉE", "Æon", "½", "½"),
    ]


def test_each_plain_character_is_folded_alike_on_both_paths() -> None:
    plain = [chr(code) for code in range(0x3000) if _PLAIN.fullmatch(chr(code))]

    for character in plain:
        for text in (character, f"a{character}b", f"1{character}2", character * 2):
            assert_same_on_both_paths(text)


PLAIN_TEXT = st.text(
    st.characters(min_codepoint=0, max_codepoint=0x2700).filter(
        lambda character: _PLAIN.fullmatch(character) is not None
    )
)


@given(PLAIN_TEXT)
def test_the_fast_path_agrees_with_the_other(text: str) -> None:
    assert_same_on_both_paths(text)


@given(st.text(st.sampled_from("aB1.,'’-éßÆ½ \u0301 北が\u3099ำن")))
def test_both_paths_agree_where_scripts_meet(text: str) -> None:
    assert_same_on_both_paths(text)


def assert_same_on_both_paths(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    fast, slow = tokenise(text), tokenise_any(text)

    assert fast.words == slow.words
    assert fast.spans == slow.spans


@given(st.text())
def test_every_word_stands_where_its_span_says(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    tokens = tokenise(text)

    for word, (start, end) in zip(tokens.words, tokens.spans, strict=True):
        assert word in words(text[start:end])
