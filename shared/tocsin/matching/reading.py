"""What is kept of a rule to tell quickly by which words it matched.

Most rules are AND, OR and NOT of what is found at places in the text. Of such a rule that matched, the
evidence is simply what is found of it; ``explain`` says so at length, and says it of every rule.
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import NamedTuple, TypeAlias

from tocsin.rules import (
    And,
    Expression,
    Near,
    Not,
    Or,
    Phrase,
    RegionFilter,
    Rule,
    Same,
    Term,
    Wildcard,
    to_text,
)
from tocsin.rules.quick import quick
from tocsin.rules.walk import walk
from tocsin.rules.words import word_patterns


Placed: TypeAlias = Term | Wildcard | Phrase | Near | Same


class Label(NamedTuple):
    """What a match says of its rule."""

    id: str
    name: str
    version: int
    query: str


# A clause that is true at places in the text: how it is written, for a literal that says it all. For others a
# plain tuple, of which the collector of garbage keeps no account: how it is written, the words of a literal,
# and what it is if it is none.
Leaf: TypeAlias = str | tuple[str, tuple[str, ...], Near | Same | None]
# Of half of all rules the only leaf is a literal, and stands for the tuple of it.
Leaves: TypeAlias = str | tuple[Leaf, ...]


class Reading:
    """``leaves``: whatever of them is in an article that matched is evidence; None: not so simple."""

    __slots__ = ("id", "label", "leaves", "regions")

    def __init__(
        self, label: Label, regions: RegionFilter | None, leaves: tuple[Leaf, ...] | None
    ) -> None:
        self.id = label.id
        self.label = label
        self.regions = regions
        self.leaves = leaves


def label_of(rule: Rule) -> Label:
    return Label(rule.id, rule.name, rule.version, rule.query)


def reading_of(rule: Rule) -> Reading:
    return Reading(label_of(rule), rule.regions, _leaves(rule))


def _leaves(rule: Rule) -> tuple[Leaf, ...] | None:
    if rule.expression is None:
        return ()
    found = list(_placed(rule.expression))
    known = tuple([_leaf(rule.query, each) for each in found if each is not None])
    return known if len(known) == len(found) else None


def _leaf(query: str, expression: Placed) -> Leaf:
    start, end = expression.place
    text = query[start:end] or to_text(expression)
    if isinstance(expression, Near | Same):
        return text, (), expression
    return text if words_in(text) == expression.words else (text, expression.words, None)


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


def literals_in(many: Sequence[Leaves | None]) -> set[str]:
    """Return the literals that are leaves, as they are written."""
    found = {leaves for leaves in many if isinstance(leaves, str)}
    for leaves in many:
        if leaves and not isinstance(leaves, str):
            found.update(leaf for leaf in leaves if isinstance(leaf, str))
    return found


# Packed: how many leaves there are, or why they are not; and where in the query each begins and ends.
NOT_SIMPLE = 0xFE
NOT_PACKED = 0xFF
MOST_PACKED = 0xFD
IS_PLACED = 1 << 15  # a bit of where it ends
_PAIR = Struct("<HH")
_QUOTES = '"“„«'


class Packed(NamedTuple):
    """``leaves`` is how many there are; it may be NOT_SIMPLE or NOT_PACKED; there are no ``pairs`` then."""

    leaves: int
    pairs: bytes = b""


def packed(rule: Rule) -> Packed:
    """Return the leaves of a rule as some bytes, from which they are read sooner than from the query."""
    if rule.expression is None:
        return Packed(0)
    found = list(_placed(rule.expression))
    if None in found:
        return Packed(NOT_SIMPLE)
    known = [each for each in found if each is not None]
    if len(known) > MOST_PACKED:
        return Packed(NOT_PACKED)
    pairs = []
    for each in known:
        start, end = each.place
        text = rule.query[start:end]
        if isinstance(each, Near | Same):
            if _read_placed(text) != each:
                return Packed(NOT_PACKED)
            end |= IS_PLACED
        elif _without_quotes(text) != each.text and words_in(text) != each.words:
            return Packed(NOT_PACKED)
        pairs.append(_PAIR.pack(start, end))
    return Packed(len(known), b"".join(pairs))


def packed_places(places: Sequence[tuple[int, int]]) -> Packed:
    """Return the same for literals alone, from where in the query each begins and ends."""
    if len(places) > MOST_PACKED:
        return Packed(NOT_PACKED)
    return Packed(len(places), b"".join([_PAIR.pack(start, end) for start, end in places]))


def packed_near(start: int, end: int) -> Packed:
    """Return the same for one NEAR that ``quick`` reads."""
    return Packed(1, _PAIR.pack(start, end | IS_PLACED))


def length_of_packed(count: int) -> int:
    """Return how many bytes the pairs of so many leaves take."""
    return 0 if count > MOST_PACKED else _PAIR.size * count


def unpacked(pairs: bytes, query: str) -> tuple[Leaf, ...]:
    """Return the leaves of a query."""
    return tuple([leaf_between(start, end, query) for start, end in _PAIR.iter_unpack(pairs)])


def leaf_between(start: int, end: int, query: str) -> Leaf:
    """Return the leaf of which that is packed."""
    if end & IS_PLACED:
        text = query[start : end ^ IS_PLACED]
        return text, (), _read_placed(text)
    return query[start:end]


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a literal as it is written."""
    return word_patterns(_without_quotes(text))


def _without_quotes(text: str) -> str:
    return text[1:-1] if text[:1] in _QUOTES else text


def _read_placed(text: str) -> Near | None:
    found = quick(text)
    return found if isinstance(found, Near) else None
