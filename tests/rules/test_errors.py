"""What is refused, where, and what is offered instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import RuleSyntaxError
from tocsin.rules import parse


def error_of(query: str) -> RuleSyntaxError:
    with pytest.raises(RuleSyntaxError) as caught:
        parse(query)
    return caught.value


@pytest.mark.parametrize(
    ("query", "column", "problem", "fix"),
    [
        ("", 1, "the query is empty", None),
        ("army AND", 9, "expected a word, a phrase or '(', but the query ends", "army"),
        ("AND army", 1, "not 'AND'", "army"),
        ("army OR OR Mali", 9, "not 'OR'", "army OR Mali"),
        ("(army", 1, "never closed", "(army)"),
        ("army)", 5, "never opened", "army"),
        ("army ()", 6, "nothing between the brackets", None),
        ('"army', 1, "never closed", '"army"'),
        ("army ”", 6, "without an opening one", None),
        ("'armed group'", 1, "double quotes", '"armed group"'),
        ("[army OR Mali]", 1, "groups are written with ( and )", "(army OR Mali)"),
        ("army, Mali", 5, "joins nothing", "army OR Mali"),
        ("army & Mali", 6, "write AND", "army AND Mali"),
        ("+army Mali", 1, "every word must be there", "army Mali"),
        ("!army Mali", 1, "write NOT", "NOT army Mali"),
        ("🔥 army", 1, "no letter or digit", None),
        ("NOT NOT army Mali", 5, "take both away", "army Mali"),
    ],
)
def test_punctuation(query: str, column: int, problem: str, fix: str | None) -> None:
    error = error_of(query)

    assert error.column == column
    assert problem in error.problem
    assert error.fix == fix


@pytest.mark.parametrize(
    ("query", "column", "problem", "fix"),
    [
        ("*army", 1, "not for its beginning", "army"),
        ("army Mali *", 11, "not for its beginning", None),
        ("ar*", 3, "at least 3 letters", "ar"),
        ("atta*ck", 5, "not for its middle", "atta*"),
        ("attack**", 7, "one '*' is enough", "attack*"),
        ('"the ar* group"', 8, "at least 3 letters", '"the ar group"'),
        ("北京*", 3, "at least 3 letters", "北京"),
        ("?oman", 1, "not for the first", "oman"),
        ("woman?", 6, "'*' at the end", "woman"),
        ("the", 1, "in nearly every article", None),
        ("title:the", 7, "in nearly every article", None),
        ("army OR the", 9, "in nearly every article", None),
        ("the AND of NOT army", 1, "in nearly every article", None),
        ("jnim~2", 5, "other spellings of a word", "jnim"),
    ],
)
def test_words(query: str, column: int, problem: str, fix: str | None) -> None:
    error = error_of(query)

    assert error.column == column
    assert problem in error.problem
    assert error.fix == fix


@pytest.mark.parametrize(
    ("query", "column", "problem", "fix"),
    [
        ("army NEAR/51 Mali", 6, "at most 50 words", "army NEAR/50 Mali"),
        ("army ONEAR/51 Mali", 6, "at most 50 words", "army ONEAR/50 Mali"),
        ('"army Mali"~51', 12, "at most 50 words", '"army Mali"~50'),
        ("army NEAR/ Mali", 6, "expected a number", None),
        ("army NEAR/3 NOT Mali", 13, "NOT removes whole articles", None),
        ("(army AND Mali) NEAR/3 convoy", 1, "AND cannot stand inside NEAR/3", None),
        ("(army Mali) NEAR/3 convoy", 1, "AND cannot stand inside NEAR/3", None),
        ("army NEAR/3 region:Mali", 13, "said of the whole article", None),
        ("army NEAR/3 atleast2(Mali)", 13, "atleast2 cannot stand inside", None),
        ("atleast3(army AND Mali)", 9, "AND cannot stand inside atleast3", None),
        ("title:(army lead:Mali)", 13, "'lead:' cannot stand inside title:", None),
        ("first50(author:army)", 9, "'author:' cannot stand inside first50", None),
        ("title:(army lang:fr)", 13, "said of the whole article", None),
        ("title:-army Mali", 7, "NOT goes before title:", "NOT title:army Mali"),
        ("first0(army)", 1, "from 1 to 1000", None),
        ("atleast0(army)", 1, "from 1 to 100", None),
        ("army^0", 5, "from 1 to 100", None),
        ("army^", 5, "a whole number after '^'", None),
        ("army^2.5", 5, "a whole number after '^'", None),
        ("army^2^3", 7, "a weight already", "army^2"),
        ("region:", 8, "a name or a quoted name after region:", None),
        ("region:()", 8, "nothing between the brackets", None),
        ("lang:english army", 6, "not a language tag", "lang:en army"),
    ],
)
def test_operators(query: str, column: int, problem: str, fix: str | None) -> None:
    error = error_of(query)

    assert error.column == column
    assert problem in error.problem
    assert error.fix == fix


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ("tilte:army", "title:army"),
        ("language:fr", "lang:fr"),
        ("country:Mali", "region:Mali"),
        ("xyzzy:army", '"xyzzy:army"'),
        ("https://rfi.fr/x", '"https://rfi.fr/x"'),
    ],
)
def test_an_unknown_field_names_the_known_ones(query: str, fix: str) -> None:
    error = error_of(query)

    assert error.column == 1
    assert "there is no field" in error.problem
    assert "title:" in error.problem
    assert error.fix == fix


@pytest.mark.parametrize(
    ("query", "column", "readings"),
    [
        (
            "army AND Mali OR convoy",
            15,
            ("(army AND Mali) OR convoy", "army AND (Mali OR convoy)"),
        ),
        (
            "(army AND Mali OR convoy",
            16,
            ("((army AND Mali) OR convoy)", "(army AND (Mali OR convoy))"),
        ),
        ("army Mali OR convoy", 11, ("(army Mali) OR convoy", "army (Mali OR convoy)")),
        ("army OR Mali NOT convoy", 14, ("army OR (Mali NOT convoy)", "(army OR Mali) NOT convoy")),
        (
            "x1 OR x2 AND x3 OR x4",
            10,
            ("x1 OR (x2 AND x3) OR x4", "(x1 OR x2) AND (x3 OR x4)"),
        ),
        (
            "title:(army OR Mali AND convoy) Niger",
            21,
            (
                "title:(army OR (Mali AND convoy)) Niger",
                "title:((army OR Mali) AND convoy) Niger",
            ),
        ),
    ],
)
def test_and_and_or_without_brackets_show_both_readings(
    query: str, column: int, readings: tuple[str, str]
) -> None:
    error = error_of(query)

    assert error.column == column
    assert error.readings == readings
    assert all(reading in error.problem for reading in readings)
    assert error.fix is None
    for reading in readings:
        parse(reading)


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("NOT army", 1),
        ("-army -Mali", 1),
        ("army OR NOT Mali", 9),
        ("army AND (convoy OR (NOT Mali))", 22),
        ("title:(NOT army)", 1),
    ],
)
def test_not_never_stands_alone(query: str, column: int) -> None:
    error = error_of(query)

    assert error.column == column
    assert error.problem.startswith("NOT ")


def test_not_may_be_all_that_a_bracket_has_beside_something_wanted() -> None:
    parse("army AND (NOT Mali NOT convoy)")


def test_an_acronym_that_is_a_stop_word_counts_in_its_case() -> None:
    parse("case:WHO")
    parse("case:(WHO OR IT)")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("x" * 20_001, "20,000 characters"),
        (" OR ".join(["x1"] * 2_001), "2,000 terms"),
        ("(" * 50 + "x1" + ")" * 50, "nested deeper"),
        ("title:" * 500 + "x1", "nested deeper"),
        (" NEAR ".join(["x1"] * 200), "in a row"),
        (f"army NEAR/{'9' * 5000} Mali", "far too large"),
    ],
)
def test_limits_are_named(query: str, problem: str) -> None:
    assert problem in error_of(query).problem


FRAGMENTS = (
    *(
        "army",
        "Mali",
        " ",
        " ",
        " ",
        "(",
        ")",
        '"',
        "“",
        "”",
        "«",
        "»",
        "AND",
        "OR",
        "NOT",
        "-",
        "|",
    ),
    *("NEAR/3", "NEAR", "ONEAR/", "near8", "/n8/", "~8", "AROUND(3)", "same", "SENTENCE", "title:"),
    *("hd=", "region:", "lang:", "fr", "case:", "first5(", "/F50/", "atleast3", "repeat2:", "^9"),
    *(
        "*",
        "?",
        "@list",
        ",",
        ";",
        "'",
        "&",
        "+",
        "!",
        "[",
        "北京",
        "é",
        "\n",
        "the",
        ":",
        "^",
        "~",
    ),
)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_whatever_is_written_is_read_or_refused_with_a_column(query: str) -> None:
    read_or_refuse(query)


@given(st.text())
def test_any_text_at_all_is_read_or_refused_with_a_column(query: str) -> None:
    read_or_refuse(query)


def read_or_refuse(query: str) -> None:
    error = refusal(query)
    if error is None:
        return

    assert error.text == query
    assert 0 <= error.position <= len(query)
    assert error.problem
    if error.fix is not None:
        parse(error.fix)


def refusal(query: str) -> RuleSyntaxError | None:
    try:
        parse(query)
    except RuleSyntaxError as error:
        return error
    return None
