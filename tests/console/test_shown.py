"""How single things are shown, decided by functions that do nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tocsin.documents.base import Identifier
from tocsin.events import Snippet
from tocsin_console.routes.excerpt import CONTEXT, blank, excerpt
from tocsin_console.routes.forms import identifier, lines, words
from tocsin_console.routes.letters import readable
from tocsin_console.routes.templates import ago, count, segments, web_link


NOW = datetime(2026, 1, 1, tzinfo=UTC)
IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


def test_a_mistake_is_pointed_at() -> None:
    found = excerpt("JNIM AND\n(attack* OR", 11)

    assert found.text == "(attack* OR"
    assert found.pointer == "  ^"
    assert (found.line, found.column) == (2, 3)


def test_a_mistake_at_the_end_is_pointed_at_behind_the_text() -> None:
    assert excerpt("a AND", 5).pointer == "     ^"
    assert excerpt("", 0).pointer == "^"


def test_a_long_line_is_cut_around_the_mistake() -> None:
    found = excerpt("a" * 1_000 + "!" + "b" * 1_000, 1_000)

    assert found.text == "…" + "a" * CONTEXT + "!" + "b" * (CONTEXT - 1) + "…"
    assert found.text[len(found.pointer) - 1] == "!"


def test_space_is_as_wide_as_the_text() -> None:
    assert blank("a\t中e\u0301") == " \t\N{IDEOGRAPHIC SPACE} "


@given(st.text(max_size=300), st.data())
def test_the_pointer_stands_under_the_character_at_every_position(
    text: str, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(text)))

    found = excerpt(text, position)

    line = text.split("\n")[found.line - 1]
    assert line[found.column - 1 : found.column] == text[position : position + 1].strip("\n")
    assert "\n" not in found.text


@given(
    st.text(max_size=50),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=6),
)
def test_marking_never_loses_or_doubles_a_character(
    text: str, marks: list[tuple[int, int]]
) -> None:
    pieces = list(segments(Snippet(text=text, marks=tuple(marks))))

    assert "".join(piece for piece, _ in pieces) == text


def test_hits_are_marked() -> None:
    snippet = Snippet(text="JNIM attacks a convoy", marks=((0, 4), (5, 12)))

    assert [piece for piece, hit in segments(snippet) if hit] == ["JNIM", "attacks"]


@given(st.text(max_size=100), st.sets(st.text(max_size=5)))
def test_an_id_made_of_a_name_is_one_and_is_free(name: str, taken: set[str]) -> None:
    found = identifier(name, taken, "rule")

    assert IDENTIFIER.validate_python(found) == found
    assert found not in taken


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("JNIM in the Sahel", "jnim-in-the-sahel"),
        ("Élections, Côte d'Ivoire!", "elections-cote-d-ivoire"),
        ("مالي", "rule"),
        ("--", "rule"),
    ],
)
def test_an_id_is_made_of_what_is_plain_in_a_name(name: str, expected: str) -> None:
    assert identifier(name, (), "rule") == expected


def test_fields_are_split_as_people_write_them() -> None:
    assert lines(" Mali \r\n\n Kayes Region, Mali\n") == ("Mali", "Kayes Region, Mali")
    assert words("en, fr;  pt-BR ") == ("en", "fr", "pt-BR")


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=5), "5 s ago"),
        (timedelta(seconds=119), "119 s ago"),
        (timedelta(minutes=2), "2 min ago"),
        (timedelta(hours=30), "30 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(seconds=-90), "in 90 s"),
    ],
)
def test_time_is_told_in_the_one_unit_that_says_it_best(delta: timedelta, said: str) -> None:
    assert ago(NOW - delta, NOW) == said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("HTTP://news.example", "HTTP://news.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//news.example", ""),
        ("", ""),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str, shown: str) -> None:
    assert web_link(url) == shown


def test_numbers_agree_with_their_nouns() -> None:
    assert count(1, "rule") == "1 rule"
    assert count(12_000, "rule") == "12,000 rules"


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(value: bytes) -> None:
    assert all(each.isprintable() or each in "\n\t" for each in readable(value))
