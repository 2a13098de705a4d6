"""What holds for any text at all."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


GEOPARSER = Geoparser(load())
DAY = datetime(2025, 7, 2, tzinfo=UTC)

NAMES = st.sampled_from(
    [
        *(
            "Mali",
            "Kayes",
            "Bamako",
            "Diboli",
            "Nioro du Sahel",
            "Georgia",
            "Paris",
            "Texas",
            "ECOWAS",
        ),
        *(
            "U.S.",
            "US",
            "EU",
            "Malian",
            "N'Djamena",
            "Côte d'Ivoire",
            "Washington, D.C.",
            "San José",
        ),
        *(
            "Мали",
            "Франции",
            "малийская",
            "مالي",
            "وباماكو",
            "للسنغال",
            "马里",
            "西非",
            "マリ",
            "मāली",
        ),
        *("New York Times", "Mr Kita", "Chad Smith", "Rapides Parish", "Red Sea", "MALI ARMY"),
    ]
)
GLUE = st.sampled_from(
    [
        " ",
        ", ",
        ". ",
        "\n\n",
        " in ",
        " and ",
        " - ",
        "'s ",
        " (",
        ") ",
        "\n",
        "\u2013 ",
        "",
        "\u200d",
        "\ufeff",
    ]
)
JUMBLES = st.lists(st.one_of(NAMES, GLUE, st.text(max_size=6)), max_size=30).map("".join)
TEXTS = st.one_of(st.text(max_size=200), JUMBLES)
LANGUAGES = st.sampled_from(["und", "en", "fr", "es", "pt", "ru", "ar", "zh", "xx"])


def locate(title: str, text: str, language: str = "en") -> Places:
    article = Article(id="a", title=title, text=text, fetched_at=DAY, language=language)
    return GEOPARSER.locate(article)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, text=TEXTS)
def test_the_same_article_gives_the_same_answer(title: str, text: str) -> None:
    first = locate(title, text)
    locate("Something else", "Paris and Lagos in between.")

    assert locate(title, text) == first


@settings(max_examples=150, deadline=None)
@given(text=JUMBLES)
def test_a_text_far_away_does_not_move_what_was_found(text: str) -> None:
    before = [span for place in locate("", text).places for span in place.spans]
    after = [
        span
        for place in locate("", f"{text}\n\nNothing of note followed.").places
        for span in place.spans
    ]

    assert set(before) <= set(after) or not before


@settings(max_examples=150, deadline=None)
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
