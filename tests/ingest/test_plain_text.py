from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_ingest.stages import plain_text
from tocsin_ingest.stages.characters import paragraphs


SAVED_PAGE = Path(__file__).parents[1] / "data" / "ingest" / "saved-page.txt"


def test_a_saved_page_is_read_as_the_article_in_it() -> None:
    draft = plain_text.read(SAVED_PAGE.read_text(encoding="utf-8"))

    assert draft.title == "Burkina Faso Convoy Reaches Djibo After Two-Week Blockade, Officials Say"
    assert draft.authors == ("Sahel Desk Staff Writer",)
    assert draft.published_at == datetime(2025, 9, 14, tzinfo=UTC)
    assert draft.text.startswith("Ouagadougou, Burkina Faso – A supply convoy")
    assert "\n\nWhat comes next\n\n• Escorts" in draft.text
    assert draft.text.endswith("the governor’s office said.")
    for leftover in ("1284", "Share this", "Follow us", "Leave a reply", "By Sahel Desk"):
        assert leftover not in draft.text


def test_a_title_that_is_known_is_not_repeated_in_the_text() -> None:
    draft = plain_text.read("Attack on Diboli\n\nArmed men came.", title="Attack on  Diboli")

    assert draft.title == "Attack on  Diboli"
    assert draft.text == "Armed men came."


def test_with_a_title_of_its_own_the_first_line_is_text() -> None:
    assert plain_text.read("Armed men came.", title="Attack").text == "Armed men came."


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ann Diallo", ("Ann Diallo",)),
        ("BY: Ann Diallo and Bob Keïta", ("Ann Diallo", "Bob Keïta")),
        ("Par Ann Diallo, Bob Keïta et Carl Sow", ("Ann Diallo", "Bob Keïta", "Carl Sow")),
        ("By Ann Diallo, Reuters", ("Ann Diallo, Reuters",)),
    ],
)
def test_bylines_name_the_authors(byline: str, authors: tuple[str, ...]) -> None:
    draft = plain_text.read(f"Attack on Diboli\n{byline}\n\nArmed men came.")

    assert draft.authors == authors
    assert draft.text == "Armed men came."


@pytest.mark.parametrize(
    "line",
    ["Date: July 2, 2025", "Published on: 2025-07-02", "2 July 2025", "Posted – 2 juillet 2025"],
)
def test_a_line_with_the_date_is_its_date(line: str) -> None:
    draft = plain_text.read(f"Attack on Diboli\n{line}\n\nArmed men came.")

    assert draft.published_at == datetime(2025, 7, 2, tzinfo=UTC)
    assert draft.text == "Armed men came."


def test_lines_that_only_look_like_leftovers_stay() -> None:
    text = "By the river they waited.\n\nRead more than that into it, and share the blame: 12 died.\n\n1984 was worse."

    assert plain_text.read(f"Attack on Diboli\n\nThe town was quiet.\n\n{text}").text.endswith(text)


def test_a_date_that_cannot_be_read_stays_in_the_text() -> None:
    draft = plain_text.read("Attack on Diboli\nDate: the day before yesterday\nArmed men came.")

    assert draft.published_at is None
    assert draft.text == "Date: the day before yesterday\nArmed men came."


def test_a_file_of_one_long_line_has_no_title() -> None:
    draft = plain_text.read("word " * 100)

    assert draft.title == ""
    assert draft.text == ("word " * 100).strip()


def test_a_file_of_leftovers_is_empty() -> None:
    assert plain_text.read("0\n12\nShare this\nLeave a reply\n").text == ""


@given(st.text(max_size=300) | st.text(st.sampled_from("By ate:12\nShar x."), max_size=200))
def test_no_text_brings_the_reader_down_and_words_are_not_invented(text: str) -> None:
    draft = plain_text.read(text)

    for part in (draft.title, draft.text, *draft.authors):
        assert set(part.split()) <= set(paragraphs(text).split()) | {""}
