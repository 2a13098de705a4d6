import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.text import paragraphs, sentences


def sentences_of(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He came. She went!", ["He came.", "She went!"]),
        ("“Stop.” He ran.", ["“Stop.”", "He ran."]),
        ("Col. Dembélé spoke. He left.", ["Col. Dembélé spoke.", "He left."]),
        ("The U.S. Army and J. Smith.", ["The U.S. Army and J. Smith."]),
        ("It rose 3.5 percent at rfi.fr today.", ["It rose 3.5 percent at rfi.fr today."]),
        ("He said… and left.", ["He said… and left."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("他来了。她走了！", ["他来了。", "她走了！"]),
        ("هل جاء؟ نعم.", ["هل جاء؟", "نعم."]),
        ("صدر آئے۔ ملک خاموش تھا۔", ["صدر آئے۔", "ملک خاموش تھا۔"]),
        ("ሰራዊት መጣ። ሀገር ጸጥ አለ።", ["ሰራዊት መጣ።", "ሀገር ጸጥ አለ።"]),
        ("Նա եկավ։ Նա գնաց։", ["Նա եկավ։", "Նա գնաց։"]),
        ("သူလာသည်။သွားသည်။", ["သူလာသည်။", "သွားသည်။"]),
        ("A heading\n\nA text. And more", ["A heading", "A text.", "And more"]),
        ("one line\nbroken in two. Next.", ["one line\nbroken in two.", "Next."]),
        ("Risks:\n• The border\n• The road", ["Risks:", "• The border", "• The road"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


def test_a_blank_line_parts_paragraphs() -> None:
    text = "  One\nstill one.\n \n\nTwo.\n"

    assert [text[start:end] for start, end in paragraphs(text)] == ["One\nstill one.", "Two."]


def test_the_separator_of_paragraphs_parts_them() -> None:
    text = "One. \u2029 Two."

    assert [text[start:end] for start, end in paragraphs(text)] == ["One.", "Two."]


@given(st.text(st.sampled_from("aB .!?\n”。\t•\u2029۔")))
def test_nothing_but_white_space_lies_between_sentences(text: str) -> None:
    spans = sentences(text)
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]

    for end, start in zip(ends, starts, strict=True):
        assert end <= start
        assert not text[end:start].strip()
