"""Parts of a rule that no article can satisfy."""

from collections.abc import Iterator
from itertools import combinations

from tocsin.rules.expression import (
    And,
    Boost,
    Expression,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    Literal,
    Not,
    Place,
)
from tocsin.rules.rule import Rule
from tocsin.rules.walk import walk
from tocsin.rules.words import matches
from tocsin.text import speaks


def impossible(expression: Expression, rule: Rule) -> Iterator[tuple[Place, str]]:
    """Yield the place of each contradiction, and what contradicts what."""
    for node in walk(expression):
        if isinstance(node, And):
            yield from _in_conjunction(node)
        if isinstance(node, FirstWords):
            yield from _too_long(node)
    yield from _against_filters(expression, rule)


def _in_conjunction(node: And) -> Iterator[tuple[Place, str]]:
    operands = tuple(_flat(node))
    excluded = [operand.operand for operand in operands if isinstance(operand, Not)]
    wanted = [operand for operand in operands if not isinstance(operand, Not)]
    for unwanted in excluded:
        for each in wanted:
            if _implies(each, unwanted):
                problem = "never true: it is both asked for and excluded"
                yield each.place, problem
    filters = [operand for operand in wanted if isinstance(operand, Filter)]
    for first, second in combinations(filters, 2):
        if first.kind is second.kind and not _compatible(first, second):
            yield second.place, f"never true: no article has both {first.value} and {second.value}"


def _flat(node: And) -> Iterator[Expression]:
    for operand in node.operands:
        if isinstance(operand, And):
            yield from _flat(operand)
        else:
            yield operand.operand if isinstance(operand, Boost) else operand


def _implies(wanted: Expression, unwanted: Expression) -> bool:
    """Tell whether whatever has the one has the other."""
    if wanted == unwanted:
        return True
    match wanted, unwanted:
        case Literal(), Literal():
            same_length = len(wanted.words) == len(unwanted.words)
            return same_length and all(map(matches, unwanted.words, wanted.words))
        case InField(name, operand), InField(other, unwanted_operand):
            return name is other and _implies(operand, unwanted_operand)
        case InRegion(name=name), InRegion(name=other, level=level):
            return name.casefold() == other.casefold() and level in {"mention", wanted.level}
        case _:
            return False


def _compatible(first: Filter, second: Filter) -> bool:
    one, other = first.value.casefold(), second.value.casefold()
    match first.kind:
        case FilterKind.LANGUAGE:
            return speaks(one, other) or speaks(other, one)
        case FilterKind.SOURCE:
            return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
        case FilterKind.SOURCE_COUNTRY:
            return one == other or bool(first.region and first.region == second.region)


def _too_long(node: FirstWords) -> Iterator[tuple[Place, str]]:
    operand = node.operand
    if isinstance(operand, Literal) and len(operand.words) > node.count:
        yield node.place, f"never true: the phrase is longer than {node.count} words"


def _against_filters(expression: Expression, rule: Rule) -> Iterator[tuple[Place, str]]:
    """Compare what the query must have with the conditions beside it."""
    operands = _flat(expression) if isinstance(expression, And) else iter((expression,))
    for node in operands:
        match node:
            case Filter(kind=FilterKind.LANGUAGE, value=tag) if rule.languages and not any(
                speaks(tag, wanted) or speaks(wanted, tag) for wanted in rule.languages
            ):
                yield node.place, f"never true: only {' or '.join(rule.languages)} is let through"
            case InRegion(region=region) if rule.regions and region in rule.regions.except_:
                yield node.place, "never true: the region is excluded beside the query"
            case _:
                pass
