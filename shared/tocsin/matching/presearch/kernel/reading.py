"""From the text of an article to its words: where each begins and ends, and its hash.

What a word is, is told by ``tocsin.text``; so that no text need be looked at there, this says it
again in one pass over the codes of the characters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.features import Space, Zone
from tocsin.matching.presearch.kernel.codes import (
    ACCENT,
    AUTHOR_MARK,
    BODY_MARK,
    COMMA,
    DIGIT_0,
    DIGIT_9,
    FIRST_LETTER,
    FIRST_SIGN_BLOCK,
    FIRST_SPECIAL,
    IGNORED,
    IS_UNSPACED,
    IS_UNSPACED_MARK,
    KEPT_MARK,
    LAST_EXPANSION,
    NEWLINE,
    OTHER,
    SIGN_BLOCK,
    SLOW,
    TAG_MARK,
    WHITE,
    Codes,
)
from tocsin.matching.presearch.kernel.hashing import SALTS, ZERO, Hashing, mix
from tocsin.matching.presearch.kernel.jit import compiled, inlined, signed
from tocsin.matching.presearch.kernel.scratch import (
    BOUNDS,
    BREAK,
    EXTRA,
    KEYS,
    POSITION,
    RARE,
    SPACE,
    START,
    SUMS,
    WORD,
    ZONE,
    Scratch,
)
from tocsin.matching.view import LEAD_WORDS


# Why an article was not read. Python folds its text then, or makes more room.
MARKED = -1  # it has marks that stay, which must be in normal form C to be read as they come
UNREADABLE = -2  # it has characters that fold otherwise than one by one
TOO_LONG = -3


class Text(NamedTuple):
    """How many words it has, the position behind the last, and why it was not read, or 0."""

    words: int
    positions: int
    problem: int


# Words of different streams are at least this far apart: farther than any NEAR reaches.
GAP = 64

_LONGEST_EXPANSION = 40
_TITLE = int(Zone.TITLE)
_LEAD = int(Zone.LEAD)
_REST = int(Zone.REST)
_ANYWHERE = int(Zone.ANYWHERE)
_TEXT, _AUTHOR, _TAG, _URL = map(int, Space)


@compiled
def fold(
    units: NDArray[np.uint16], first: int, end: int, code: NDArray[np.uint16], into: Scratch
) -> int:
    """Write the code of each unit, and return the highest."""
    codes = into.codes
    top = 0
    for index in range(first, end):
        each = code[units[index]]
        codes[index - first] = each
        top = max(top, each)
    return top


# What came before a mark.
_NOTHING, _LETTER, _CHANGED, _SIGN, _ACCENT, _IGNORED = range(6)


@compiled
def spread(
    units: NDArray[np.uint16], first: int, end: int, tables: Codes, normal: bool, into: Scratch
) -> int:
    """Do what ``fold`` does where that is not enough, and return how many codes there are.

    Characters that vanish are left out, others expand to several; a separator is put between the
    words of scripts that have none. Marks that belong to their letter stay where the text is in
    normal form C, and are an answer otherwise: MARKED or UNREADABLE.
    """
    count = 0
    before = _NOTHING
    room = into.codes.shape[0] - 2 * _LONGEST_EXPANSION
    index = first
    while index < end:
        if count > room:
            return TOO_LONG
        unit = units[index]
        code = tables.code[unit]
        index += 1
        if code < FIRST_LETTER:
            into.codes[count] = code
            count += 1
            before = _NOTHING if code >= BODY_MARK else _SIGN
        elif code < FIRST_SPECIAL or code > SLOW:
            count = _put(code, into.codes, count, tables.unspaced)
            before = _LETTER if code == unit else _CHANGED
        elif code <= LAST_EXPANSION:
            number = signed(code) - FIRST_SPECIAL
            for at in range(tables.starts[number], tables.starts[number + 1]):
                count = _put(tables.expansions[at], into.codes, count, tables.unspaced)
            before = _CHANGED
        elif code == ACCENT:
            if before != _SIGN and before != _IGNORED:
                before = _ACCENT
        elif code == IGNORED:
            before = _IGNORED
        elif code == KEPT_MARK:
            if not normal:
                return MARKED
            if before == _ACCENT or before == _CHANGED:
                return UNREADABLE
            count = _put(unit, into.codes, count, tables.unspaced)
            if before == _NOTHING:
                before = _LETTER
        elif code == SIGN_BLOCK:
            if index < end and 0xDC00 <= units[index] < 0xE000:
                block = signed(unit) - FIRST_SIGN_BLOCK
                if tables.pairs[(block << 10) + (signed(units[index]) - 0xDC00)]:
                    return UNREADABLE
                index += 1
            into.codes[count] = OTHER
            count += 1
            before = _SIGN
        else:
            return UNREADABLE
    return count


@inlined
def _put(code: int, codes: NDArray[np.uint16], count: int, unspaced: NDArray[np.uint8]) -> int:
    """Write a letter, apart from the one before where either is a word by itself."""
    flags = unspaced[code]
    follows = count > 0 and unspaced[codes[count - 1]] != 0
    if flags & IS_UNSPACED_MARK and follows:
        pass
    elif follows or flags & IS_UNSPACED:
        codes[count] = OTHER
        count += 1
    codes[count] = code
    return count + 1


@compiled
def scan(length: int, hashing: Hashing, scratch: Scratch) -> tuple[int, int]:
    """Find where words begin and end, and the running hash; return the numbers of words and RARE."""
    codes = scratch.codes
    letters, powers = hashing.letters, hashing.powers
    sums, bounds, rare = scratch.longs[SUMS], scratch.ints[BOUNDS], scratch.ints[RARE]
    total = ZERO
    sums[0] = total
    ends = rares = inside = 0
    for index in range(length):
        code = codes[index]
        total += letters[code] * powers[index]
        sums[index + 1] = total
        letter = 1 if code >= FIRST_LETTER else 0
        if OTHER < code < FIRST_LETTER:
            if code == NEWLINE or code > COMMA:
                rare[rares] = index
                rares += 1
            elif 0 < index < length - 1 and _digit(codes[index - 1]) and _digit(codes[index + 1]):
                letter = 1
        # Written at every character, kept where a word begins or ends: no branch to guess.
        bounds[ends] = index
        ends += letter ^ inside
        inside = letter
    if inside:
        bounds[ends] = length
        ends += 1
    return ends >> 1, rares


@inlined
def _digit(code: int) -> bool:
    return DIGIT_0 <= code <= DIGIT_9


@compiled
def divide(words: int, rares: int, length: int, scratch: Scratch) -> tuple[int, int]:
    """Say of each word in which zone and space it is and whether a paragraph begins with it.

    Returns the position behind the last word, and how many marks there are.
    """
    codes, bounds, rare = scratch.codes, scratch.ints[BOUNDS], scratch.ints[RARE]
    breaks = scratch.bytes[BREAK]
    for word in range(words):
        breaks[word] = 0
    begin = word = stream = marks = 0
    for number in range(rares):
        index = rare[number]
        while word < words and bounds[2 * word] < index:
            word += 1
        if word < words and (codes[index] != NEWLINE or _is_blank_line(codes, index, length)):
            breaks[word] = 1
        if codes[index] != NEWLINE:
            _assign(stream, begin, word, marks * GAP, scratch)
            stream = signed(codes[index])
            begin = word
            marks += 1
    _assign(stream, begin, words, marks * GAP, scratch)
    return words + marks * GAP, marks


@inlined
def _is_blank_line(codes: NDArray[np.uint16], index: int, length: int) -> bool:
    """Tell whether nothing but white space comes between this newline and another."""
    index += 1
    while index < length and codes[index] == WHITE:
        index += 1
    return index < length and codes[index] == NEWLINE


@compiled
def _assign(stream: int, begin: int, end: int, gap: int, scratch: Scratch) -> None:
    """Note the zone and the space of the words of a stream, named by the mark before it."""
    zones, spaces, positions = scratch.bytes[ZONE], scratch.bytes[SPACE], scratch.ints[POSITION]
    zone, space = _ANYWHERE, _URL
    if stream == 0:
        zone, space = _TITLE, _TEXT
    elif stream == BODY_MARK:
        zone, space = _REST, _TEXT
    elif stream == AUTHOR_MARK:
        space = _AUTHOR
    elif stream == TAG_MARK:
        space = _TAG
    for word in range(begin, end):
        zones[word] = zone
        spaces[word] = space
        positions[word] = word + gap
    if stream == BODY_MARK:
        for word in range(begin, min(end, begin + LEAD_WORDS)):
            zones[word] = _LEAD


@compiled
def hash_words(words: int, hashing: Hashing, scratch: Scratch) -> bool:
    """Make an entry of each word, and tell whether any may have other forms."""
    codes, bounds, sums = scratch.codes, scratch.ints[BOUNDS], scratch.longs[SUMS]
    keys, entry_word, start = scratch.longs[KEYS], scratch.ints[WORD], scratch.ints[START]
    spaces, inverses = scratch.bytes[SPACE], hashing.inverses
    arabic = False
    for word in range(words):
        first, end = bounds[2 * word], bounds[2 * word + 1]
        keys[word] = mix((sums[end] - sums[first]) * inverses[first]) ^ SALTS[0, spaces[word]]
        entry_word[word] = word
        start[word] = first
        arabic |= FIRST_ARABIC <= codes[first] <= LAST_ARABIC
    return arabic


FIRST_ARABIC, LAST_ARABIC = ord("ء"), ord("ي")
_WAW, _FA, _BA, _KAF, _LAM, _ALEF = map(ord, "وفبكلا")


@compiled
def hash_forms(words: int, hashing: Hashing, scratch: Scratch) -> int:
    """Make an entry of each other form of a word, which is an end of it; return how many in all."""
    codes, bounds, sums = scratch.codes, scratch.ints[BOUNDS], scratch.longs[SUMS]
    keys, entry_word, start = scratch.longs[KEYS], scratch.ints[WORD], scratch.ints[START]
    extra, spaces, inverses = scratch.ints[EXTRA], scratch.bytes[SPACE], hashing.inverses
    entries = words
    for word in range(words):
        extra[word] = entries
        first, end = bounds[2 * word], bounds[2 * word + 1]
        if not FIRST_ARABIC <= codes[first] <= LAST_ARABIC:
            continue
        if entries + 8 > keys.shape[0]:
            return TOO_LONG
        cuts = _cuts(codes, first, end)
        for cut in range(1, 6):
            if cuts >> cut & 1:
                at = first + cut
                keys[entries] = mix((sums[end] - sums[at]) * inverses[at]) ^ SALTS[0, spaces[word]]
                entry_word[entries] = word
                start[entries] = at
                entries += 1
    extra[words] = entries
    return entries


@compiled
def _cuts(codes: NDArray[np.uint16], first: int, end: int) -> int:
    """Return, as bits, how many letters may be taken off the front of a word (``text.arabic``)."""
    cuts = 1
    bares = 2 if end - first >= 3 and (codes[first] == _WAW or codes[first] == _FA) else 1
    for bare in range(bares):
        cuts |= 1 << bare
        at = first + bare
        letter = codes[at]
        if end - at >= 3 and (letter == _BA or letter == _KAF or letter == _LAM):
            cuts |= 1 << (bare + 1)
        if end - at >= 4 and letter == _LAM and codes[at + 1] == _LAM:
            cuts |= 1 << (bare + 2)
    without_article = cuts
    for cut in range(4):
        at = first + cut
        if (
            without_article >> cut & 1
            and end - at >= 4
            and codes[at] == _ALEF
            and codes[at + 1] == _LAM
        ):
            cuts |= 1 << (cut + 2)
    return cuts
