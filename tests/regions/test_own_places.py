from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tocsin.article import Article
from tocsin.regions.entities import OwnPlace
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


HAMDALLAYE = OwnPlace(
    id="place:c:6f1d",
    names=("Camp Zebra", "Zebra Point"),
    parent="admin1:ML-1",
    latitude=14.5,
    longitude=-11.0,
)


@pytest.fixture(scope="module")
def known(gazetteer: Gazetteer) -> Gazetteer:
    return gazetteer.with_own([HAMDALLAYE])


def test_a_place_of_ones_own_has_a_name_a_point_and_regions_around_it(known: Gazetteer) -> None:
    assert known.resolve("zebra point") == "place:c:6f1d"
    assert known.name("place:c:6f1d") == "Camp Zebra"
    assert known.region("place:c:6f1d").country == "country:ML"
    assert known.path("place:c:6f1d", "area:sahel") == (
        "Camp Zebra",
        "Kayes Region",
        "Mali",
        "Sahel",
    )
    assert "place:c:6f1d" in known.children("admin1:ML-1")
    assert [region.id for region in known.search("camp zeb")] == ["place:c:6f1d"]


def test_it_is_found_in_an_article_and_speaks_for_its_country(known: Gazetteer) -> None:
    article = Article(
        id="a",
        title="",
        text="Shots were heard at Camp Zebra.",
        fetched_at=datetime(2025, 7, 2, tzinfo=UTC),
    )

    places = Geoparser(known).locate(article)

    assert places.regions["place:c:6f1d"].probability > 0.5
    assert places.regions["country:ML"].probability > 0.5


def test_others_do_not_know_it(gazetteer: Gazetteer, locate: Callable[..., Places]) -> None:
    assert "place:c:6f1d" not in gazetteer
    assert locate("Shots were heard at Camp Zebra.").regions.get("country:ML") is None
