import pytest
from hypothesis import given

from strategies import expressions, rules
from tocsin.rules import Expression, RegionFilter, Rule, lint, parse, to_text
from tocsin.rules.likelihood import likelihood


def rule_of(query: str, **beside: object) -> Rule:
    return Rule(id="a-rule", name="A rule", query=query, expression=parse(query), **beside)  # type: ignore[arg-type]  # a test may set any field


def problems(rule: Rule) -> list[tuple[str, str, str | None]]:
    """Return, for each hint, what of the query it is about, its problem, and its fix."""
    names = {"country:ML": "Mali", "area:sahel": "Sahel"}
    return [
        (rule.query[hint.start : hint.end], hint.problem, hint.fix)
        for hint in lint(rule, names.__getitem__)
    ]


@pytest.mark.parametrize(
    "query",
    [
        "JNIM",
        "(JNIM OR GSIM) AND attack* NEAR/12 (army OR soldiers) NOT title:football",
        '"armed group" AND Mali',
        "case:WHO AND measles",
        "source:rfi.fr",
        "region:Mali",
        "lang:fr AND JNIM",
        "government AND JNIM",
    ],
)
def test_a_good_rule_gets_no_hint(query: str) -> None:
    assert problems(rule_of(query)) == []


@pytest.mark.parametrize(
    ("query", "about", "problem", "fix"),
    [
        ("armed group", "armed group", "did you mean the phrase", '"armed group"'),
        (
            "JNIM AND armed group",
            "armed group",
            "did you mean the phrase",
            'JNIM AND "armed group"',
        ),
        ("Mali and Niger", "and", "word or operator?", "Mali AND Niger"),
        ("Mali or Niger", "or", "word or operator?", "Mali OR Niger"),
        ("Mali not Niger", "not", "word or operator?", "Mali NOT Niger"),
        ("army near Mali", "near", "word or operator?", "army NEAR Mali"),
        ("army same Mali", "same", "is read as PARAGRAPH", 'army "same" Mali'),
        ("the AND JNIM", "the", "in nearly every article", None),
        ("WHO AND measles", "WHO", "for capitals only write case:WHO", "case:WHO AND measles"),
        ("JNIM OR jnim", "jnim", "needless beside 'JNIM'", None),
        ("attack* OR attacker", "attacker", "needless beside 'attack*'", None),
        ("attack* AND attacker", "attack*", "needless beside 'attacker'", None),
        ("int* AND JNIM", "int*", "hundreds or thousands of words", None),
        ("inter* AND JNIM", "inter*", "hundreds or thousands of words", None),
        ("region:Burkina Faso", "region:Burkina Faso", "goes in quotes", 'region:"Burkina Faso"'),
    ],
)
def test_what_was_probably_not_meant(query: str, about: str, problem: str, fix: str | None) -> None:
    hints = [hint for hint in problems(rule_of(query)) if problem in hint[1]]

    assert [(hint[0], hint[2]) for hint in hints] == [(about, fix)]


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("army NOT army", "army"),
        ("army NOT arm*", "army"),
        ("title:army NOT title:army", "title:army"),
        ("region:Mali NOT region:Mali", "region:Mali"),
        ("army AND lang:fr AND lang:en", "lang:en"),
        ("army AND source:rfi.fr AND source:bbc.com", "source:bbc.com"),
        ('first2("the armed group")', 'first2("the armed group")'),
    ],
)
def test_what_can_never_be_true(query: str, about: str) -> None:
    hints = [hint for hint in problems(rule_of(query)) if hint[1].startswith("never true")]

    assert [hint[0] for hint in hints] == [about]


@pytest.mark.parametrize("query", ["lang:pt AND lang:pt-BR", "source:rfi.fr AND source:en.rfi.fr"])
def test_filters_that_agree_are_not_never_true(query: str) -> None:
    assert not [hint for hint in problems(rule_of(query)) if hint[1].startswith("never true")]


def test_a_language_that_is_not_let_through_is_never_true() -> None:
    hints = problems(rule_of("army AND lang:en", languages=("fr",)))

    assert [hint[:2] for hint in hints] == [("lang:en", "never true: only fr is let through")]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("government", "because of 'government'"),
        ("JNIM OR government", "because of 'government'"),
        ("lang:fr", "every article"),
    ],
)
def test_a_rule_that_fires_all_the_time_is_named(query: str, reason: str) -> None:
    (hint,) = problems(rule_of(query))

    assert "would fire on" in hint[1]
    assert reason in hint[1]


def test_a_common_word_is_fine_within_a_region() -> None:
    assert problems(rule_of("government", regions=RegionFilter(any=("area:sahel",)))) == []


def test_a_region_named_both_in_the_query_and_beside_it_is_named() -> None:
    beside = RegionFilter(any=("country:ML",))

    as_word = problems(rule_of("JNIM AND Mali", regions=beside))
    excluded = problems(rule_of("JNIM NOT Mali", regions=beside))

    assert [hint[0] for hint in as_word] == ["Mali"]
    assert "only name places in it are left out" in as_word[0][1]
    assert excluded == []


@given(expressions())
def test_every_hint_is_about_a_part_of_the_query(expression: Expression) -> None:
    rule = rule_of(to_text(expression))

    for hint in lint(rule):
        assert 0 <= hint.start < hint.end <= len(rule.query)
        if hint.fix is not None:
            parse(hint.fix)


@given(rules())
def test_a_likelihood_is_a_share(rule: Rule) -> None:
    if rule.expression is not None:
        assert 0 <= likelihood(rule.expression) <= 1
