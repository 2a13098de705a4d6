"""A rule comes out of its record as it went in."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.presearch.draws import draw_rule
from strategies import expressions
from tocsin.errors import RuleSyntaxError
from tocsin.matching.expression_json import expression_of, json_of
from tocsin.matching.reading import Reading, reading_of
from tocsin.matching.records import SharedLists, id_in, reading_in, record_of, rule_in
from tocsin.rules import Expression, InRegion, ListReference, Rule, parse, resolve, to_text
from tocsin.rules.lists import alternatives
from tocsin.rules.walk import walk


class Names:
    def resolve(self, name: str) -> str:
        return f"country:{name}"


def same(one: Rule, other: Rule) -> bool:
    """Compare what names stand for, too, which the rules' own comparison leaves out."""
    return one == other and repr(one) == repr(other)


@given(seed=st.integers(0, 1 << 32))
def test_a_rule_without_a_query_keeps_its_tree(seed: int) -> None:
    rule = draw_rule(Random(seed))
    lists = SharedLists()

    assert same(rule_in(record_of(rule, lists), lists), rule)


def resolved(query: str, *names: str) -> Rule:
    lists = {"names": alternatives(names)} if names else {}
    expression = resolve(parse(query), query, Names(), lists)
    return Rule(id="a-rule", name="A “rule”", query=query, expression=expression, version=7)


def test_what_names_stand_for_is_kept() -> None:
    rule = resolved("region:ML AND @names AND sourcecountry:FR AND about:BF", "JNIM", "case:GSIM")
    lists = SharedLists()

    found = rule_in(record_of(rule, lists), lists)

    assert same(found, rule)
    assert found.expression is not None
    regions = [node.region for node in walk(found.expression) if isinstance(node, InRegion)]
    assert regions == ["country:ML", "country:BF"]


def test_a_list_is_kept_once_for_all_rules() -> None:
    lists = SharedLists()
    one, other = resolved("@names", "a1", "b1"), resolved("@names AND army", "a1", "b1")

    records = [record_of(one, lists), record_of(other, lists)]

    assert len(lists.texts) == 1
    found = [rule_in(record, lists).expression for record in records]
    assert found == [one.expression, other.expression]


def test_lists_that_differ_only_in_what_names_stand_for_are_two() -> None:
    region = InRegion("Mali", region="country:ML")
    lists = SharedLists()
    for meant in ("country:ML", "area:sahel"):
        reference = ListReference("places", alternatives=replace(region, region=meant))
        record_of(Rule(id="r", name="R", query="@places", expression=reference), lists)

    assert len(lists.texts) == 2


def test_an_id_is_read_without_the_rest() -> None:
    lists = SharedLists()
    rule = Rule(id="ménage-á-trois", name="R", query="army", expression=parse("army"))

    assert id_in(record_of(rule, lists)) == "ménage-á-trois"


def test_a_plain_rule_takes_little_more_than_its_text() -> None:
    rule = Rule(id="r123456", name="Macron", query='"Emmanuel Macron"', expression=parse("x1"))

    assert len(record_of(rule, SharedLists())) < len("r123456Macron'Emmanuel Macron'") + 24


@given(seed=st.integers(0, 1 << 32))
def test_an_expression_comes_out_of_json_as_it_went_in(seed: int) -> None:
    expression = draw_rule(Random(seed)).expression

    if expression is not None:
        assert repr(expression_of(json_of(expression))) == repr(expression)


def told(reading: Reading) -> tuple[object, ...]:
    return reading.label, reading.regions, reading.leaves


@given(seed=st.integers(0, 1 << 32))
def test_what_a_match_tells_comes_out_of_the_record_too(seed: int) -> None:
    rule = draw_rule(Random(seed))
    lists = SharedLists()

    assert told(reading_in(record_of(rule, lists), lists)) == told(reading_of(rule))


@given(expressions())
def test_and_so_it_does_of_rules_with_a_query(expression: Expression) -> None:
    query = to_text(expression)
    try:
        rule = Rule("a", "A rule", query, parse(query))
    except RuleSyntaxError:
        return  # what is vague cannot be asked for
    lists = SharedLists()

    assert told(reading_in(record_of(rule, lists), lists)) == told(reading_of(rule))


@pytest.mark.parametrize(
    "query",
    [
        "army",
        '"red army" AND (attack* OR “São Paulo”) NOT rain',
        "army NEAR/3 (mali OR niger)",
        "army SENTENCE mali",
        '"red army"~3',
        "الجيش AND 軍隊",
        "title:army",
        "l'armée AND U.S.",
        " OR ".join(f"army{n}x" for n in range(300)),
    ],
)
def test_as_with_these(query: str) -> None:
    rule = Rule("a", "A rule", query, parse(query))
    lists = SharedLists()

    assert told(reading_in(record_of(rule, lists), lists)) == told(reading_of(rule))
