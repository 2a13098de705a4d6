"""What is read quickly is read as the parser reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import expressions
from tocsin.errors import RuleSyntaxError
from tocsin.rules import Expression, parse, to_text
from tocsin.rules.parser import parse_fully
from tocsin.rules.quick import quick
from tocsin.rules.walk import literals


PIECES = (
    *(
        "army",
        "Mali",
        "the",
        "wo",
        "attack*",
        "at*",
        "ab*c",
        "*",
        "covid19",
        "first50",
        "adj5",
        "12",
    ),
    *(
        "AROUND",
        "around",
        "SAME",
        "same",
        "Armée",
        "Ｗide",
        "ß*",
        "جيش",
        "الجيش*",
        "軍隊",
        "x_y",
        "a.b",
    ),
    *('"red army"', '"the"', '"a  b"', '"army"', '"a"', '"', '""', "“a”", '"ab*"', '"first50"'),
    *("(", ")", "(", ")", "AND", "OR", "NOT", "NOT", "and", "-", "AND(", ")OR", "NOT("),
    *("NEAR/3", "NEAR", "NEAR/50", "NEAR/51", "near/2", "NEAR/", "ONEAR/2", "SENTENCE"),
    *("title:", "region:Mali", "^3", "~2", "@list", "|", "½", "İ", "\u0301", "+x", "!"),
)
SPACES = (" ", " ", " ", " ", "", "  ", "\n", "\u200b", "\u00a0")


def queries() -> st.SearchStrategy[str]:
    piece = st.tuples(st.sampled_from(PIECES), st.sampled_from(SPACES))
    return st.lists(piece, max_size=12).map(lambda found: "".join(map("".join, found)))


def fully(query: str) -> Expression | None:
    try:
        return parse_fully(query)
    except RuleSyntaxError:
        return None


def check(query: str) -> None:
    found = quick(query)

    # What is written out has each place and each word, which comparison leaves out.
    assert found is None or repr(found) == repr(fully(query))
    assert found is None or words_in(found) == words_in(parse_fully(query))


def words_in(expression: Expression) -> list[tuple[str, ...]]:
    return [literal.words for literal in literals(expression)]


@given(queries())
def test_whatever_is_read_is_read_as_the_parser_reads_it(query: str) -> None:
    check(query)


@given(st.text(max_size=20))
def test_so_is_any_text(query: str) -> None:
    check(query)


@given(expressions())
def test_so_is_any_expression_as_it_is_printed(expression: Expression) -> None:
    check(to_text(expression))


@pytest.mark.parametrize(
    "query",
    [
        "army",
        '"red army"',
        "attack* AND (army OR police) NOT (football OR sport)",
        "army NEAR/5 (Mali OR Niger)",
        "((army))",
        "army police NOT sport ",
        "the AND army",
    ],
)
def test_ordinary_queries_are_read_quickly(query: str) -> None:
    assert quick(query) is not None


@pytest.mark.parametrize(
    "query",
    [
        *("", " ", "the", "the OR army", "NOT army", "army OR NOT Mali", "a AND b OR c"),
        *("army NEAR/5 (Mali AND Niger)", "army NEAR/51 Mali", "army (", "( army", "army )"),
        *("first50 (army)", "region:Mali", "army NEAR/3 NOT Mali", "NOT NOT army", "at*", "()"),
        *("(" * 41 + "army" + ")" * 41, " NEAR ".join(["army"] * 42), "army " * 2_001),
        *("a" * 20_001, "army, Mali"),
    ],
)
def test_what_is_wrong_or_rare_is_left_to_the_parser(query: str) -> None:
    assert quick(query) is None


def test_a_query_is_read_either_way() -> None:
    assert parse("army title:Mali") == parse_fully("army title:Mali")
