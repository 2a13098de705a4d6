"""A region of one's own: what is taken, and what is refused, by its field."""

from typing import Any

import pytest
from pydantic import ValidationError

from tocsin.adapters.gazetteer.load import load
from tocsin.documents import (
    RegionCondition,
    RegionDocument,
    RuleDocument,
    checked_region,
    own_place,
    rules_that_name,
)
from tocsin.errors import InvalidDocumentError


WORLD = load()


def region(**fields: Any) -> RegionDocument:
    given = {"id": "zebra", "names": ["Camp Zebra"], "parent": "country:ML", **fields}
    return RegionDocument.model_validate(given)


def test_an_id_is_ours_whether_or_not_it_is_written_whole() -> None:
    assert region(id="zebra").id == region(id="place:c:zebra").id == "place:c:zebra"


@pytest.mark.parametrize("taken", ["country:ML", "place:2455518", "place:x:diboli-ml", "area:x"])
def test_no_id_can_stand_for_a_region_of_the_gazetteers(taken: str) -> None:
    with pytest.raises(ValidationError, match="would be a region of the gazetteer's") as error:
        region(id=taken)

    assert error.value.errors()[0]["loc"] == ("id",)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"id": "Zébra"}, ("id",)),
        ({"id": "place:c:"}, ("id",)),
        ({"id": 7}, ("id",)),
        ({"names": []}, ("names",)),
        ({"names": ["a\nb"]}, ("names", 0)),
        ({"names": ["Camp Zebra", ""]}, ("names", 1)),
        ({"parent": ""}, ("parent",)),
        ({"latitude": 91, "longitude": 0}, ("latitude",)),
        ({"latitude": 0, "longitude": float("nan")}, ("longitude",)),
        ({"point": "1,2"}, ("point",)),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], where: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as error:
        region(**fields)

    assert error.value.errors()[0]["loc"] == where


def test_half_a_point_is_refused() -> None:
    with pytest.raises(ValidationError, match="longitude is missing"):
        region(latitude=14.5)


def test_the_parent_is_kept_by_its_id() -> None:
    assert checked_region(region(parent="Kayes Region"), WORLD).parent == "admin1:ML-1"


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"parent": "Nowhereland"}, "/parent", "no region is called 'Nowhereland'"),
        ({"parent": "Georgia"}, "/parent", "'Georgia' may be any of"),
        ({"names": ["Camp Zebra", "Mali"]}, "/names/1", "is the name of country:ML"),
        ({"names": ["Sahel"]}, "/names/0", "is the name of area:sahel"),
        ({"names": ["ab"]}, "/names/0", "is too short"),
        ({"names": ["…"]}, "/names/0", "is too short"),
        ({"names": ["one two three four five six seven eight"]}, "/names/0", "has 8 words"),
        ({"names": ["The"]}, "/names/0", "is an everyday word"),
    ],
)
def test_what_the_gazetteer_cannot_use_is_refused(
    fields: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(InvalidDocumentError, match=said) as error:
        checked_region(region(**fields), WORLD)

    assert error.value.field == field


def test_a_region_of_ones_own_lies_in_none_of_ones_own() -> None:
    known = WORLD.with_own([own_place(region(), WORLD)])

    with pytest.raises(InvalidDocumentError, match="is no region of the gazetteer's"):
        checked_region(region(id="inner", names=["Camp Alpha"], parent="Camp Zebra"), known)


def test_a_name_never_takes_a_rule_from_a_region_of_the_gazetteers() -> None:
    known = WORLD.with_own([own_place(region(names=["Diboli", "Molodo"]), WORLD)])

    assert known.resolve("Diboli") == WORLD.resolve("Diboli")
    assert known.resolve("Molodo") == WORLD.resolve("Molodo")


def test_the_rules_that_name_a_region_are_found_however_they_name_it() -> None:
    known = WORLD.with_own([own_place(region(), WORLD)])
    excepted = RegionCondition.model_validate({"except": ["Camp Zebra"]})
    rules = [
        RuleDocument(id="by-id", name="x", query='region:"place:c:zebra"'),
        RuleDocument(id="by-name", name="x", query='attack AND region:"camp zébra"'),
        RuleDocument(id="in-list", name="x", regions=excepted),
        RuleDocument(id="word", name="x", query='"Camp Zebra"'),
        RuleDocument(id="unreadable", name="x", query="(region:Mali"),
    ]

    assert rules_that_name(region(), rules, known) == ("by-id", "by-name", "in-list")
