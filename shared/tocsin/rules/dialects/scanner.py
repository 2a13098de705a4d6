"""Cut a query of another tool into lexemes, by an ordered list of patterns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tocsin.errors import RuleSyntaxError
from tocsin.rules.expression import Place


class Sign(Enum):
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()  # group n: the number
    ORDERED = auto()  # as NEAR, in this order
    SENTENCE = auto()
    PARAGRAPH = auto()
    ADJACENT = auto()
    FIELD = auto()  # group name
    FIRST = auto()  # after its operand; group n
    AT_LEAST = auto()  # before its operand; group n
    CASE = auto()
    EXACT = auto()
    PLUS = auto()
    BOOST = auto()  # group n
    SLOP = auto()  # group n
    WORD = auto()
    PHRASE = auto()  # group text
    LOST = auto()
    END = auto()


Lexicon = Sequence[tuple[Sign, str]]

PHRASE = r'["“”„«＂](?P<text>[^"“”„«»＂]*)["“”»＂]'  # noqa: RUF001 -- quotes as people type them
_OPENING_QUOTES = '"“„«＂'  # noqa: RUF001 -- as above
_SPACE = re.compile(r"[\s\u200b\ufeff]*")


@dataclass(frozen=True, slots=True)
class Lexeme:
    sign: Sign
    start: int
    end: int
    text: str
    groups: dict[str, str]

    @property
    def place(self) -> Place:
        return Place(self.start, self.end)

    @property
    def number(self) -> int | None:
        """The number in it, if there is one; one of very many digits is cut, being out of range."""
        digits = self.groups.get("n", "")
        return int(digits[:9]) if digits else None


def scan(text: str, lexicon: Lexicon) -> Iterator[Lexeme]:
    """Yield the lexemes, the last of sign END; the first pattern that fits a place is taken.

    Raises:
        RuleSyntaxError: none fits.
    """
    patterns = [(sign, re.compile(pattern)) for sign, pattern in lexicon]
    position = _skip_space(text, 0)
    while position < len(text):
        sign, found = _first(text, position, patterns)
        groups = {name: value for name, value in found.groupdict().items() if value is not None}
        yield Lexeme(sign, found.start(), found.end(), found.group(), groups)
        position = _skip_space(text, found.end())
    yield Lexeme(Sign.END, len(text), len(text), "", {})


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _first(
    text: str, position: int, patterns: Sequence[tuple[Sign, re.Pattern[str]]]
) -> tuple[Sign, re.Match[str]]:
    for sign, pattern in patterns:
        found = pattern.match(text, position)
        if found and found.end() > position:
            return sign, found
    if text[position] in _OPENING_QUOTES:
        closed = f'{text.rstrip()}"'
        raise RuleSyntaxError(text, position, "a quote is opened and never closed", fix=closed)
    raise RuleSyntaxError(text, position, f"{text[position]!r} means nothing here")
