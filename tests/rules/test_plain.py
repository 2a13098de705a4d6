"""What is read as clauses is what the parser's tree says."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.test_quick import PIECES, queries
from tocsin.rules import And, Expression, Near, Not, Or, Phrase, Term, Wildcard
from tocsin.rules.plain import plain, plain_near
from tocsin.rules.quick import quick


# Whether it is wanted, and of each literal the sort, the text, the words and the place.
Clause = tuple[bool, list[tuple[type, str, tuple[str, ...], tuple[int, ...]]]]
SIMPLE = ("attack*", *(piece for piece in PIECES if piece.isalnum() or piece[0] == '"'))


def read(query: str) -> list[Clause] | None:
    found = plain(query)
    if found is None:
        return None
    return [
        (
            wanted,
            [
                (each.sort, each.text, each.words, tuple(place))
                for each, place in zip(literals, places, strict=True)
            ],
        )
        for wanted, literals, places in found
    ]


def clauses_of(expression: Expression) -> Iterator[Clause | None]:
    """Yield the clauses of a tree, None for what is none."""
    match expression:
        case And(operands):
            for operand in operands:
                yield None if isinstance(operand, And) else next(clauses_of(operand))
        case Not(Not()):
            yield None
        case Not(operand):
            found = next(clauses_of(operand)) if not isinstance(operand, And) else None
            yield None if found is None else (False, found[1])
        case Or(operands) if all(isinstance(each, Term | Wildcard | Phrase) for each in operands):
            alternatives = [next(clauses_of(operand)) for operand in operands]
            yield True, [each[1][0] for each in alternatives if each is not None]
        case Term(text, words=words) | Wildcard(text, words=words) | Phrase(text, words=words):
            yield True, [(type(expression), text, words, tuple(expression.place))]
        case _:
            yield None


def check(query: str) -> bool:
    found = read(query)
    if found is not None:
        tree = quick(query)
        assert tree is not None
        assert found == list(clauses_of(tree))
    return found is not None


def check_near(query: str) -> bool:
    found = plain_near(query)
    if found is not None:
        tree = quick(query)
        assert isinstance(tree, Near)
        assert (found.distance, tree.ordered) == (tree.distance, False)
        assert (found.start, found.end) == tree.place
        for side, operand in ((found.left, tree.left), (found.right, tree.right)):
            literals = operand.operands if isinstance(operand, Or) else (operand,)
            assert [(each.sort, each.text) for each in side] == [
                (type(literal), getattr(literal, "text", None)) for literal in literals
            ]
    return found is not None


@given(queries())
def test_so_is_a_near(query: str) -> None:
    check_near(query)


@pytest.mark.parametrize(
    "query", ["army NEAR mali", ' "red army" NEAR/9 (mali OR niger) ', "army  NEAR/50  attack*"]
)
def test_an_ordinary_near_is_read(query: str) -> None:
    assert check_near(query)


@pytest.mark.parametrize(
    "query",
    [
        *("army NEAR/51 mali", "army OR police NEAR/3 mali", "army NEAR mali NEAR niger"),
        *("army NEAR (mali AND niger)", "a b NEAR c", "army near/3 mali", "army NEAR/3 the"),
        *(
            "NOT army NEAR mali",
            "army NEAR",
            "(army NEAR mali",
            "army NEAR/3mali",
            "(army) NEAR mali",
        ),
    ],
)
def test_other_nears_are_not(query: str) -> None:
    assert not check_near(query)


@given(queries())
def test_whatever_is_read_is_what_the_tree_says(query: str) -> None:
    check(query)


def plain_queries() -> st.SearchStrategy[str]:
    literal = st.sampled_from(SIMPLE)
    group = st.lists(literal, min_size=1, max_size=3).map(lambda each: f"({' OR '.join(each)})")
    operand = st.tuples(st.sampled_from(("", "", "NOT ")), literal | group).map("".join)
    joined = st.tuples(st.sampled_from((" AND ", " ", " OR ")), operand).map("".join)
    return st.tuples(operand, st.lists(joined, max_size=4).map("".join)).map("".join)


@given(plain_queries())
def test_so_is_what_is_nearly_plain(query: str) -> None:
    check(query)


@pytest.mark.parametrize(
    "query",
    [
        *("army", '"red army"', "attack*", "(army)", "army mali", "army AND mali AND niger"),
        *("army OR mali", "(army OR mali) NOT (sport OR football)", "  army  AND (mali)  ", "軍隊"),
    ],
)
def test_plain_queries_are_read(query: str) -> None:
    assert check(query)


@pytest.mark.parametrize(
    "query",
    [
        *("", "the", "NOT army", "army OR NOT mali", "army NEAR/3 mali", "title:army", "a.b"),
        *("army OR (mali OR niger)", "(army AND mali) niger", "army AND mali OR niger", "(army"),
        *("army)", "army AND", "OR army", "NOT NOT army", "((army))", "@list", "army\n"),
    ],
)
def test_others_are_left_to_quick(query: str) -> None:
    assert not check(query)
