"""Completing what somebody types: what is most likely meant comes first."""

import pytest

from tocsin.regions.entities import OwnPlace
from tocsin.regions.gazetteer import Gazetteer


def first(gazetteer: Gazetteer, typed: str, count: int = 1) -> list[str]:
    return [region.id for region in gazetteer.search(typed, count)]


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("kay", "admin1:ML-1"),
        ("KAYES", "admin1:ML-1"),
        ("kayes r", "admin1:ML-1"),
        ("mal", "country:ML"),
        ("mali", "country:ML"),
        ("sandare", "place:x:sandare-ml"),
        ("Sandar\u00e9", "place:x:sandare-ml"),
        ("cote d", "country:CI"),
        ("c\u00f4te d'i", "country:CI"),
        ("us", "country:US"),
        ("uk", "country:GB"),
        ("fr", "country:FR"),
        ("ecowas", "area:ecowas"),
        ("sahe", "area:sahel"),
        ("west africa", "m49:011"),
        ("lond", "place:2643743"),
        ("paris", "place:2988507"),
        # in other languages and scripts
        ("allem", "country:DE"),
        ("deutsch", "country:DE"),
        ("\u043c\u0430\u043b", "country:ML"),
        ("\u041c\u0430\u043b\u0438", "country:ML"),
        ("\u9a6c\u91cc", "country:ML"),
        ("\u0645\u0627\u0644\u064a", "country:ML"),
        ("\u897f\u975e", "m49:011"),
    ],
)
def test_the_best_known_of_the_names_that_fit_best_comes_first(
    gazetteer: Gazetteer, typed: str, region: str
) -> None:
    assert first(gazetteer, typed) == [region]


def test_the_town_follows_its_division_and_namesakes_the_larger(gazetteer: Gazetteer) -> None:
    assert first(gazetteer, "kayes", 3) == ["admin1:ML-1", "place:2455518", "place:2259383"]


def test_a_seldom_name_of_a_large_city_comes_after_those_that_are_called_so(
    gazetteer: Gazetteer,
) -> None:
    cairo = "place:360630"

    assert cairo not in first(gazetteer, "kay", 10)
    assert cairo in first(gazetteer, "cair", 3)


def test_nothing_comes_twice_and_no_more_than_asked_for(gazetteer: Gazetteer) -> None:
    for typed in ("san", "ma", "a", "\u043c\u0430", "new york"):
        found = first(gazetteer, typed, 10)
        assert len(found) == len(set(found)) <= 10


@pytest.mark.parametrize("typed", ["", " ", "'", "zzzzq", "\ud83d\ude00"])
def test_what_no_name_begins_with_finds_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert gazetteer.search(typed) == ()


def test_ones_own_regions_are_completed_too(gazetteer: Gazetteer) -> None:
    own = OwnPlace("place:c:zebra", ("Zeb Camp",), "country:ML")
    known = gazetteer.with_own([own])

    assert first(known, "zeb") == ["place:c:zebra"]
