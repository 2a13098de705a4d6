from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import DIBOLI
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.identity import article_id


BARE = replace(DIBOLI, title="Attack on Diboli kills eleven", url="")
SHORT = Draft(title="Weather", source="example.org")


def same(one: Draft, other: Draft) -> bool:
    return article_id(one) == article_id(other)


def test_an_id_is_the_same_in_every_process_and_release() -> None:
    """These ids are kept for days by every running system: never change how they are made."""
    assert article_id(DIBOLI) == "qtgy3dr7y7abu2h2"
    assert article_id(BARE) == "2rhzbups7aayozo7"
    assert article_id(replace(DIBOLI, guid="1", scope="feed:rfi")) == "v6nzznehmb63w5lb"
    assert article_id(SHORT) == "asbgneb54uobg7kh"


@given(
    st.builds(
        Draft, title=st.text(), text=st.text(), url=st.text(), guid=st.text(), scope=st.text()
    )
)
def test_an_id_stands_in_urls_keys_and_command_lines_as_it_is(draft: Draft) -> None:
    assert len(article_id(draft)) == 16
    assert set(article_id(draft)) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert article_id(draft) == article_id(draft)


def test_the_senders_identifier_tells_the_article_whatever_else_changes() -> None:
    first = replace(DIBOLI, guid="42", scope="rfi")

    assert same(first, replace(first, title="Corrected", text="New", url="https://example.org/new"))
    assert not same(first, replace(first, guid="43"))
    assert not same(first, replace(first, scope="apa"))


def test_an_identifier_that_is_an_address_may_move_to_https() -> None:
    first = replace(DIBOLI, guid="http://example.org/?p=1", scope="rfi")

    assert same(first, replace(first, guid="https://example.org/?p=1"))


def test_the_address_tells_the_article_whoever_sends_it() -> None:
    assert same(DIBOLI, replace(DIBOLI, title="Corrected", source="elsewhere", scope="elsewhere"))
    assert same(DIBOLI, replace(DIBOLI, url="http://www.example.org/diboli/?utm_source=rss"))
    assert not same(DIBOLI, replace(DIBOLI, url="https://example.org/kayes"))


def test_a_front_page_is_no_identity() -> None:
    on_front_page = replace(BARE, url="https://example.org/")

    assert same(on_front_page, BARE)
    assert not same(on_front_page, replace(on_front_page, title="Something else happened in Kayes"))


def test_the_words_tell_an_article_that_has_neither() -> None:
    assert same(
        BARE, replace(BARE, source="elsewhere", published_at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    assert same(
        replace(BARE, title="ATTACK  on Diboli town today"),
        replace(BARE, title="Attack on Diboli town today"),
    )
    assert not same(
        replace(BARE, title="Attack on Diboli town today"),
        replace(BARE, title="Attack on Kayes town today"),
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(SHORT, source="example.com"),
        replace(SHORT, published_at=datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
def test_too_few_words_tell_an_article_only_of_one_source_and_day(other: Draft) -> None:
    assert not same(SHORT, other)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_where_one_part_ends_and_the_next_begins_matters(a: str, b: str, c: str, d: str) -> None:
    clean = [part.replace("\0", "").replace("http", "") for part in (a, b, c, d)]
    one, other = (
        Draft(title="x", scope=scope, guid=f"g{guid}") for scope, guid in (clean[:2], clean[2:])
    )

    assert same(one, other) == (clean[:2] == clean[2:])
