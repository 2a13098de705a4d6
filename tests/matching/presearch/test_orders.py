"""A flat rule is registered as its formula says."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.presearch.draws import draw_rule
from strategies import rules
from tocsin.matching.presearch import Frequencies
from tocsin.matching.presearch.kernel.flat import flat_order, near_order, plain_order
from tocsin.matching.presearch.kernel.orders import order_by_formula
from tocsin.rules import Level, RegionFilter, Rule, parse
from tocsin.rules.plain import plain, plain_near


FREQUENCIES = Frequencies()
PIECES = (
    "army",
    "police",
    "mali",
    '"red army"',
    '"the red army"',
    "attack*",
    "poli*",
    '"red att*"',
    "w?men",
)


def rule_of(query: str, regions: RegionFilter | None = None) -> Rule:
    return Rule("a-rule", "A rule", query, parse(query), regions)


def draw_flat(random: Random) -> Rule:
    def clause() -> str:
        return f"({' OR '.join(random.choices(PIECES, k=random.randint(1, 4)))})"

    some = [clause() for _ in range(random.randint(1, 4))]
    unwanted = [f"NOT {clause()}" for _ in range(random.randint(0, 2))]
    regions = RegionFilter(any=tuple(random.choices(("a:b", "a:c", "a:d"), k=random.randint(1, 3))))
    return rule_of(
        " AND ".join(["mali", *some, *unwanted]), regions if random.random() < 0.3 else None
    )


def check(rule: Rule) -> bool:
    found = flat_order(rule, FREQUENCIES)
    assert found is None or found == order_by_formula(rule, FREQUENCIES)
    clauses = plain(rule.query)
    if clauses is not None:
        assert plain_order(clauses, rule, FREQUENCIES) == found
    near = plain_near(rule.query)
    if near is not None:
        order = near_order(near, rule, FREQUENCIES)
        assert order is None or order == order_by_formula(rule, FREQUENCIES)
    return found is not None


@given(st.integers(0, 1 << 32))
def test_a_flat_rule_is_registered_as_its_formula_says(seed: int) -> None:
    check(draw_flat(Random(seed)))


@given(st.integers(0, 1 << 32))
def test_so_is_any_rule_of_the_presearchers_tests(seed: int) -> None:
    check(draw_rule(Random(seed)))


@given(rules())
def test_so_is_any_rule(rule: Rule) -> None:
    check(rule)


@pytest.mark.parametrize(
    "query",
    ["army", '"red army"', "attack*", "army AND (mali OR niger) NOT sport", "army AND army"],
)
def test_ordinary_rules_are_flat(query: str) -> None:
    assert check(rule_of(query))


@pytest.mark.parametrize(
    "query", ["army NEAR/3 mali", "title:army", "(army AND mali) OR niger", "NOT (army mali) niger"]
)
def test_others_are_not(query: str) -> None:
    assert not check(rule_of(query))


def draw_near(random: Random) -> Rule:
    def side() -> str:
        some = random.choices(PIECES, k=random.randint(1, 4))
        return some[0] if len(some) == 1 else f"({' OR '.join(some)})"

    distance = random.choice(("", "/1", "/50"))
    return rule_of(f"{side()} NEAR{distance} {side()}")


@given(st.integers(0, 1 << 32))
def test_a_near_is_registered_as_its_formula_says(seed: int) -> None:
    check(draw_near(Random(seed)))


@pytest.mark.parametrize(
    "query", ["army NEAR mali", '"red army" NEAR/9 (mali OR niger)', "army NEAR/1 army"]
)
def test_an_ordinary_near_needs_no_tree(query: str) -> None:
    rule = rule_of(query)
    near = plain_near(query)
    assert near is not None
    assert near_order(near, rule, FREQUENCIES) == order_by_formula(rule, FREQUENCIES)


@pytest.mark.parametrize(
    "regions",
    [
        RegionFilter(any=("a:b",), level=Level.ABOUT),
        RegionFilter(all=("a:b",)),
        RegionFilter(any=("a:b",), except_=("a:c",)),
        RegionFilter(any=("a:b",), explicit_only=True),
        RegionFilter(any=("a:b",), min_probability=0.9),
        RegionFilter(any=("a:b",), include_descendants=False),
        RegionFilter(),
    ],
)
def test_so_are_rules_with_regions(regions: RegionFilter) -> None:
    check(rule_of("army AND mali", regions))
