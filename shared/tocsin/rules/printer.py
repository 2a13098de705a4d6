"""Write an expression in its first form: ``parse(to_text(e)) == e``."""

import re
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
from tocsin.rules.lexer import Kind, lex


_BARE_WORD = re.compile(r"[^\W_]+(?:[*?]+[^\W_]+)*\*?")
_BARE_VALUE = re.compile(r"[^\W_](?:[\w:./-]*\w)?")


def to_text(expression: Expression) -> str:  # noqa: C901 -- one case for each kind of node
    """Return the query that means ``expression``, in capitals and with every bracket it needs."""
    match expression:
        case Term() | Wildcard() | Phrase():
            return _literal(expression)
        case Near(left, right, distance, ordered):
            operator = f"{'O' if ordered else ''}NEAR/{distance}"
            return f"{_tight(left)} {operator} {_tight(right)}"
        case Same(left, right, unit):
            return f"{_tight(left)} {unit} {_tight(right)}"
        case InField(field, operand):
            return f"{field}:{_tight(operand)}"
        case FirstWords(count, operand):
            return f"first{count}({to_text(operand)})"
        case AtLeast(count, operand):
            return f"atleast{count}({to_text(operand)})"
        case SameCase(operand):
            return f"case:{_tight(operand)}"
        case SameAccents(operand):
            return f"exact:{_tight(operand)}"
        case Boost(operand, weight):
            return f"{_tight(operand)}^{weight}"
        case ListReference(name):
            return f"@{name}"
        case InRegion(name, level):
            return f"{'about' if level == 'about' else 'region'}:{_value(name)}"
        case Filter(kind, value):
            return f"{kind}:{_value(value)}"
        case Not(operand):
            return f"NOT {_operand_of_not(operand)}"
        case And(operands):
            return _conjunction(operands)
        case Or(operands):
            return " OR ".join(map(_loose, operands))
        case _:
            assert_never(expression)


def _conjunction(operands: tuple[Expression, ...]) -> str:
    first, *others = operands
    joins = ("" if isinstance(operand, Not) else "AND " for operand in others)
    return " ".join(
        [_loose(first), *(join + _loose(each) for join, each in zip(joins, others, strict=True))]
    )


def _loose(operand: Expression) -> str:
    """An operand of AND or OR."""
    return f"({to_text(operand)})" if isinstance(operand, And | Or) else to_text(operand)


def _operand_of_not(operand: Expression) -> str:
    text = to_text(operand)
    return f"({text})" if isinstance(operand, And | Or | Not) else text


def _tight(operand: Expression) -> str:
    """An operand of NEAR, of a prefix or of a weight."""
    loose = isinstance(operand, And | Or | Not | Near | Same | Boost)
    return f"({to_text(operand)})" if loose else to_text(operand)


def _literal(literal: Literal) -> str:
    return literal.text if _is_bare(literal.text) else f'"{literal.text}"'


def _is_bare(text: str) -> bool:
    """Tell whether the text, without quotes, is read as one word and nothing else."""
    if not _BARE_WORD.fullmatch(text):
        return False
    first, *others = lex(f"{text} x")  # atleast3 needs an operand to be what it is
    return first.kind is Kind.BARE and first.text == text and len(others) == 2


def _value(value: str) -> str:
    bare = _BARE_VALUE.fullmatch(value) and value not in {"AND", "OR", "NOT"}
    return value if bare else f'"{value}"'
