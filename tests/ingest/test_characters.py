import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.stages.characters import cut, first_sentence, line, paragraphs, whole


anything = st.text(st.characters(exclude_categories=()), max_size=300)
# What breaks lines, joins, combines, or is not there at all, beside a few plain letters.
tricky = st.text(
    st.sampled_from(
        "ab é\u0301\u0300\u0323 \t\n\r\x0b\x0c\x85\u2028\u2029\u00a0\x00\u202e\u200b\xad\ud83d\U0001f600.!。"
    )
)


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("  Attack\ton \r\n Diboli ", "Attack on Diboli"),
        ("Caf\u0065\u0301", "Caf\u00e9"),
        ("a\x00b\x07c\x9fd", "abcd"),
        ("tfel\u202e eht \u2066to", "tfel eht to"),
        ("mili\u00adtants", "militants"),
        ("\ufeffTitle", "Title"),
        ("no\u00a0break\u3000space", "no break space"),
        ("broken \ud83d emoji", "broken \ufffd emoji"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
    ],
)
def test_a_line_is_normal_printable_and_plainly_spaced(written: str, clean: str) -> None:
    assert line(written) == clean


def test_a_long_line_is_cut_at_a_word() -> None:
    assert line("one two three four", 12) == "one two…"
    assert line("onetwothreefour", 6) == "onetw…"
    assert line("one two", 7) == "one two"


def test_paragraphs_are_kept_and_parted_by_one_blank_line() -> None:
    written = "First\tline\r\nsecond line\r\n\r\n\r\n\n  Next \x0cLast\u2029End  \n\n"

    assert paragraphs(written) == "First line\nsecond line\n\nNext\n\nLast\n\nEnd"


def test_as_many_marks_as_any_language_needs_are_kept_on_a_letter() -> None:
    zalgo = "a" + "\u0301\u0323" * 100 + "b"

    assert len(line(zalgo)) < 40
    assert line("हिन्दी तिब्बती བོད་ཡིག 𞤀𞤣𞤤𞤢𞤥 " * 20).count("𞤀𞤣𞤤𞤢𞤥") == 20
    assert line("\U0001f600" * 100) == "\U0001f600" * 100


@pytest.mark.parametrize(
    "text",
    ["\u0f71\u0f72\u0f74" * 300_000, "e\u0323\u0301" * 300_000, "\U000e0100\u0301\u0323" * 300_000],
    ids=["Tibetan", "Latin", "selectors"],
)
def test_hostile_marks_cost_no_more_than_their_length(text: str) -> None:
    paragraphs(text)  # whatever grows with the square would run into the time limit


@given(anything | tricky)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    assert line(line(text)) == line(text)
    assert paragraphs(paragraphs(text)) == paragraphs(text)
    assert line(line(text, 20), 20) == line(text, 20)


@given(anything | tricky)
def test_what_is_clean_is_nfc_and_holds_no_control_characters(text: str) -> None:
    for clean in (line(text), paragraphs(text).replace("\n", " ")):
        assert unicodedata.is_normalized("NFC", clean)
        assert not any(
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in clean
        )
        assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        clean.encode()


@given(anything | tricky, st.integers(min_value=2, max_value=40))
def test_a_line_is_never_longer_than_allowed(text: str, limit: int) -> None:
    assert len(line(text, limit)) <= limit


@given(anything | tricky, st.integers(min_value=1, max_value=200))
def test_a_cut_text_is_a_beginning_of_the_text_and_fits(text: str, limit: int) -> None:
    clean = paragraphs(text)

    shorter = cut(clean, limit)

    assert clean.startswith(shorter)
    assert len(shorter.encode()) <= limit
    assert cut(shorter, limit) == shorter
    assert paragraphs(shorter) == shorter


def test_a_text_is_cut_after_a_paragraph_if_one_ends_near_the_limit() -> None:
    text = "A sentence. " * 7 + "End.\n\nNext paragraph begins. It goes on and on."

    assert cut(text, 100) == ("A sentence. " * 7 + "End.")


def test_a_text_without_paragraphs_is_cut_after_a_sentence() -> None:
    text = "One two three four five. Six seven eight nine “ten.” Eleven twelve thirteen"

    assert cut(text, 65) == "One two three four five. Six seven eight nine “ten.”"


def test_a_text_without_sentences_is_cut_after_a_word() -> None:
    assert cut("word " * 30, 52) == ("word " * 10).strip()


def test_a_text_without_spaces_is_cut_between_characters() -> None:
    assert cut("é" * 10, 5) == "éé"
    assert cut("第一句话说完了。第二句话还没有说完", 30) == "第一句话说完了。"


def test_the_first_sentence_is_not_an_initial() -> None:
    assert first_sentence("U.S. troops left Niger. More follows.") == "U.S. troops left Niger."
    assert first_sentence("No full stop here\nsecond line") == "No full stop here"
    assert first_sentence("") == ""


@given(anything)
def test_what_is_whole_can_be_written_in_utf_8(text: str) -> None:
    assert whole(text).encode().decode() == whole(text)
