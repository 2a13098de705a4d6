from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import DIBOLI, NOW, EnglishGuesser
from tocsin.article import Article
from tocsin.errors import InvalidDocumentError
from tocsin.events import ArticleIngested
from tocsin_ingest.stages.cleaning import TEXT, TITLE, Cleaned, clean
from tocsin_ingest.stages.draft import Draft


anything = st.text(st.characters(exclude_categories=()), max_size=80)
drafts = st.builds(
    Draft,
    title=anything,
    text=anything,
    url=anything | st.just("https://example.org/x?utm_source=1"),
    source=anything,
    language=anything | st.just("fr"),
    language_hint=anything,
    authors=st.lists(anything, max_size=3).map(tuple),
    tags=st.lists(anything, max_size=3).map(tuple),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    guid=anything,
    scope=anything,
    home=anything,
)


def cleaned(draft: Draft) -> Cleaned:
    return clean(draft, now=NOW, detector=EnglishGuesser())


def article(draft: Draft) -> Article:
    return cleaned(draft).article


def as_draft(done: Article, draft: Draft) -> Draft:
    """Return a cleaned article as if it were handed in again by the same sender."""
    return Draft(
        title=done.title,
        text=done.text,
        url=done.url,
        source=done.source,
        language=done.language,
        authors=done.authors,
        tags=done.tags,
        published_at=draft.published_at,
        guid=draft.guid,
        scope=draft.scope,
        home=done.home,
    )


def test_a_draft_becomes_an_article() -> None:
    draft = replace(
        DIBOLI,
        title=" Attack\u00a0on\nDiboli ",
        url="https://www.example.org/diboli?utm_source=rss",
        authors=("Ann  Diallo", "", "Ann Diallo"),
        tags=("mali", "mali", "sahel"),
        published_at=NOW - timedelta(hours=1),
        home="country:ML",
    )

    done = cleaned(draft)

    assert done.notes == ()
    assert done.article == Article(
        id=done.article.id,
        title="Attack on Diboli",
        text=DIBOLI.text,
        fetched_at=NOW,
        published_at=NOW - timedelta(hours=1),
        url="https://www.example.org/diboli",
        source="example.org",
        language="en",
        authors=("Ann Diallo",),
        tags=("mali", "sahel"),
        home="country:ML",
    )


@given(drafts)
def test_no_draft_brings_the_cleaning_down_and_every_article_can_be_sent(draft: Draft) -> None:
    try:
        done = article(draft)
    except InvalidDocumentError:
        return

    event = ArticleIngested.of(done)
    assert ArticleIngested.model_validate_json(event.model_dump_json()).article() == done
    assert done.title
    assert "\n" not in done.title
    assert len(done.title) <= TITLE


@given(drafts)
def test_cleaning_what_is_clean_changes_nothing_and_keeps_the_id(draft: Draft) -> None:
    try:
        done = article(draft)
    except InvalidDocumentError:
        return

    assert article(as_draft(done, draft)) == done


@given(drafts, st.integers(min_value=0, max_value=10**6))
def test_the_id_does_not_depend_on_when_it_is_cleaned(draft: Draft, later_s: int) -> None:
    try:
        first = article(draft)
    except InvalidDocumentError:
        return

    again = clean(draft, now=NOW + timedelta(seconds=later_s), detector=EnglishGuesser())

    assert again.article.id == first.id


def test_an_article_without_a_title_gets_its_first_sentence() -> None:
    draft = Draft(title=" ", text="Armed men attacked the border town. Nobody was hurt.")

    assert article(draft).title == "Armed men attacked the border town."


@pytest.mark.parametrize("nothing", ["", "  ", "\x00\u202e", "\n\n"])
def test_an_article_without_a_word_is_refused(nothing: str) -> None:
    with pytest.raises(InvalidDocumentError, match="/title: is empty, and so is the text"):
        article(Draft(title=nothing, text=nothing))


def test_a_long_text_is_cut_and_the_sender_is_told() -> None:
    paragraph = "Armed men attacked the border town of Diboli. " * 20
    long = replace(DIBOLI, text=f"{paragraph}\n\n" * 100)

    done = cleaned(long)

    assert TEXT * 0.9 < len(done.article.text.encode()) <= TEXT
    assert done.article.text.endswith("Diboli.")
    assert done.notes == ("text: cut to 64 KB; what follows is not matched",)


def test_what_follows_the_cut_still_tells_articles_apart() -> None:
    one = Draft(title="Minutes", text="word " * 20_000 + "one")
    other = replace(one, text="word " * 20_000 + "other")

    assert article(one).text == article(other).text
    assert article(one).id != article(other).id


@pytest.mark.parametrize(
    ("draft", "note"),
    [
        (
            replace(DIBOLI, published_at=datetime(1970, 1, 1, tzinfo=UTC)),
            "published_at: left out, since 1970-01-01 is no likely date",
        ),
        (
            replace(DIBOLI, published_at=NOW + timedelta(days=3)),
            "published_at: left out, since 2026-01-04 is no likely date",
        ),
        (replace(DIBOLI, url="/news/1"), "url: left out, since it is no web address"),
    ],
)
def test_what_cannot_be_right_is_left_out_and_told(draft: Draft, note: str) -> None:
    assert cleaned(draft).notes == (note,)


def test_a_date_just_ahead_is_a_publisher_in_another_time_zone() -> None:
    ahead = replace(DIBOLI, published_at=NOW + timedelta(hours=9))

    assert article(ahead).published_at == NOW + timedelta(hours=9)


def test_a_named_source_is_kept_and_tells_the_senders_identifiers_apart() -> None:
    one = replace(DIBOLI, source="agency", guid="1")

    assert article(one).source == "agency"
    assert article(one).id != article(replace(one, source="other agency")).id


def test_there_are_not_more_authors_and_tags_than_a_page_can_show() -> None:
    many = tuple(f"name {number} " + "x" * 300 for number in range(200))

    done = article(replace(DIBOLI, authors=many, tags=many))

    assert len(done.authors) == 20
    assert len(done.tags) == 50
    assert max(map(len, done.authors)) == 200
