from typing import Any

import pytest

from tocsin.documents import RegionCondition, RuleDocument, compile_rule
from tocsin.errors import (
    AmbiguousRegionError,
    InvalidDocumentError,
    RuleSyntaxError,
    UnknownRegionError,
)
from tocsin.rules import Filter, InRegion, Level, RegionFilter, parse
from tocsin.rules.walk import walk


IDS = {"Sahel": "area:sahel", "Mali": "country:ML", "ML": "country:ML", "Kayes": "admin1:ML-1"}


class Regions:
    def resolve(self, name: str) -> str:
        if name == "Georgia":
            choices = (("country:GE", "a country"), ("admin1:US-GA", "in the United States"))
            raise AmbiguousRegionError(name, choices)
        if name not in IDS:
            raise UnknownRegionError(name, ("Sahel", "Saheli") if name == "Sahell" else ())
        return IDS[name]


def document(query: str = "", **fields: Any) -> RuleDocument:
    return RuleDocument.model_validate({"id": "a-rule", "name": "A rule", "query": query, **fields})


def test_names_of_regions_become_ids() -> None:
    rule = compile_rule(
        document(
            "army AND (region:Mali OR about:Kayes) sourcecountry:ML",
            regions={"any": ["Sahel"], "except": ["Mali"], "level": "about"},
        ),
        Regions(),
    )

    assert rule.expression is not None
    assert [
        node.region for node in walk(rule.expression) if isinstance(node, InRegion | Filter)
    ] == [
        *("country:ML", "admin1:ML-1", "country:ML"),
    ]
    assert rule.regions == RegionFilter(
        any=("area:sahel",), except_=("country:ML",), level=Level.ABOUT
    )


def test_regions_alone_are_a_rule() -> None:
    rule = compile_rule(document(regions=RegionCondition(all=("Mali",))), Regions())

    assert rule.expression is None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/query"),
        ({"query": "  "}, "/query"),
        ({"languages": ["fr"]}, "/query"),
        ({"regions": {}}, "/query"),
        ({"regions": {"except": ["Mali"]}}, "/query"),
        ({"query": "army", "languages": ["fr", "english"]}, "/languages/1"),
    ],
)
def test_a_rule_that_asks_for_nothing_or_for_no_language_is_refused(
    fields: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        compile_rule(document(**fields), Regions())

    assert caught.value.field == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"query": "army", "regions": {"any": ["Atlantis"]}},
        {"query": "army", "regions": {"any": ["Mali"], "except": ["Atlantis"]}},
    ],
)
def test_an_unknown_region_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UnknownRegionError):
        compile_rule(document(**fields), Regions())


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("army AND region:Atlantis", "no region is called 'Atlantis' at column 10"),
        ("army sourcecountry:Atlantis", "no region is called 'Atlantis' at column 6"),
        (
            "army sourcecountry:Sahel",
            "'Sahel' is no country at column 6: a source is at home in one",
        ),
        (
            "army region:Sahell",
            "no region is called 'Sahell' at column 6: similar are Sahel, Saheli",
        ),
        (
            "army about:Georgia",
            (
                "'Georgia' may be any of several regions at column 6: "
                "write the id, country:GE (a country); admin1:US-GA (in the United States)"
            ),
        ),
    ],
)
def test_a_region_of_a_query_is_refused_where_it_stands(query: str, problem: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        compile_rule(document(query), Regions())

    assert str(caught.value) == problem


def test_a_syntax_error_keeps_its_column() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        compile_rule(document("  army AND"), Regions())

    assert caught.value.column == 11


def test_a_list_stands_for_its_alternatives() -> None:
    rule = compile_rule(document("@groups"), Regions(), {"groups": parse("JNIM OR GSIM")})

    assert rule.expression is not None
    assert [getattr(node, "text", "") for node in walk(rule.expression)][2:] == ["JNIM", "GSIM"]


def test_an_unknown_list_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        compile_rule(document("army @grops"), Regions(), {"groups": parse("JNIM OR GSIM")})

    assert caught.value.column == 6
    assert caught.value.fix == "army @groups"
