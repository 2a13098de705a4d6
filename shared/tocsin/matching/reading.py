"""What is kept of a rule to tell quickly by which words it matched.

Most rules are AND, OR and NOT of what is found at places in the text. Of such a rule that matched, the
evidence is simply what is found of it; ``explain`` says so at length, and says it of every rule.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tocsin.rules import (
    And,
    Expression,
    Near,
    Not,
    Or,
    Phrase,
    Rule,
    Same,
    Term,
    Wildcard,
    to_text,
)
from tocsin.rules.walk import walk


Placed: TypeAlias = Term | Wildcard | Phrase | Near | Same


class Label(NamedTuple):
    """What a match says of its rule."""

    id: str
    name: str
    version: int
    query: str


# A clause that is true at places in the text: how it is written, the words of a literal, and what it is
# if it is none. Plain tuples, of which the collector of garbage keeps no account: there are many.
Leaf: TypeAlias = tuple[str, tuple[str, ...], Near | Same | None]


class Reading:
    """``leaves``: whatever of them is in an article that matched is evidence; None: not so simple."""

    __slots__ = ("id", "leaves", "name", "query", "regions", "version")

    def __init__(self, rule: Rule, leaves: tuple[Leaf, ...] | None) -> None:
        self.id = rule.id
        self.name = rule.name
        self.version = rule.version
        self.query = rule.query
        self.regions = rule.regions
        self.leaves = leaves

    @property
    def label(self) -> Label:
        return Label(self.id, self.name, self.version, self.query)


def label_of(rule: Rule) -> Label:
    return Label(rule.id, rule.name, rule.version, rule.query)


def reading_of(rule: Rule) -> Reading:
    if rule.expression is None:
        return Reading(rule, ())
    leaves: list[Leaf] = []
    for each in _placed(rule.expression):
        if each is None:
            return Reading(rule, None)
        start, end = each.place
        text = rule.query[start:end] or to_text(each)
        leaves.append(
            (text, (), each) if isinstance(each, Near | Same) else (text, each.words, None)
        )
    return Reading(rule, tuple(leaves))


def _placed(expression: Expression) -> Iterator[Placed | None]:
    """Yield what may be evidence, None for what may be none although it is there."""
    match expression:
        case Term() | Wildcard() | Phrase():
            yield expression
        case Near() | Same():
            yield expression if _is_plain(expression) else None
        case And(operands):
            for operand in operands:
                yield from _placed(operand)
        case Or(operands):
            for operand in operands:
                if isinstance(operand, And | Not):
                    yield None
                else:
                    yield from _placed(operand)
        case Not():
            pass
        case _:
            yield None


def _is_plain(expression: Near | Same) -> bool:
    return all(isinstance(each, Placed | Or) for each in walk(expression))
