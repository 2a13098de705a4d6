"""What holds for any text at all."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings

from regions.texts import JUMBLES, LANGUAGES, TEXTS
from rig.examples import examples
from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


GAZETTEER = load()
GEOPARSER = Geoparser(GAZETTEER)
LAM = "\u0644"
DAY = datetime(2025, 7, 2, tzinfo=UTC)


def locate(title: str, text: str, language: str = "en") -> Places:
    article = Article(id="a", title=title, text=text, fetched_at=DAY, language=language)
    return GEOPARSER.locate(article)


FAR = "\n\nNothing of note followed. It was a day like any other, and that was all there was.\n\n"


def names_in(text: str, language: str) -> list[tuple[int, int]]:
    article = Article(id="a", title="", text=text, fetched_at=DAY, language=language)
    return [(each.span.start, each.span.end) for each in GEOPARSER.explain(article)[1]]


def called(written: str) -> set[str]:
    """Return the regions that go by exactly what is written."""
    abbreviated = GAZETTEER.tables.abbreviations.get(written)
    named = {candidate.region for candidate in GAZETTEER.names.called(written)}
    # "lil-Sinighal": the article is fused with the preposition before it.
    fused = {c.region for c in GAZETTEER.names.called(f"\u0627\u0644{written.lstrip(LAM)}")}
    return named | fused | ({abbreviated[0]} if abbreviated else set())


@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=TEXTS, text=TEXTS, language=LANGUAGES)
def test_no_text_is_too_odd_and_spans_always_lie_within(
    title: str, text: str, language: str
) -> None:
    places = locate(title, text, language)

    for place in places.places:
        assert 0 < place.probability <= 1
        assert place.spans
        for span in place.spans:
            whole = title if span.field == "title" else text
            assert 0 <= span.start < span.end <= len(whole)
            assert any(character.isalnum() for character in whole[span.start : span.end])


@settings(max_examples=examples(1.5), deadline=None)
@given(title=TEXTS, text=TEXTS)
def test_the_same_article_gives_the_same_answer(title: str, text: str) -> None:
    first = locate(title, text)
    locate("Something else", "Paris and Lagos in between.")

    assert locate(title, text) == first


@settings(max_examples=examples(1.5), deadline=None)
@given(text=JUMBLES, far=JUMBLES, language=LANGUAGES)
def test_a_text_far_away_moves_no_name(text: str, far: str, language: str) -> None:
    alone = names_in(text, language)
    followed = names_in(f"{text}{FAR}{far}", language)

    assert alone == [name for name in followed if name[0] < len(text)]


@settings(max_examples=examples(1.5), deadline=None)
@given(title=TEXTS, text=TEXTS, language=LANGUAGES)
def test_every_name_stands_where_it_is_said_to(title: str, text: str, language: str) -> None:
    article = Article(id="a", title=title, text=text, fetched_at=DAY, language=language)
    places, spotted = GEOPARSER.explain(article)

    last = -1
    for each in spotted:
        whole = title if each.span.field == "title" else text
        # In reading order, and none in another.
        position = each.span.start + (0 if each.span.field == "title" else len(title) + 2)
        assert position > last
        last = position + each.span.end - each.span.start - 1
        assert 0 <= each.probability <= 1
        assert 0.999 < sum(sense.share for sense in each.senses) < 1.001
        assert each.meant[0].region in called(whole[each.span.start : each.span.end])
    assert places == GEOPARSER.locate(article)


@settings(max_examples=examples(1.5), deadline=None)
@given(title=TEXTS, text=TEXTS)
def test_every_region_is_shown_with_its_evidence_and_has_a_level(title: str, text: str) -> None:
    places = locate(title, text)

    located = {place.region for place in places.places}
    for region, hit in places.regions.items():
        assert hit.region == region
        assert 0 < hit.probability <= 1
        assert {place.region for place in hit.places} <= located
        assert hit.level == "mention" or hit.probability > 0.5
    if places.primary_country:
        assert places.regions[places.primary_country].probability > 0.5
