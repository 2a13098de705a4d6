from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest

from tocsin.errors import NotFoundError
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import Places


def test_mali_has_its_places_and_its_eleven_divisions(gazetteer: Gazetteer) -> None:
    divisions = [r for r in gazetteer.children("country:ML") if r.startswith("admin1:")]
    places = {
        place
        for division in divisions
        for place in gazetteer.children(division)
        if place.startswith("place:")
    }

    assert len(divisions) == 11
    assert len(places) >= 110


def test_every_country_has_a_name_a_point_and_a_part_of_the_world(gazetteer: Gazetteer) -> None:
    countries = [head.id for _, head in gazetteer.entities.heads if head.kind == "country"]

    assert len(countries) == 250
    for country in countries:
        region = gazetteer.region(country)
        assert region.name
        assert gazetteer.resolve(country) == country
        if country not in {"country:AQ", "country:BV", "country:HM", "country:UM", "country:TF"}:
            assert region.latitude is not None
            assert any(a.startswith("m49:") for a in gazetteer.ancestors(country)), country


def test_a_region_tells_what_it_is(gazetteer: Gazetteer) -> None:
    kayes = gazetteer.region("place:2455518")

    assert (kayes.kind, kayes.name, kayes.country) == ("place", "Kayes", "country:ML")
    assert kayes.latitude == pytest.approx(14.45, abs=0.01)
    assert kayes.longitude == pytest.approx(-11.44, abs=0.01)
    assert kayes.population > 100_000
    assert "马里" in gazetteer.region("country:ML").names
    assert gazetteer.region("area:ecowas").kind == "bloc"
    assert gazetteer.region("admin2:gn:US.LA.079").name == "Rapides Parish"


def test_an_id_that_there_is_not_is_refused(gazetteer: Gazetteer) -> None:
    for unknown in ("country:ZZ", "place:1", "place:99999999999", "admin2:gn:nowhere", "", "Mali"):
        assert unknown not in gazetteer
        with pytest.raises(NotFoundError):
            gazetteer.region(unknown)


def test_ids_that_were_given_up_go_on_working(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("country:CS") == "country:RS"
    assert gazetteer.resolve("admin1:gn:ML.03") == "admin1:ML-1"
    assert gazetteer.name("admin1:gn:ML.03") == "Kayes Region"


def test_the_path_from_a_village_up_to_the_sahel_is_by_name(gazetteer: Gazetteer) -> None:
    on = date(2025, 7, 2)
    diboli = gazetteer.resolve("Diboli")

    assert gazetteer.path(diboli, "area:sahel", on) == ("Diboli", "Kayes Region", "Mali", "Sahel")
    assert gazetteer.path("place:2455518", "country:ML", on) == ("Kayes", "Kayes Region", "Mali")
    assert gazetteer.path(diboli, diboli, on) == ("Diboli",)
    assert gazetteer.path(diboli, "country:SN", on) == ()


def test_mali_burkina_faso_and_niger_left_ecowas_on_29_january_2025(gazetteer: Gazetteer) -> None:
    for country in ("country:ML", "country:BF", "country:NE"):
        assert "area:ecowas" in gazetteer.ancestors(country, date(2025, 1, 28))
        assert "area:ecowas" not in gazetteer.ancestors(country, date(2025, 1, 29))
    assert "area:ecowas" in gazetteer.ancestors("country:SN", date(2025, 7, 2))


def test_a_part_of_a_country_is_its_child_and_never_its_ancestor(gazetteer: Gazetteer) -> None:
    assert gazetteer.parents("area:darfur") == ("country:SD",)
    assert "area:darfur" not in gazetteer.ancestors("country:SD")
    assert "area:darfur" in gazetteer.ancestors("admin1:SD-DN")


def test_a_region_that_only_overlaps_holds_its_divisions_alone(gazetteer: Gazetteer) -> None:
    assert "area:kurdistan" not in gazetteer.ancestors("country:IQ")
    assert "area:kurdistan" in gazetteer.ancestors("admin1:IQ-AR")
    assert "area:kurdistan" in gazetteer.overlapping("country:IQ")


def test_disputed_territories_lie_in_both_countries(gazetteer: Gazetteer) -> None:
    assert set(gazetteer.parents("area:crimea")) == {"country:UA", "country:RU"}


def test_nothing_lies_in_itself(gazetteer: Gazetteer) -> None:
    for _, head in gazetteer.entities.heads:
        assert head.id not in gazetteer.hierarchy.ancestors(head.id), head.id


def test_children_and_parents_agree(gazetteer: Gazetteer) -> None:
    for child in gazetteer.children("admin1:ML-1"):
        assert "admin1:ML-1" in gazetteer.parents(child)
    for child in gazetteer.children("area:sahel"):
        assert "area:sahel" in gazetteer.parents(child)


def test_the_places_of_a_division_come_the_largest_first(gazetteer: Gazetteer) -> None:
    children = gazetteer.children("admin1:FR-IDF")
    sizes = [gazetteer.region(child).population for child in children if child[6:].isdigit()]

    assert sizes[0] > 2_000_000
    assert all(larger >= smaller for larger, smaller in pairwise(sizes))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("mal", "Mali"),
        ("Bam", "Bamako"),
        ("cote d", "Côte d'Ivoire"),
        ("SAN", "San Marino"),
        ("são p", "São Paulo"),
        ("sao p", "São Paulo"),
        ("dibol", "Diboli"),
        ("kayes r", "Kayes Region"),
        ("тим", "Timbuktu"),
        ("西", "Western Africa"),
        ("ma", "Mali"),
    ],
)
def test_what_somebody_begins_to_type_is_completed(
    gazetteer: Gazetteer, prefix: str, expected: str
) -> None:
    assert expected in [region.name for region in gazetteer.search(prefix, 20)]


@pytest.mark.parametrize("prefix", ["", " ", "...", "qqqqq", "\x00"])
def test_nothing_begins_with_nothing(gazetteer: Gazetteer, prefix: str) -> None:
    assert gazetteer.search(prefix) == ()


def test_search_offers_no_more_than_it_is_asked_for(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.search("san", 5)) == 5


@pytest.mark.parametrize(
    ("division", "town"), [("admin1:ML-7", "place:2457163"), ("admin1:CN-JS", "place:1799962")]
)
def test_a_division_stands_among_its_towns_though_one_is_filed_far_away(
    gazetteer: Gazetteer, division: str, town: str
) -> None:
    here, there = gazetteer.region(division), gazetteer.region(town)

    assert here.latitude == pytest.approx(there.latitude, abs=2)
    assert here.longitude == pytest.approx(there.longitude, abs=2)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("Texans", "admin1:US-TX"),
        ("Nova Scotians", "admin1:CA-NS"),
        ("Faroese", "country:FO"),
        ("Queenslander", "admin1:AU-QLD"),
        ("Calabrians", "admin1:IT-78"),
        ("Gazans", "area:gaza"),
    ],
)
def test_people_of_states_and_territories_are_known(
    locate: Callable[..., Places], name: str, region: str
) -> None:
    assert locate(f"Two {name} were among the wounded.").regions[region].probability > 0.5
