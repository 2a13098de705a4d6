"""Under which features a rule is registered, and what remains to be asked when one is met."""

from collections.abc import Callable, Iterable, Sequence
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
    negation,
    some,
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
    parts = formula.parts if isinstance(formula, Every) else (formula,)
    choices = [_rarest(part, frequency) for part in parts]
    required = min(choices, key=_share, default=_NOTHING).references
    anchors = tuple(dict.fromkeys([each.feature for each in required])) or (fact(AN_ARTICLE),)
    is_answered = all(each.is_anywhere for each in required)  # by meeting an anchor
    answered = AnyOf(required) if is_answered else None
    return Registration(anchors, _in_order([p for p in parts if p != answered], frequency), exact)


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
    return _Choice(references, sum([frequency(each.feature) for each in references]))


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


def _in_order(parts: Sequence[Formula], frequency: Frequency) -> Formula:
    """Return the conjunction with first what settles it most often."""

    def likely(part: Formula) -> float:
        return _likelihood(part, frequency)

    ordered = [_with_order(part, frequency) for part in parts]
    return every(sorted(ordered, key=likely) if len(ordered) > 1 else ordered)


def _with_order(formula: Formula, frequency: Frequency) -> Formula:
    match formula:
        case AnyOf() | Close():
            return formula
        case Every(parts):
            return _in_order(parts, frequency)
        case Some(parts):
            ordered = [_with_order(part, frequency) for part in parts]
            ordered.sort(key=lambda part: _likelihood(part, frequency), reverse=True)
            return some(ordered)
        case Negation(part):
            return negation(_with_order(part, frequency))
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
