import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import expressions
from tocsin.errors import RuleSyntaxError
from tocsin.rules import Expression, Phrase, Term, parse, to_text


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("army && Mali", "army AND Mali"),
        ("army Mali", "army AND Mali"),
        ("army|Mali", "army OR Mali"),
        ("army AND NOT Mali", "army NOT Mali"),
        ("-Mali army", "NOT Mali AND army"),
        ("«armed group»", '"armed group"'),
        ("al-Qaeda", '"al-Qaeda"'),
        ("army near8 Mali", "army NEAR/8 Mali"),
        ("army near Mali", "army AND near AND Mali"),
        ("army NEAR Mali", "army NEAR/4 Mali"),
        ("army adj3 Mali", "army ONEAR/3 Mali"),
        ("army same Mali", "army PARAGRAPH Mali"),
        ("hd=(army OR Mali)", "title:(army OR Mali)"),
        ("ingress:army", "lead:army"),
        ("army/F50/", "first50(army)"),
        ('repeat3:"JNIM"', "atleast3(JNIM)"),
        ("site:rfi.fr", "source:rfi.fr"),
        ("region:(Mali OR Burkina Faso)", 'region:Mali OR region:"Burkina Faso"'),
        ('"AND" army', '"AND" AND army'),
        ('"same" army', '"same" AND army'),
        ('"atleast3" army', '"atleast3" AND army'),
        ("army^9", "army^9"),
        ("a1 NEAR/3 b1 NEAR/3 c1", "(a1 NEAR/3 b1) NEAR/3 c1"),
    ],
)
def test_a_rule_is_printed_in_the_first_form(written: str, printed: str) -> None:
    assert to_text(parse(written)) == printed
    assert parse(printed) == parse(written)


@given(expressions())
def test_what_is_printed_is_read_as_it_was(expression: Expression) -> None:
    assert parse(to_text(expression)) == expression


@given(st.text(min_size=1))
def test_any_text_in_quotes_survives(text: str) -> None:
    try:
        expression = parse(f'army "{text}"')
    except RuleSyntaxError:
        return

    assert parse(to_text(expression)) == expression


def test_a_word_that_would_be_read_as_something_else_is_quoted() -> None:
    for word in ("AND", "OR", "NOT", "NEAR", "near8", "adj3", "SENTENCE", "same", "w"):
        assert parse(f"{to_text(Term(word))} army") == parse(f'"{word}" army')
    assert to_text(Phrase("armed group")) == '"armed group"'
