"""What an article is read to say about where; each test is one habit of newspapers."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tocsin.regions.places import Places


Locate = Callable[..., Places]


def likely(places: Places) -> set[str]:
    return {region for region, hit in places.regions.items() if hit.probability > 0.5}


def countries(places: Places) -> set[str]:
    return {region[8:] for region in likely(places) if region.startswith("country:")}


def test_the_kayes_of_a_malian_article_is_in_mali_and_never_in_congo(locate: Locate) -> None:
    mali = locate("Fighters entered Kayes at dawn. The army of Mali sent troops from Bamako.")
    congo = locate("Fighters entered Kayes at dawn. Brazzaville sent troops from Pointe-Noire.")

    assert "place:2455518" in likely(mali)
    assert countries(mali) == {"ML"}
    assert "place:2259383" in likely(congo)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("A tornado struck Paris, Texas, on Sunday.", "admin1:US-TX"),
        ("A tornado struck Paris, Tex., on Sunday.", "admin1:US-TX"),
        ("Police in Cambridge, Mass., arrested a man.", "admin1:US-MA"),
        ("Kayes, a town in western Mali, was calm.", "admin1:ML-1"),
        ("He was born in London, Ontario.", "admin1:CA-ON"),
    ],
)
def test_a_name_lies_where_the_text_says_it_does(locate: Locate, text: str, region: str) -> None:
    places = locate(text)

    assert region in likely(places)
    assert len(countries(places)) == 1


def test_georgia_is_the_state_beside_atlanta_and_the_country_beside_tbilisi(locate: Locate) -> None:
    assert "admin1:US-GA" in likely(locate("Voters in Georgia lined up in Atlanta and Savannah."))
    assert "country:GE" in likely(locate("Voters in Georgia lined up in Tbilisi and Batumi."))


@pytest.mark.parametrize(
    "text",
    [
        "Chad Smith won the lottery.",
        "Jordan Henderson scored twice.",
        "Ms Georgia Meloni came second.",
        "India Knight wrote a column.",
        "Colonel Kita spoke. Later Kita left.",
        "Nice weather brought crowds to the beach.",
        "Reading books aloud helps children.",
        "The New York Times won a prize.",
        "The firm paid US$460 million.",
        "Manchester United beat Aston Villa.",
    ],
)
def test_people_words_and_firms_are_no_places(locate: Locate, text: str) -> None:
    assert countries(locate(text)) == set()


def test_a_demonym_speaks_for_its_country(locate: Locate) -> None:
    places = locate("Malian and Nigerien soldiers met Burkinabe officers.")

    assert countries(places) == {"ML", "NE", "BF"}
    assert places.regions["country:ML"].explicit


def test_a_bloc_that_is_named_is_there_without_its_members(locate: Locate) -> None:
    places = locate("ECOWAS has not commented.")

    assert places.regions["area:ecowas"].explicit
    assert countries(places) == set()


def test_memberships_are_those_of_the_day_of_the_article(locate: Locate) -> None:
    text = "Troops of Mali fought near Bamako."

    before = locate(text, published=datetime(2025, 1, 28, tzinfo=UTC))
    after = locate(text, published=datetime(2025, 1, 29, tzinfo=UTC))

    assert "area:ecowas" in before.regions
    assert "area:ecowas" not in after.regions
    assert not before.regions["area:ecowas"].explicit


def test_the_home_of_the_source_decides_where_the_text_does_not(locate: Locate) -> None:
    text = "The council of Richmond will repair the bridge in spring, the mayor said."

    at_home = locate(text, home="admin1:GB-ENG")
    elsewhere = locate(text, home="admin1:US-VA")

    assert at_home.primary_country == "country:GB"
    assert elsewhere.primary_country == "country:US"


@pytest.mark.parametrize("home", ["", "country:ZZ", "nonsense", "m49:011"])
def test_a_home_that_says_nothing_does_no_harm(locate: Locate, home: str) -> None:
    assert "country:ML" in likely(locate("Bamako was calm.", home=home))


def test_the_title_and_the_lead_say_what_an_article_is_about(locate: Locate) -> None:
    places = locate(
        "The army fought near Bamako.\n\n"
        + "Nothing else was said of it. " * 40
        + "It is like Peru.",
        title="Mali fights on",
    )

    assert places.regions["country:ML"].level == "about"
    assert places.regions["country:PE"].level == "mention"
    assert places.primary_country == "country:ML"


def test_a_town_is_about_only_where_its_country_is(locate: Locate) -> None:
    places = locate(
        "Mali, Mali and Mali again: Bamako, Kayes and Gao were calm. " * 3
        + "She once saw Lima in Peru.",
        title="Mali: the army of Mali holds Bamako",
    )

    assert places.regions["country:PE"].level == "mention"
    assert all(
        places.regions[hit].level == "mention"
        for hit in places.regions
        if hit in {"admin1:PE-LMA", "place:3936456"}
    )


def test_bylines_and_calls_to_subscribe_say_nothing(locate: Locate) -> None:
    places = locate(
        "By Our Man in Lima\n\nThe army of Mali held Bamako.\n\n"
        "Follow us for news from Peru.\n\nRead also: Elections in Japan\n\n"
        "Copyright 2025 Toronto Media. All rights reserved."
    )

    assert countries(places) == {"ML"}


def test_a_dateline_says_where(locate: Locate) -> None:
    places = locate("Djibo, Burkina Faso (AFP) \N{EN DASH} Fighters raided a camp on Monday.")

    assert "place:2361177" in likely(places)
    assert places.primary_country == "country:BF"


def test_a_headline_in_capitals_is_read_without_their_help(locate: Locate) -> None:
    places = locate("", title="MALI ARMY REPELS ATTACK, READING OF THE BILL DELAYED")

    assert countries(places) == {"ML"}


def test_spans_point_at_what_was_written_in_title_and_text(locate: Locate) -> None:
    title = "Mali: attack near Kayes"
    text = "The Malian army said Kayes was calm. It\N{RIGHT SINGLE QUOTATION MARK}s Mali\N{RIGHT SINGLE QUOTATION MARK}s gate."
    places = locate(text, title=title)

    written = {
        place.region: [
            {"title": title, "text": text}[s.field][s.start : s.end] for s in place.spans
        ]
        for place in places.places
    }
    assert written["country:ML"] == ["Mali", "Malian", "Mali"]
    assert written["place:2455518"] == ["Kayes", "Kayes"]


def test_a_region_shows_the_places_that_speak_for_it_the_surest_first(locate: Locate) -> None:
    places = locate("Bamako and Kayes in Mali were calm.")

    shown = places.regions["area:sahel"].places
    assert {place.name for place in shown} == {"Mali", "Bamako", "Kayes"}
    assert [p.probability for p in shown] == sorted((p.probability for p in shown), reverse=True)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "nothing of note here", "12345", "\ufffd"])
def test_an_article_without_a_place_has_none(locate: Locate, text: str) -> None:
    assert locate(text) == Places()


def test_seas_and_counties_are_regions_too(locate: Locate) -> None:
    places = locate("A ship sank in the Red Sea. Floods hit Rapides Parish, Louisiana.")

    assert "area:red-sea" in likely(places)
    assert "admin2:gn:US.LA.079" in likely(places)
    assert "admin1:US-LA" in likely(places)


@pytest.mark.parametrize(
    ("demonym", "country"), [("German", "DE"), ("Malian", "ML"), ("French", "FR"), ("Polish", "PL")]
)
def test_a_demonym_is_stronger_than_a_parish_called_so(
    locate: Locate, demonym: str, country: str
) -> None:
    assert countries(locate(f"The {demonym} army met its allies.")) == {country}
