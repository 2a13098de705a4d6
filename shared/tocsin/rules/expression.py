"""The expression tree of the rule language: plain values, each with its place in the query."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self, TypeAlias

from tocsin.rules.words import word_patterns


class Place(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of the query."""

    start: int
    end: int


NOWHERE = Place(0, 0)

_set = object.__setattr__


class FieldName(StrEnum):
    """Where to look; without any, in title and body."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    AUTHOR = "author"
    TAG = "tag"
    URL = "url"


class FilterKind(StrEnum):
    LANGUAGE = "lang"
    SOURCE = "source"
    SOURCE_COUNTRY = "sourcecountry"


class Level(StrEnum):
    """How much of an article is about a region."""

    MENTION = "mention"
    ABOUT = "about"


class Unit(StrEnum):
    SENTENCE = "SENTENCE"
    PARAGRAPH = "PARAGRAPH"


@dataclass(frozen=True, slots=True)
class Literal:
    """What stands in an article's words, as it is written in the rule.

    ``words`` is how it is looked for: folded, ``*`` and ``?`` kept.
    """

    text: str
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)
    words: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", word_patterns(self.text))

    @classmethod
    def of_words(cls, text: str, words: tuple[str, ...], place: Place) -> Self:
        """Return it with the words that are known to be those of the text, in a third of the time."""
        found = object.__new__(cls)
        _set(found, "text", text)
        _set(found, "words", words)
        _set(found, "place", place)
        return found


@dataclass(frozen=True, slots=True)
class Term(Literal):
    """One word."""


@dataclass(frozen=True, slots=True)
class Wildcard(Literal):
    """One word with ``?`` for a letter, or ``*`` at the end for any letters or none."""


@dataclass(frozen=True, slots=True)
class Phrase(Literal):
    """Words one after another; any of them may be a wildcard."""


@dataclass(frozen=True, slots=True)
class Near:
    """At most ``distance`` words between the two; in this order, or in any."""

    left: Expression
    right: Expression
    distance: int
    ordered: bool = False
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Same:
    """Both in one sentence, or in one paragraph."""

    left: Expression
    right: Expression
    unit: Unit
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class InField:
    name: FieldName
    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class FirstWords:
    """Within the first ``count`` words of the article, those of the title included."""

    count: int
    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``count`` hits or more."""

    count: int
    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class SameCase:
    """Upper and lower case count."""

    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class SameAccents:
    """Accents and other marks count."""

    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Boost:
    """Matches as its operand does; of the sentences shown, the one with the highest weight leads."""

    operand: Expression
    weight: int
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class ListReference:
    """A shared list of alternatives, by name. ``alternatives`` is given by ``resolve``."""

    name: str
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)
    alternatives: Expression | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class InRegion:
    """Set in a region, named as people write it. ``region`` is its id, given by ``resolve``."""

    name: str
    level: Level = Level.MENTION
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)
    region: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of the article rather than of its words.

    ``region`` is the id of a source's country, given by ``resolve``.
    """

    kind: FilterKind
    value: str
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)
    region: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more; one that is ``Not`` excludes."""

    operands: tuple[Expression, ...]
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    operands: tuple[Expression, ...]
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


Expression: TypeAlias = (
    Term
    | Wildcard
    | Phrase
    | Near
    | Same
    | InField
    | FirstWords
    | AtLeast
    | SameCase
    | SameAccents
    | Boost
    | ListReference
    | InRegion
    | Filter
    | Not
    | And
    | Or
)
