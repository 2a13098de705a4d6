"""What is new in a story to somebody who was told of it before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.alerts import ARTICLE, MATCH
from tocsin.delivery.novelty import MORE_SOURCES, Facts, Told, after, news, numbers
from tocsin.documents import Priority


FIRST = Facts.of(ARTICLE, MATCH, Priority.NORMAL)
TOLD = after(Told(), FIRST, alerted=True)


def facts(**change: object) -> Facts:
    usual = {name: getattr(FIRST, name) for name in FIRST.__slots__}
    return Facts(**(usual | {"source": "other.example"} | change))


def test_the_first_alert_is_news() -> None:
    assert news(Told(), FIRST) == "first of its story"
    assert (TOLD.alerts, TOLD.places, TOLD.numbers) == (1, ("Diboli",), ("80",))
    assert (TOLD.title, TOLD.source) == (ARTICLE.title, ARTICLE.source)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"places": ("Diboli", "Kayes")}, "new place: Kayes"),
        ({"numbers": ("80", "95")}, "new number: 95"),
        ({"revision": 2}, "the article was corrected"),
        ({"priority": Priority.BREAKING}, "now breaking"),
        ({"priority": Priority.LOW}, ""),
    ],
)
def test_what_changes_a_story_is_said(change: dict[str, object], said: str) -> None:
    assert news(TOLD, facts(**change)) == said


def test_many_more_sources_are_news_and_then_are_counted_anew() -> None:
    told = TOLD
    for number in range(MORE_SOURCES - 1):
        another = facts(source=f"s{number}")
        assert news(told, another) == ""
        told = after(told, another, alerted=False)
    last = facts(source="last")

    assert told.since == tuple(f"s{number}" for number in range(MORE_SOURCES - 1))
    assert news(told, last) == f"{MORE_SOURCES} more sources"
    assert after(told, last, alerted=True).since == ()


def test_a_source_that_repeats_itself_is_not_more() -> None:
    told = after(TOLD, facts(source="a"), alerted=False)

    assert after(told, facts(source="a"), alerted=False) == told
    assert after(TOLD, FIRST, alerted=False).since == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("80 killed, 1,200 fled; 1.200 or 1 200", ["80", "1200", "1200", "1200"]),
        ("in 2026, at 09:15, on 4/3, COVID-19, A320", []),
        ("one of 1", []),
        ("a magnitude of 7.1, or 7,1", ["7.1", "7.1"]),
    ],
)
def test_numbers_that_may_be_facts_are_found(text: str, found: list[str]) -> None:
    assert list(numbers(text)) == found


@given(st.text())
def test_numbers_are_digits_whatever_the_text(text: str) -> None:
    assert all(number.replace(".", "").isdigit() for number in numbers(text))
