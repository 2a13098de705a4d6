"""What a match says is what the explanation says."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.presearch.draws import draw_rule, draw_view
from rig.examples import examples
from strategies import articles, places, rules
from tocsin.article import Article
from tocsin.matching import Engine, Evidence, Hit, explain
from tocsin.matching.presearch import Kernel, presearcher
from tocsin.matching.reading import reading_of
from tocsin.matching.view import ArticleView
from tocsin.regions.places import Places
from tocsin.rules import Rule, parse


ArticleOf = Callable[..., Article]
PIECES = (
    *(
        "arm*",
        "3.5",
        '"al-Qaed*"',
        '"red arm*"',
        "straße",
        "l'armée",
        "Größe",
        '"the red army"',
        '"Mali, an"',
    ),
    *("army", "mali", "attack*", '"red army"', '"in mali"', '"army in mal*"', "w?men", "niger"),
    *("army NEAR/3 mali", "(army OR police) SENTENCE mali", '(army OR "red army") NEAR/5 niger'),
    *("(army NEAR/4 mali) NEAR/9 police", "title:army", "Army^3", "atleast2 army"),
)
TEXTS = (
    "The red army in Mali.",
    "Women of Niger.",
    "Attacks by police in Mali, an army said.",
    "Army",
    "The “Red-Army”: 3.5 of 1,000; al-Qaeda-linked, an armylike.",
    "L’armée du Mali, à Niger",
    "Größe der Armee, ein Größenwahn; straße Strasse",
)


def told(evidence: Iterable[Evidence]) -> list[tuple[str, int, Sequence[Hit]]]:
    return [(each.text, each.count, each.hits) for each in evidence]


def check(many: Sequence[Rule], view: ArticleView) -> None:
    """Compare each match with the explanation of its rule, with compiled code and without."""
    check_with("numba", many, view)
    check_with("python", many, view)


def check_with(kernel: Kernel, many: Sequence[Rule], view: ArticleView) -> None:
    engine = Engine(presearcher(kernel))
    for rule in many:
        engine.put(rule)
    for match in engine.match(view.article, view.places):
        explanation = explain(match.rule, ArticleView(view.article, view.places))
        assert explanation.matched
        assert told(match.evidence) == told(explanation.evidence())
        assert tuple(match.regions) == explanation.regions()
        assert tuple(match.snippets) == explanation.snippets


def draw_query(random: Random) -> str:
    def clause() -> str:
        some = random.choices(PIECES, k=random.choice((1, 1, 2, 3)))
        return f"({' OR '.join(f'({each})' for each in some)})"

    wanted = [clause() for _ in range(random.randint(1, 3))]
    unwanted = ["NOT rain"] * random.randint(0, 1)
    return " AND ".join(wanted + unwanted)


@settings(max_examples=examples(0.25))
@given(st.integers(0, 1 << 32))
def test_ordinary_rules(seed: int) -> None:
    random = Random(seed)
    many = [Rule(f"r{n}", "", query := draw_query(random), parse(query)) for n in range(12)]
    paragraphs = random.choices(TEXTS, k=random.randint(1, 6))
    text = "".join(each + random.choice((" ", "\n", "\n\n")) for each in paragraphs)
    article = draw_view(random).article
    view = ArticleView(Article("a", random.choice(TEXTS), text, article.fetched_at), Places())

    check(many, view)


@settings(max_examples=examples(0.25))
@given(st.integers(0, 1 << 32))
def test_rules_of_the_presearchers_tests(seed: int) -> None:
    random = Random(seed)
    many = [draw_rule(random, number) for number in range(20)]

    check(many, draw_view(random))


@given(st.lists(rules(), max_size=8), articles(), places())
def test_any_rules(many: list[Rule], article: Article, located: Places) -> None:
    check(many, ArticleView(article, located))


@pytest.mark.parametrize(
    ("query", "is_simple"),
    [
        ("army", True),
        ('"red army" AND (mali OR attack*) NOT (rain OR snow)', True),
        ("army NEAR/3 (mali OR niger)", True),
        ("army OR (mali AND niger)", False),
        ("army NEAR/3 case:US", False),
        ("title:army", False),
        ("army^2", False),
        ("army AND lang:fr", False),
    ],
)
def test_most_rules_are_told_of_without_their_explanation(query: str, is_simple: bool) -> None:  # noqa: FBT001 -- a column of the table
    reading = reading_of(Rule("a", "", query, parse(query)))

    assert (reading.leaves is not None) is is_simple


@pytest.mark.parametrize("kernel", ["numba", "python"])
def test_a_match_of_a_rule_that_is_gone_is_told_all_the_same(
    kernel: Kernel, article_of: ArticleOf
) -> None:
    engine = Engine(presearcher(kernel))
    engine.put(Rule("a", "A rule", "army", parse("army")))
    (match,) = engine.match(article_of("An army."), Places())

    engine.remove("a")

    assert told(match.evidence) == [("army", 1, (Hit("text", 3, 7, "army"),))]
    assert match.label == ("a", "A rule", 0, "army")


@pytest.mark.parametrize("kernel", ["numba", "python"])
def test_an_id_may_hold_any_sign(kernel: Kernel, article_of: ArticleOf) -> None:
    engine = Engine(presearcher(kernel))
    for rule_id in ("b\0c", "ärger", "\ud800", "a"):
        engine.put(Rule(rule_id, "A\0rule", "army", parse("army")))

    found = engine.match(article_of("An army."), Places())

    assert found.rule_ids == ["a", "b\0c", "ärger", "\ud800"]
    assert [match.label.id for match in found] == found.rule_ids
    assert {match.label.name for match in found} == {"A\0rule"}
