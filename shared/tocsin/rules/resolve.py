"""Give the names in an expression what they stand for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, assert_never

from tocsin.errors import AmbiguousRegionError, RuleSyntaxError, UnknownRegionError
from tocsin.rules.expression import (
    And,
    AtLeast,
    Boost,
    Expression,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    ListReference,
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
from tocsin.rules.suggest import closest


class RegionNames(Protocol):
    def resolve(self, name: str) -> str:
        """Return the id of the region that a name or an id means.

        Raises:
            UnknownRegionError: nothing goes by this name.
            AmbiguousRegionError: several regions do, and none is clearly meant.
        """
        ...


def resolve(
    expression: Expression,
    query: str,
    regions: RegionNames,
    lists: Mapping[str, Expression],
) -> Expression:
    """Return the expression with every region's id, and every list's alternatives.

    Raises:
        RuleSyntaxError: there is no list of that name, or not one region that is clearly meant.
    """

    def name(leaf: Expression) -> Expression:
        match leaf:
            case InRegion():
                return replace(leaf, region=_region(leaf, leaf.name, query, regions))
            case Filter(kind=FilterKind.SOURCE_COUNTRY):
                return replace(leaf, region=_country(leaf, query, regions))
            case ListReference():
                if leaf.name not in lists:
                    raise _unknown_list(leaf, query, lists)
                return replace(leaf, alternatives=lists[leaf.name])
            case _:
                return leaf

    return mapped(expression, name) if may_name(query) else expression


def may_name(query: str) -> bool:
    """Tell whether a query may name anything that stands for something else; most do not."""
    return ":" in query or "=" in query or "@" in query


def mapped(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return the tree with each leaf replaced by what ``change`` makes of it."""

    def again(operand: Expression) -> Expression:
        return mapped(operand, change)

    match expression:
        case Term() | Wildcard() | Phrase() | InRegion() | Filter() | ListReference():
            return change(expression)
        case Near() | Same():
            return replace(expression, left=again(expression.left), right=again(expression.right))
        case InField() | FirstWords() | AtLeast() | SameCase() | SameAccents() | Boost() | Not():
            return replace(expression, operand=again(expression.operand))
        case And() | Or():
            return replace(expression, operands=tuple(map(again, expression.operands)))
        case _:
            assert_never(expression)


def _region(leaf: Expression, name: str, query: str, regions: RegionNames) -> str:
    try:
        return regions.resolve(name)
    except UnknownRegionError as error:
        problem = f"no region is called {name!r}"
        if error.similar:
            problem += f": similar are {', '.join(error.similar)}"
    except AmbiguousRegionError as error:
        listed = "; ".join(f"{region} ({what})" for region, what in error.choices)
        problem = f"{name!r} may be any of several regions: write the id, {listed}"
    raise RuleSyntaxError(query, leaf.place.start, problem)


def _country(leaf: Filter, query: str, regions: RegionNames) -> str:
    region = _region(leaf, leaf.value, query, regions)
    if not region.startswith("country:"):
        raise RuleSyntaxError(
            query, leaf.place.start, f"{leaf.value!r} is no country: a source is at home in one"
        )
    return region


def _unknown_list(
    reference: ListReference, query: str, lists: Mapping[str, Expression]
) -> RuleSyntaxError:
    start, end = reference.place
    similar = closest(reference.name, lists)
    fix = f"{query[:start]}@{similar}{query[end:]}" if similar else None
    problem = f"there is no list {reference.name!r}"
    return RuleSyntaxError(query, start, problem, fix=fix)
