"""Conditions on features, joined by AND, OR and NOT: what a rule boils down to.

Build them with ``every``, ``some`` and ``negation``, which keep them flat and free of constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from tocsin.matching.presearch.features import Reference


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the features is there."""

    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """One of ``left`` and one of ``right`` have at most ``distance`` words between them.

    In this order, or in any.
    """

    left: tuple[Reference, ...]
    right: tuple[Reference, ...]
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Formula


Formula: TypeAlias = AnyOf | Close | Every | Some | Negation

ALWAYS = Every(())
NEVER = Some(())


def every(parts: Sequence[Formula]) -> Formula:
    """Return the conjunction; ``ALWAYS`` of nothing."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Formula] = []
    for part in parts:
        if isinstance(part, Every):
            flat += part.parts
        elif part == NEVER:
            return NEVER
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def some(parts: Sequence[Formula]) -> Formula:
    """Return the disjunction; ``NEVER`` of nothing. All single features become one question."""
    if len(parts) == 1:
        return parts[0]
    references: dict[Reference, None] = {}
    others: list[Formula] = []
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        for each in part.parts if isinstance(part, Some) else (part,):
            if isinstance(each, AnyOf):
                references.update(dict.fromkeys(each.references))
            else:
                others.append(each)
    flat = [AnyOf(tuple(references)), *others] if references else others
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


def negation(part: Formula) -> Formula:
    match part:
        case Negation(inner):
            return inner
        case Every(()):
            return NEVER
        case Some(()):
            return ALWAYS
        case _:
            return Negation(part)


def references(formula: Formula) -> Iterator[Reference]:
    match formula:
        case AnyOf(asked):
            yield from asked
        case Close(left, right):
            yield from left
            yield from right
        case Every(parts) | Some(parts):
            for part in parts:
                yield from references(part)
        case Negation(part):
            yield from references(part)
        case _:
            assert_never(formula)
