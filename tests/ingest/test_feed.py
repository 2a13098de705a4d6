from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import NOW, RFI, EnglishGuesser
from tocsin.article import Article
from tocsin_ingest.stages.cleaning import clean
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.feed import Entry, Feed, drafts, fresh


FIRST = Entry(guid="1", url="https://rfi.example/a", title="Attack on Diboli", text="Armed men.")
SECOND = Entry(
    guid="2", url="https://rfi.example/b", title="Kayes is calm", text="Nothing happened."
)


def of(*entries: Entry, language: str = "") -> list[Draft]:
    return list(drafts(Feed(entries, language), RFI))


def ids(*entries: Entry) -> list[str]:
    return [clean(draft, now=NOW, detector=EnglishGuesser()).article.id for draft in of(*entries)]


def test_an_entry_becomes_a_draft_of_its_publisher() -> None:
    entry = replace(FIRST, authors=("Ann",), tags=("mali",), published_at=NOW, language="en-GB")

    assert of(entry, language="fr") == [
        Draft(
            title="Attack on Diboli",
            text="Armed men.",
            url="https://rfi.example/a",
            source="rfi.example",
            language_hint="en-GB",
            authors=("Ann",),
            tags=("mali",),
            published_at=NOW,
            guid="1",
            scope="feed:rfi",
            home="country:FR",
        )
    ]


def test_the_operator_knows_a_feeds_language_better_than_the_feed() -> None:
    [draft] = drafts(Feed((FIRST,), "en-us"), RFI.model_copy(update={"language": "fr"}))

    assert (draft.language, draft.language_hint) == ("fr", "en-us")


def test_an_entry_without_an_address_is_of_the_feeds_host() -> None:
    [draft] = of(replace(FIRST, url=""))

    assert draft.source == "rfi.example"


def test_an_identifier_that_is_unique_is_the_identity_whatever_else_changes() -> None:
    changed = replace(FIRST, url="https://rfi.example/moved", title="Corrected")

    assert ids(FIRST, SECOND)[0] == ids(changed)[0]


def test_an_entry_without_identifier_is_told_by_its_address() -> None:
    first, second = (replace(entry, guid="") for entry in (FIRST, SECOND))

    assert ids(first, second)[0] == ids(replace(first, title="Corrected"))[0]
    assert len(set(ids(first, second))) == 2


def test_entries_that_share_their_identifier_are_told_apart_by_their_addresses() -> None:
    first, second = (replace(entry, guid="same") for entry in (FIRST, SECOND))

    assert len(set(ids(first, second))) == 2
    assert ids(first, second) == ids(second, first)[::-1]


def test_entries_that_share_their_address_are_told_apart_by_their_identifiers() -> None:
    second = replace(SECOND, url=FIRST.url)

    assert len(set(ids(FIRST, second))) == 2


def test_entries_that_share_everything_but_words_are_told_apart_by_words() -> None:
    first, second = (
        replace(entry, guid="", url="https://rfi.example/a") for entry in (FIRST, SECOND)
    )

    assert len(set(ids(first, second))) == 2
    one, other = (
        replace(entry, guid="same", url="https://rfi.example/") for entry in (FIRST, SECOND)
    )
    assert len(set(ids(one, other))) == 2


def test_an_entry_that_stands_twice_is_one_article() -> None:
    assert len(set(ids(FIRST, SECOND, replace(FIRST, tags=("again",))))) == 2
    assert ids(FIRST, FIRST)[0] == ids(FIRST)[0]


entries = st.builds(
    Entry,
    guid=st.sampled_from(["", "1", "2"]),
    url=st.sampled_from(
        ["", "https://rfi.example/", "https://rfi.example/a", "https://rfi.example/b"]
    ),
    title=st.sampled_from(["Attack on Diboli today", "Kayes is calm today"]),
)


@given(st.lists(entries, max_size=6))
def test_entries_with_different_words_are_never_one_unless_a_telling_mark_says_so(
    shown: list[Entry],
) -> None:
    for one, one_id in zip(shown, ids(*shown), strict=True):
        for other, other_id in zip(shown, ids(*shown), strict=True):
            if one_id == other_id and one.title != other.title:
                # The same identifier for the same address: an entry and its correction.
                assert one.guid == other.guid
                assert one.url == other.url
                assert one.url not in {"", "https://rfi.example/"}


@given(st.lists(entries, max_size=6))
def test_the_same_fetch_gives_the_same_ids(shown: list[Entry]) -> None:
    assert ids(*shown) == ids(*shown)


def test_news_is_what_is_younger_than_a_day() -> None:
    article = Article(id="1", title="t", text="", fetched_at=NOW)

    assert fresh(replace(article, published_at=NOW - timedelta(hours=23)))
    assert not fresh(replace(article, published_at=NOW - timedelta(hours=25)))
    assert not fresh(article)
