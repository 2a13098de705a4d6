"""From a formula to the program that asks it (see ``asking``)."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, assert_never

from tocsin.matching.presearch.features import Feature, Reference
from tocsin.matching.presearch.formula import (
    ALWAYS,
    AnyOf,
    Close,
    Every,
    Formula,
    Negation,
    Some,
    every,
)
from tocsin.matching.presearch.kernel.asking import (
    ACCEPT,
    ANY,
    DISTANCE_SHIFT,
    LONGEST_PROGRAM,
    NEAR,
    OPERATION_BITS,
    REJECT,
    RIGHT_SHIFT,
    ZONE_BITS,
)


_GUARDS = 2


class _Label:
    """A place in the program that is not known yet."""

    def __init__(self, place: int = -1) -> None:
        self.place = place


class _Assembler:
    def __init__(self, number: Callable[[Feature], int]) -> None:
        self._number = number
        self.words: list[int] = []
        self._exits: list[tuple[int, _Label, _Label]] = []

    def ask(self, formula: Formula, yes: _Label, no: _Label) -> None:
        match formula:
            case AnyOf(references):
                self._begin(ANY, references, yes, no)
                self.refer_to(references)
            case Close(left, right, distance, ordered):
                self._begin(NEAR, left, yes, no)
                third = (len(right) << RIGHT_SHIFT) | (distance << DISTANCE_SHIFT) | ordered
                self.words.append(third)
                self.refer_to(left)
                self.refer_to(right)
            case Every(parts):
                for part in parts[:-1]:
                    following = _Label()
                    self.ask(part, following, no)
                    following.place = len(self.words)
                self.ask(parts[-1], yes, no)
            case Some(parts):
                for part in parts[:-1]:
                    following = _Label()
                    self.ask(part, yes, following)
                    following.place = len(self.words)
                self.ask(parts[-1], yes, no)
            case Negation(part):
                self.ask(part, no, yes)
            case _:
                assert_never(formula)

    def _begin(self, operation: int, count: Sequence[object], yes: _Label, no: _Label) -> None:
        self._exits.append((len(self.words) + 1, yes, no))
        self.words += [(operation << OPERATION_BITS) | len(count), 0]

    def refer_to(self, references: Sequence[Reference]) -> None:
        self.words += [
            (self._number(feature) << ZONE_BITS) + zones for feature, zones in references
        ]

    def finished(self) -> list[int]:
        for at, yes, no in self._exits:
            self.words[at] = (yes.place << 16) | no.place
        return self.words


class Question(NamedTuple):
    """Two guards, 0 for none, and the program; in references ``number`` stands for a feature.

    The program is None where it would be too long.
    """

    guards: list[int]
    program: list[int] | None


def question(
    formula: Formula, anchors: Collection[Feature], number: Callable[[Feature], int]
) -> Question:
    """Return how to ask a formula of an article in which an anchor was met."""
    guards, rest = _guarded(formula, anchors)
    assembler = _Assembler(number)
    assembler.refer_to(guards)
    words = assembler.words
    return Question(words + [0] * (_GUARDS - len(words)), program(rest, number))


def _guarded(
    formula: Formula, anchors: Collection[Feature]
) -> tuple[tuple[Reference, ...], Formula]:
    """Return what can be asked at a glance, the rarest such question, and the rest."""
    parts = formula.parts if isinstance(formula, Every) else (formula,)
    for at, part in enumerate(parts):
        match part:
            case AnyOf(asked) if len(asked) <= _GUARDS:
                return asked, every((*parts[:at], *parts[at + 1 :]))
            case Close(left, right):
                for side in (left, right):
                    if len(side) <= _GUARDS and not all(each.feature in anchors for each in side):
                        return side, formula
            case _:
                pass
    return (), formula


def program(formula: Formula, number: Callable[[Feature], int]) -> list[int] | None:
    """Return the program that asks it; empty where nothing is asked, None where it is too long."""
    if formula == ALWAYS:
        return []
    assembler = _Assembler(number)
    assembler.ask(formula, _Label(ACCEPT), _Label(REJECT))
    return assembler.finished() if len(assembler.words) <= LONGEST_PROGRAM else None
