"""What ordinary queries are made of: the tokens that ``quick`` and ``plain`` read.

Words and phrases of letters and digits, ``*`` at the end of a word, brackets, AND, OR, NOT and NEAR: of
a million rules nearly all are nothing else.
"""

import re
from enum import IntEnum, auto
from functools import lru_cache
from typing import NamedTuple

from tocsin.rules.checks import LETTERS_BEFORE_ASTERISK
from tocsin.rules.expression import Phrase, Term, Wildcard
from tocsin.rules.stop_words import is_stop_word
from tocsin.rules.words import word_patterns


# Spaces, and what follows them. A word that touches a bracket or a quote may mean something else.
TOKEN = re.compile(
    r'( *)(NEAR/[0-9]{1,2}(?=[ )]|$)|[^\W_]+\*?(?=[ )]|$)|[()]|"[^\W_]+(?: [^\W_]+)*")'
)


class _Kind(IntEnum):
    END = 0
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NEAR = auto()
    # From here on, what may begin an operand.
    NOT = auto()
    OPEN = auto()
    LEAF = auto()


# Plain numbers, for an enumeration's take four times as long to compare.
END, CLOSE, AND, OR, NEAR, NOT, OPEN, LEAF = map(int, _Kind)
SIGNS = {"(": OPEN, ")": CLOSE, "AND": AND, "OR": OR, "NOT": NOT, "NEAR": NEAR}
_OTHERS = frozenset({"ONEAR", "SENTENCE", "PARAGRAPH", "SAME", "same"})
_COUNTED = re.compile(r"(?:near|onear|adj|first|atleast|repeat)\d+", re.IGNORECASE)


class Literal(NamedTuple):
    """``vague``: it is so common that it says nothing alone."""

    sort: type[Term | Wildcard | Phrase]
    text: str
    words: tuple[str, ...]
    vague: bool


@lru_cache(maxsize=1 << 16)
def literal(token: str) -> Literal | None:
    """Return what a token says that is no sign; None where it is out of the ordinary."""
    text = token[1:-1] if token[0] == '"' else token
    words = word_patterns(text)
    is_pattern = token[-1] == "*"
    if len(words) > 1 and not is_pattern:
        return Literal(Phrase, text, words, vague=False)
    if len(words) != 1 or _may_be_a_sign(token):
        return None
    if is_pattern:
        if not token.isascii() or len(token) <= LETTERS_BEFORE_ASTERISK:
            return None
        return Literal(Wildcard, text, words, vague=False)
    return Literal(Term, text, words, is_stop_word(words[0]))


def _may_be_a_sign(word: str) -> bool:
    """Tell whether a word is an operator of other names, or is one with a number behind it."""
    return word in _OTHERS or (word[-1].isdigit() and _COUNTED.fullmatch(word) is not None)
