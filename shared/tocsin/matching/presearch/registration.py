"""Under which features a rule is registered, and what remains to be asked when one is met."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, assert_never

from tocsin.matching.presearch.approximation import approximate
from tocsin.matching.presearch.facts import AN_ARTICLE
from tocsin.matching.presearch.features import Feature, Reference, fact
from tocsin.matching.presearch.formula import (
    ALWAYS,
    NEVER,
    AnyOf,
    Close,
    Every,
    Formula,
    Negation,
    Some,
    every,
)
from tocsin.rules import Rule


Frequency = Callable[[Feature], float]


class Registration(NamedTuple):
    """An article that satisfies the rule has one of ``anchors``, and ``question`` holds of it.

    Where ``exact`` the reverse is true as well. No anchors: no article satisfies the rule.
    """

    anchors: tuple[Feature, ...]
    question: Formula
    exact: bool


def register(rule: Rule, frequency: Frequency) -> Registration:
    """Return where to look out for a rule: under the rarest features that it cannot do without.

    Raises:
        ValueError: the rule cannot be matched (see ``approximate``).
    """
    formula, exact = approximate(rule)
    if formula == NEVER:
        return Registration((), ALWAYS, exact)
    required = _rarest(formula, frequency).references
    anchors = tuple(dict.fromkeys(each.feature for each in required)) or (fact(AN_ARTICLE),)
    return Registration(anchors, _remaining(formula, required, frequency), exact)


class _Choice(NamedTuple):
    """One of ``references`` must hold (of none: nothing must), and does in this share of articles."""

    references: tuple[Reference, ...]
    share: float


_NOTHING = _Choice((), float("inf"))


def _rarest(formula: Formula, frequency: Frequency) -> _Choice:
    match formula:
        case AnyOf(references):
            return _choice(references, frequency)
        case Close(left, right):
            return min(_choice(left, frequency), _choice(right, frequency), key=_share)
        case Every(parts):
            choices = (_rarest(part, frequency) for part in parts)
            return min(choices, key=_share, default=_NOTHING)
        case Some(parts):
            return _united([_rarest(part, frequency) for part in parts])
        case Negation():
            return _NOTHING
        case _:
            assert_never(formula)


def _choice(references: tuple[Reference, ...], frequency: Frequency) -> _Choice:
    return _Choice(references, sum(frequency(each.feature) for each in references))


def _share(choice: _Choice) -> float:
    return choice.share


def _united(choices: Iterable[_Choice]) -> _Choice:
    found: list[Reference] = []
    total = 0.0
    for choice in choices:
        if not choice.references:
            return _NOTHING
        found.extend(choice.references)
        total += choice.share
    return _Choice(tuple(found), total)


def _remaining(formula: Formula, required: tuple[Reference, ...], frequency: Frequency) -> Formula:
    """Return the formula without what meeting an anchor answers."""
    answered = AnyOf(required) if all(each.is_anywhere for each in required) else None
    if formula == answered:
        return ALWAYS
    parts = formula.parts if isinstance(formula, Every) else (formula,)
    return _in_order(every([part for part in parts if part != answered]), frequency)


def _in_order(formula: Formula, frequency: Frequency) -> Formula:
    """Return the formula with first what settles it most often."""

    def likely(part: Formula) -> float:
        return _likelihood(part, frequency)

    match formula:
        case AnyOf() | Close():
            return formula
        case Every(parts):
            return Every(tuple(sorted((_in_order(p, frequency) for p in parts), key=likely)))
        case Some(parts):
            ordered = sorted((_in_order(p, frequency) for p in parts), key=likely, reverse=True)
            return Some(tuple(ordered))
        case Negation(part):
            return Negation(_in_order(part, frequency))
        case _:
            assert_never(formula)


def _likelihood(formula: Formula, frequency: Frequency) -> float:
    match formula:
        case AnyOf(references):
            return _choice(references, frequency).share
        case Close(left, right):
            # Asked late: it costs more than looking whether something is there.
            return 1.0 + min(_choice(side, frequency).share for side in (left, right))
        case Every(parts):
            return min((_likelihood(part, frequency) for part in parts), default=1.0)
        case Some(parts):
            return sum(_likelihood(part, frequency) for part in parts)
        case Negation(part):
            return 1.0 - _likelihood(part, frequency)
        case _:
            assert_never(formula)
