from datetime import date

import pytest

from tocsin.regions.hierarchy import Edge, Hierarchy


WAR = date(2014, 3, 18)
LEFT = date(2025, 1, 29)


@pytest.fixture
def hierarchy() -> Hierarchy:
    return Hierarchy(
        [
            Edge("place:kayes", "admin1:ML-1"),
            Edge("admin1:ML-1", "country:ML"),
            Edge("country:ML", "area:sahel"),
            Edge("country:ML", "area:ecowas", until=LEFT),
            Edge("country:SN", "area:ecowas"),
            Edge("country:SN", "area:sahel", "overlaps"),
            Edge("area:crimea", "country:UA"),
            Edge("area:crimea", "country:RU", since=WAR),
        ]
    )


def test_ancestors_come_the_nearest_first(hierarchy: Hierarchy) -> None:
    assert hierarchy.ancestors("place:kayes", date(2025, 7, 2)) == (
        "admin1:ML-1",
        "country:ML",
        "area:sahel",
    )


def test_a_membership_ends_on_the_day_it_is_left(hierarchy: Hierarchy) -> None:
    assert "area:ecowas" in hierarchy.ancestors("country:ML", date(2025, 1, 28))
    assert "area:ecowas" not in hierarchy.ancestors("country:ML", LEFT)


def test_without_a_date_the_latest_state_is_meant(hierarchy: Hierarchy) -> None:
    assert hierarchy.parents("country:ML") == ("area:sahel",)
    assert hierarchy.children("area:ecowas") == ("country:SN",)


def test_what_only_overlaps_is_no_evidence(hierarchy: Hierarchy) -> None:
    assert "area:sahel" not in hierarchy.ancestors("country:SN")
    assert hierarchy.overlapping("country:SN") == ("area:sahel",)
    assert hierarchy.overlapping("area:sahel") == ("country:SN",)


def test_a_disputed_territory_has_several_parents_from_a_day_on(hierarchy: Hierarchy) -> None:
    assert hierarchy.parents("area:crimea", date(2013, 1, 1)) == ("country:UA",)
    assert hierarchy.parents("area:crimea", date(2020, 1, 1)) == ("country:UA", "country:RU")


def test_a_path_is_the_shortest_way_up_and_empty_where_there_is_none(hierarchy: Hierarchy) -> None:
    assert hierarchy.path("place:kayes", "area:sahel") == (
        "place:kayes",
        "admin1:ML-1",
        "country:ML",
        "area:sahel",
    )
    assert hierarchy.path("place:kayes", "area:ecowas", LEFT) == ()
    assert hierarchy.path("country:ML", "country:ML") == ("country:ML",)


def test_a_circle_does_not_go_on_for_ever() -> None:
    circle = Hierarchy([Edge("a", "b"), Edge("b", "c"), Edge("c", "a")])

    assert circle.ancestors("a") == ("b", "c")
