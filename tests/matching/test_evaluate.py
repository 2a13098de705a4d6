"""What each element of the language means, by example, and against its definition."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import assert_never

import pytest
from hypothesis import given

from strategies import articles, positional
from tocsin.article import Article
from tocsin.matching import ArticleView
from tocsin.matching.evaluate import find, holds, inside, narrowed
from tocsin.matching.intervals import Interval
from tocsin.matching.scope import EVERYWHERE, Scope
from tocsin.regions.places import Places
from tocsin.rules import (
    And,
    AtLeast,
    Boost,
    Expression,
    Filter,
    FirstWords,
    InField,
    InRegion,
    ListReference,
    Literal,
    Near,
    Not,
    Or,
    Phrase,
    Same,
    SameAccents,
    SameCase,
    Term,
    Unit,
    Wildcard,
    parse,
)
from tocsin.rules.words import matches, original_patterns
from tocsin.text import forms, paragraphs, sentences, tokenise_any


ArticleOf = Callable[..., Article]


def is_true(query: str, article: Article) -> bool:
    return holds(parse(query), ArticleView(article, Places()))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("army", "The ARMY came", True),
        ("armee", "l’Armée malienne", True),
        ("armée", "L'ARMEE", True),
        ("army", "armyworms", False),
        ("attack*", "they attacked", True),
        ("attack*", "attack", True),
        ("attack*", "counterattack", False),
        ("wom?n", "women", True),
        ("wom?n", "womn", False),
        ("wom?n*", "womanly", True),
        ("al-Qaeda", "al Qaeda", True),
        ("al-Qaeda", "Qaeda al", False),
        ("al-Qaed*", "Al-Qaeda’s men", True),
        ('"armed group"', "an armed, group", True),
        ('"armed group"', "armed\n\ngroup", False),
        ('"armed group"', "armed\ngroup", True),
        ('"army attack*"', "the army attacked", True),
        ('"5 percent"', "3.5 percent", False),
        ("北京", "他在北京工作", True),
        ("京北", "他在北京工作", False),
        ("ข่าว", "อ่านข่าววันนี้", True),
        ("カレー", "美味しいカレーです", True),
        ("الجيش", "هاجم مسلحون للجيش", True),
        ("جيش", "والجيش المالي", True),
        ("محمد", "مُحَمَّد", True),
        ("case:WHO", "the WHO said", True),
        ("case:WHO", "who said", False),
        ("case:Armee", "l'Armée", True),
        ("exact:año", "el AÑO nuevo", True),
        ("exact:año", "el ano nuevo", False),
        ("case:exact:Año", "el AÑO nuevo", False),
        ("exact:الجيش", "والجيش", False),
        ('exact:"año nuevo"', "el año nuevo", True),
        ("exact:arm*", "armée", True),
        ("army NOT Mali", "army of Niger", True),
        ("army NOT Mali", "army of Mali", False),
    ],
)
def test_words(query: str, text: str, expected: bool, article_of: ArticleOf) -> None:  # noqa: FBT001 -- the case, not an option
    assert is_true(query, article_of(text)) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("x1 NEAR/0 x2", "x1 x2", True),
        ("x1 NEAR/0 x2", "x2 x1", True),
        ("x1 NEAR/0 x2", "x1 w x2", False),
        ("x1 NEAR/1 x2", "x2 w x1", True),
        ("x1 NEAR/1 x2", "x2 w w x1", False),
        ("x1 ONEAR/1 x2", "x1 w x2", True),
        ("x1 ONEAR/1 x2", "x2 w x1", False),
        ("x1 NEAR/1 x2", "x1\n\nx2", True),
        ("x1 NEAR/5 x1", "x1", False),
        ("x1 NEAR/5 x1", "x1 x1", True),
        ('"x1 x2" NEAR/0 x3', "x1 x2 x3", True),
        ('"x1 x2" NEAR/5 x2', "x1 x2", False),
        ("(x1 OR x2) NEAR/0 (x3 OR x4)", "x4 x2", True),
        ("(x1 NEAR/1 x2) NEAR/0 x3", "x1 w x2 x3", True),
        ("(x1 ONEAR/5 x2) ONEAR/0 x3", "x1 x1 w x2 x3", True),
        ("x3 ONEAR/0 (x1 ONEAR/5 x2)", "x3 x1 x1 x2", False),  # x1 x2 is the minimal interval
        ("x1 SENTENCE x2", "X2 and x1. Then w.", True),
        ("x1 SENTENCE x2", "It was x1. But x2.", False),
        ("x1 PARAGRAPH x2", "It was x1. But x2.", True),
        ("x1 PARAGRAPH x2", "It was x1.\n\nBut x2.", False),
        ("first2(x1)", "w x1", True),
        ("first2(x1)", "w w x1", False),
        ('first2("x1 x2")', "w x1 x2", False),
        ("atleast2(x1)", "x1 w x1", True),
        ("atleast2(x1)", "x1 w", False),
        ("atleast2(x1 OR x2)", "x1 x2", True),
        ("atleast2(x1 NEAR/1 x2)", "x1 x2 w w w x2 x1", True),
        ("x1^9", "x1", True),
    ],
)
def test_positions(query: str, text: str, expected: bool, article_of: ArticleOf) -> None:  # noqa: FBT001 -- the case, not an option
    assert is_true(query, article_of(text)) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title:army", True),
        ("body:army", False),
        ("army", True),
        ("body:convoy", True),
        ("title:convoy", False),
        ("army NEAR/9 convoy", False),  # title and body never run into each other
        ('"army convoy"', False),
        ("author:dembele", True),
        ("dembele", False),
        ('author:"souleymane dembele"', True),
        ("author:(dembele NEAR/5 jane)", False),  # nor do two authors
        ("tag:sahel", True),
        ("sahel", False),
        ("url:mali-army", True),
        ("title:(army NOT convoy)", True),
        ("title:(army AND convoy)", False),
        ("first1(army)", True),
        ("first1(convoy)", False),
        ("first2(convoy)", True),  # the title counts
        ("first2(title:army)", True),
        ("lead:convoy", True),
        ("lead:sixtieth", True),
        ("lead:late", False),
        ("atleast2(army OR convoy)", True),
    ],
)
def test_fields(query: str, expected: bool, article_of: ArticleOf) -> None:  # noqa: FBT001 -- the case, not an option
    article = article_of(
        "convoy " + "w " * 58 + "sixtieth late",
        title="Army",
        authors=("Souleymane Dembélé", "Jane Doe"),
        tags=("Sahel", "war"),
        url="https://rfi.fr/africa/mali-army",
    )

    assert is_true(query, article) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lang:pt", True),
        ("lang:pt-BR", True),
        ("lang:pt-PT", False),
        ("lang:en", False),
        ("source:rfi.fr", True),
        ("source:www.rfi.fr", True),
        ("source:https://www.rfi.fr/en/", True),
        ("source:en.rfi.fr", True),
        ("source:fr", False),
        ("source:fi.fr", False),
    ],
)
def test_filters(query: str, expected: bool, article_of: ArticleOf) -> None:  # noqa: FBT001 -- the case, not an option
    article = article_of("w", language="pt-BR", source="en.rfi.fr")

    assert is_true(query, article) is expected


def test_a_list_that_was_not_resolved_is_an_error_and_not_silence(article_of: ArticleOf) -> None:
    with pytest.raises(ValueError, match="@names was not resolved"):
        is_true("@names", article_of("army"))


@given(positional(), articles())
def test_places_are_found_as_defined(expression: Expression, article: Article) -> None:
    view = ArticleView(article, Places())

    assert find(expression, view) == by_definition(expression, view, EVERYWHERE)


def by_definition(expression: Expression, view: ArticleView, scope: Scope) -> list[Interval]:
    """Look at every pair, and keep what contains no other; no index and no nearest partner."""
    return contain_no_other(set(candidates(expression, view, scope)))


def contain_no_other(found: set[Interval]) -> list[Interval]:
    return sorted(
        each
        for each in found
        if not any(
            other != each
            and other.stream == each.stream
            and each.first <= other.first
            and other.last <= each.last
            for other in found
        )
    )


def candidates(expression: Expression, view: ArticleView, scope: Scope) -> Iterator[Interval]:
    match expression:
        case Term() | Wildcard() | Phrase():
            yield from written_at(expression, view, scope)
        case Near() | Same():
            left = by_definition(expression.left, view, scope)
            right = by_definition(expression.right, view, scope)
            for first, second in product(left, right):
                yield from joined(expression, first, second, view)
        case Or(operands):
            for operand in operands:
                yield from by_definition(operand, view, scope)
        case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
            yield from by_definition(inside(expression), view, narrowed(expression, scope))
        case And() | Not() | AtLeast() | InRegion() | Filter():
            raise AssertionError(expression)
        case _:
            assert_never(expression)


def joined(
    operator: Near | Same, one: Interval, other: Interval, view: ArticleView
) -> Iterator[Interval]:
    if one.stream != other.stream:
        return
    both_orders = ((one, other), (other, one))
    for first, second in both_orders[: 1 if getattr(operator, "ordered", False) else 2]:
        if first.last >= second.first:
            continue
        whole = Interval(one.stream, first.first, second.last)
        if isinstance(operator, Near):
            if second.first - first.last - 1 <= operator.distance:
                yield whole
        elif in_one(operator.unit, whole, view):
            yield whole


def in_one(unit: Unit, whole: Interval, view: ArticleView) -> bool:
    stream = view.streams[whole.stream]
    start = stream.tokens.spans[whole.first][0]
    end = stream.tokens.spans[whole.last][1]
    spans = sentences(stream.text) if unit is Unit.SENTENCE else paragraphs(stream.text)
    return any(first <= start and end <= last for first, last in spans)


def written_at(literal: Literal, view: ArticleView, scope: Scope) -> Iterator[Interval]:
    length = len(literal.words)
    for index, stream in enumerate(view.streams):
        for first in range(scope.visible(view, stream) - length + 1):
            whole = Interval(index, first, first + length - 1)
            words = stream.tokens.words[first : first + length]
            if not all(map(is_form, literal.words, words)):
                continue
            if length > 1 and not in_one(Unit.PARAGRAPH, whole, view):
                continue
            if as_written(literal, whole, view, scope):
                yield whole


def is_form(pattern: str, word: str) -> bool:
    return any(matches(pattern, form) for form in forms(word))


def as_written(literal: Literal, whole: Interval, view: ArticleView, scope: Scope) -> bool:
    if not (scope.keep_case or scope.keep_accents):
        return True
    stream = view.streams[whole.stream]
    keep = {"keep_case": scope.keep_case, "keep_accents": scope.keep_accents}
    text = stream.text[stream.tokens.spans[whole.first][0] : stream.tokens.spans[whole.last][1]]
    wanted = original_patterns(literal.text, **keep)
    found = tokenise_any(text, **keep).words
    return len(wanted) == len(found) and all(map(matches, wanted, found))
