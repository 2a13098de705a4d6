"""Going through an expression tree."""

from collections.abc import Iterator
from typing import assert_never

from tocsin.rules.expression import (
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
    Wildcard,
)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression is made of, in the order of the query."""
    match expression:
        case Term() | Wildcard() | Phrase() | InRegion() | Filter():
            return ()
        case Near(left, right) | Same(left, right):
            return (left, right)
        case (
            InField(operand=operand)
            | FirstWords(operand=operand)
            | AtLeast(operand=operand)
            | SameCase(operand=operand)
            | SameAccents(operand=operand)
            | Boost(operand=operand)
            | Not(operand=operand)
        ):
            return (operand,)
        case ListReference(alternatives=alternatives):
            return () if alternatives is None else (alternatives,)
        case And(operands) | Or(operands):
            return operands
        case _:
            assert_never(expression)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything in it, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def literals(expression: Expression) -> Iterator[Literal]:
    return (node for node in walk(expression) if isinstance(node, Literal))


def is_positional(expression: Expression) -> bool:
    """Tell whether the expression is found at places in the text, as NEAR needs it."""
    return not any(
        isinstance(node, And | Not | AtLeast | InRegion | Filter) for node in walk(expression)
    )
