"""The article that the project began with; the demo carries one of the same facts."""

from datetime import UTC, datetime

import pytest

from tocsin.article import Article
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


TOWNS = {
    "Diboli": "place:x:diboli-ml",
    "Kayes": "place:2455518",
    "Sandaré": "place:x:sandare-ml",
    "Gogui": "place:x:gogui-ml",
    "Nioro du Sahel": "place:2452651",
    "Molodo": "place:2453383",
    "Niono": "place:2452655",
}
TITLE = "Army Repels Attacks on Seven Towns, Says 80 Militants Killed in Mali"
TEXT = """Bamako, Mali \u2013 The armed forces of Mali say they killed 80 fighters after attacks on several posts in \
the country's centre and west.

The Malian army said on Monday that its troops had fought in seven towns at once, among them Diboli, across the \
river from Senegal, as well as Kayes, Sandaré, Gogui, Nioro du Sahel, Molodo, and Niono.

Since it broke with France, the government has turned to Russian instructors. Colonel Souleymane Dembélé spoke of \
heavy losses; analysts fear that the war spreads through the Sahel.

ECOWAS and Senegalese officials had not commented. More news from West Africa follows."""


@pytest.fixture(scope="module")
def places(geoparser: Geoparser) -> Places:
    return geoparser.locate(
        Article(id="seed", title=TITLE, text=TEXT, fetched_at=datetime(2025, 7, 2, tzinfo=UTC))
    )


def test_each_of_the_seven_towns_is_found_and_is_the_right_one(places: Places) -> None:
    found = {
        TEXT[span.start : span.end]: place.region
        for place in places.places
        for span in place.spans
        if span.field == "text" and place.probability > 0.5
    }

    assert {town: found.get(town) for town in TOWNS} == TOWNS


def test_the_article_is_about_mali_and_mentions_its_neighbour_and_partners(places: Places) -> None:
    levels = {region: hit.level for region, hit in places.regions.items() if hit.probability > 0.5}

    assert places.primary_country == "country:ML"
    assert levels["country:ML"] == "about"
    assert levels["country:SN"] == levels["country:FR"] == levels["country:RU"] == "mention"


def test_no_other_country_is_likely(places: Places) -> None:
    likely = {
        r for r, hit in places.regions.items() if r.startswith("country:") and hit.probability > 0.5
    }

    assert likely == {"country:ML", "country:SN", "country:FR", "country:RU"}


@pytest.mark.parametrize("region", ["area:sahel", "m49:011", "m49:002", "area:aes", "admin1:ML-1"])
def test_the_regions_around_are_there_through_the_hierarchy(places: Places, region: str) -> None:
    assert places.regions[region].level == "about"
    assert any(place.region in TOWNS.values() for place in places.regions[region].places)


def test_mali_no_longer_speaks_for_ecowas_which_is_named_itself(
    places: Places, gazetteer: Gazetteer
) -> None:
    hit = places.regions["area:ecowas"]

    assert hit.explicit
    assert hit.level == "mention"
    assert "country:ML" not in {place.region for place in hit.places}
    assert gazetteer.path("place:x:diboli-ml", "area:sahel") == (
        "Diboli",
        "Kayes Region",
        "Mali",
        "Sahel",
    )
