"""What each character folds to, as numbers that the kernel scans.

A text is read as UTF-16. Every unit of it has a *code*: the letter that it folds to, or one of
the signs below. ``tocsin.text`` says what is right; the tables are made from it.
"""

import re
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.text.folding import extends, fold_cluster, is_accent
from tocsin.text.tokens import UNSPACED, UNSPACED_MARKS


# What parts words.
WHITE = 0
OTHER = 1
NEWLINE = 2
POINT = 3  # between digits it parts nothing
COMMA = 4
# What stands between the texts of an article, before the one that it names.
BODY_MARK = 5
AUTHOR_MARK = 6
TAG_MARK = 7
URL_MARK = 8
DIGIT_0, DIGIT_9 = ord("0"), ord("9")
FIRST_LETTER = DIGIT_0
# From here on a script may be written without spaces.
FIRST_UNSPACED = 0x0E01
# No letter has the code of a surrogate. From here on, the expansions by their index.
FIRST_SPECIAL = 0xD800
LAST_EXPANSION = 0xDFEF
ACCENT = 0xDFF0  # vanishes
IGNORED = 0xDFF1  # vanishes, and parts a letter from its marks
KEPT_MARK = 0xDFF2
SIGN_BLOCK = 0xDFF3  # the first half of a pair, in a block of signs in which there are few letters
SLOW = 0xDFFF  # ask tocsin.text

PARAGRAPH_SEPARATOR = "\u2029"  # so rare that tocsin.text reads what has one

MARKS = {BODY_MARK: "\x1e", AUTHOR_MARK: "\x1c", TAG_MARK: "\x1d", URL_MARK: "\x1f"}

# Whether a code is a word by itself, or a mark that stays with such a word.
IS_UNSPACED = 1
IS_UNSPACED_MARK = 2

_SIGNS = {"\n": NEWLINE, ".": POINT, ",": COMMA, **{sign: code for code, sign in MARKS.items()}}

# Emoji and the like.
FIRST_SIGN_BLOCK = 0xD83C
_SIGN_BLOCKS = range(FIRST_SIGN_BLOCK, 0xD83F)
# These fold to themselves, and are half of all there is.
_PLAIN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xAC00, 0xD7A4))
_PRIVATE = range(0xE000, 0xF900)
_HIGH_SURROGATES = range(0xD800, 0xDC00)
_SURROGATES = range(0xD800, 0xE000)


class Codes(NamedTuple):
    """The tables.

    ``code``: uint16 (65536), the code of each unit of UTF-16.
    ``folded``: uint16 (65536), the same for a text that is folded already.
    ``unspaced``: uint8 (65536), IS_UNSPACED and IS_UNSPACED_MARK of each code.
    ``expansions``: uint16, the codes of what characters expand to, one after another; number i
    from ``starts[i]`` to ``starts[i + 1]`` (int32).
    ``pairs``: uint8 (3072), 1 for each pair in the blocks of signs that is a letter.
    """

    code: NDArray[np.uint16]
    folded: NDArray[np.uint16]
    unspaced: NDArray[np.uint8]
    expansions: NDArray[np.uint16]
    starts: NDArray[np.int32]
    pairs: NDArray[np.uint8]


@cache
def codes() -> Codes:
    """Return the tables; the first call takes a fifth of a second."""
    expansions: dict[str, int] = {}
    code = np.arange(65536, dtype=np.uint16)
    code[_PRIVATE.start : _PRIVATE.stop] = OTHER
    code[_SURROGATES.start : _SURROGATES.stop] = OTHER
    code[_HIGH_SURROGATES.start : _HIGH_SURROGATES.stop] = SLOW
    code[_SIGN_BLOCKS.start : _SIGN_BLOCKS.stop] = SIGN_BLOCK
    known = (*_PLAIN, _PRIVATE, _SURROGATES)
    for unit in range(65536):
        if not any(unit in part for part in known):
            code[unit] = _code(chr(unit), expansions)
    lengths = accumulate(map(len, expansions), initial=0)
    return Codes(
        code,
        _folded(),
        _unspaced(),
        np.array([_folded_code(c) for text in expansions for c in text], np.uint16),
        np.array(list(lengths), np.int32),
        _letter_pairs(),
    )


def _code(character: str, expansions: dict[str, int]) -> int:
    folded = _fold(character)
    if extends(character):
        if is_accent(character):
            return ACCENT
        return KEPT_MARK if folded == character else SLOW
    if character == PARAGRAPH_SEPARATOR:
        return SLOW
    if character.isspace():
        return _SIGNS.get(character, WHITE)
    if not folded:
        return IGNORED
    if max(folded) > "\uffff":
        return SLOW
    if len(folded) == 1:
        return _folded_code(folded)
    return FIRST_SPECIAL + expansions.setdefault(folded, len(expansions))


def _folded_code(character: str) -> int:
    if character == " ":
        return OTHER
    return _SIGNS.get(character, ord(character))


def _fold(character: str) -> str:
    return fold_cluster.__wrapped__(character)  # past the cache, which has better uses


def _folded() -> NDArray[np.uint16]:
    """A space parts words here, and two newlines paragraphs; nothing else needs reading."""
    table = np.arange(65536, dtype=np.uint16)
    table[ord(" ")] = OTHER
    for sign, code in _SIGNS.items():
        table[ord(sign)] = code
    return table


def _unspaced() -> NDArray[np.uint8]:
    table = np.zeros(65536, np.uint8)
    everything = "".join(map(chr, range(FIRST_UNSPACED, FIRST_SPECIAL)))
    everything += "".join(map(chr, range(_SURROGATES.stop, 65536)))
    for letters, flag in ((UNSPACED, IS_UNSPACED), (UNSPACED_MARKS, IS_UNSPACED_MARK)):
        table[[ord(character) for character in re.findall(f"[{letters}]", everything)]] |= flag
    return table


def _letter_pairs() -> NDArray[np.uint8]:
    first = 0x10000 + ((FIRST_SIGN_BLOCK - _SURROGATES.start) << 10)
    pairs = range(first, first + (len(_SIGN_BLOCKS) << 10))
    return np.array([_fold(chr(pair)) != " " for pair in pairs], np.uint8)
