"""Where in an article literals stand: once it has matched, a reader wants to see that."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.codes import BODY_MARK, FIRST_UNSPACED, Codes
from tocsin.matching.presearch.kernel.hashing import Hashing, mix
from tocsin.matching.presearch.kernel.jit import compiled, exported, inlined, signed
from tocsin.matching.presearch.kernel.reading import (
    FIRST_ARABIC,
    LAST_ARABIC,
    TOO_LONG,
    UNREADABLE,
    divide,
    fold,
    hash_words,
    scan,
)
from tocsin.matching.presearch.kernel.scratch import BOUNDS, BREAK, KEYS, PLACE_NEXT, SUMS, Scratch


_NONE = -1
_STAR, _QUESTION_MARK = ord("*"), ord("?")

# Kinds of literals.
_UNREAD, _PHRASE, _BEGINNING = 0, 1, 2


class Literals(NamedTuple):
    """Texts, a sign that parts words behind each.

    ``units``: uint16, UTF-16. ``ends``: int64 (literals + 1), where each begins and the last ends.
    """

    units: NDArray[np.uint16]
    ends: NDArray[np.int64]


class Places(NamedTuple):
    """Where the literals stand.

    ``spans``: int32 (3, …), those of one literal after another: 0 for the title and 1 for the text, and
    where in it the place begins and ends. ``ends``: int64 (literals + 1), where those of each literal
    begin and the last end. ``read``: uint8 (literals), 0 where a literal was not read. ``heads``: int32, of
    a length that is a power of 2; where chains of words begin.
    """

    ends: NDArray[np.int64]
    read: NDArray[np.uint8]
    spans: NDArray[np.int32]
    heads: NDArray[np.int32]


@exported
def locate(
    units: NDArray[np.uint16],
    literals: Literals,
    tables: Codes,
    hashing: Hashing,
    scratch: Scratch,
    asked: Scratch,
    places: Places,
) -> int:
    """Find the literals in an article of title and text, and return 0.

    UNREADABLE is an article that does not fold letter by letter, or has words that have other
    forms; TOO_LONG is the answer where there is no room for all places.
    """
    length = units.shape[0]
    if fold(units, 0, length, tables.code, scratch) >= FIRST_UNSPACED:
        return UNREADABLE
    words, rares = scan(length, hashing, scratch)
    _, marks = divide(words, rares, length, scratch)
    if hash_words(words, hashing, scratch) or marks != 1:
        return UNREADABLE
    body = 0
    while tables.code[units[body]] != BODY_MARK:
        body += 1
    mask = _chain(words, scratch, places)
    fold(literals.units, 0, literals.units.shape[0], tables.code, asked)
    asked_words, _ = scan(literals.units.shape[0], hashing, asked)
    hash_words(asked_words, hashing, asked)
    word = count = 0
    for number in range(literals.ends.shape[0] - 1):
        places.ends[number] = count
        first = word
        while word < asked_words and asked.ints[BOUNDS, 2 * word] < literals.ends[number + 1]:
            word += 1
        kind = _kind(number, first, word, literals, asked)
        places.read[number] = kind
        if kind == _PHRASE:
            count = _find_phrase(first, word, mask, words, body, count, scratch, asked, places)
        elif kind == _BEGINNING:
            count = _find_beginning(first, words, body, count, hashing, scratch, asked, places)
        if count == TOO_LONG:
            return TOO_LONG
    places.ends[literals.ends.shape[0] - 1] = count
    return 0


@compiled
def _chain(words: int, scratch: Scratch, places: Places) -> int:
    """Chain the words by the last bits of their keys, those of each chain in order; return the mask."""
    size = 64
    while size < 2 * words and size < places.heads.shape[0]:
        size *= 2
    for at in range(size):
        places.heads[at] = _NONE
    for word in range(words - 1, -1, -1):
        chain = signed(scratch.longs[KEYS, word]) & (size - 1)
        scratch.ints[PLACE_NEXT, word] = places.heads[chain]
        places.heads[chain] = word
    return size - 1


@compiled
def _kind(number: int, first: int, end: int, literals: Literals, asked: Scratch) -> int:
    """Tell how to look for a literal that is these words."""
    stars = 0
    for at in range(literals.ends[number], literals.ends[number + 1]):
        unit, code = literals.units[at], asked.codes[at]
        stars += 1 if unit == _STAR else 0
        if unit == _QUESTION_MARK or code >= FIRST_UNSPACED or FIRST_ARABIC <= code <= LAST_ARABIC:
            return _UNREAD
    if first == end:
        return _UNREAD
    if stars == 0:
        return _PHRASE
    is_beginning = stars == 1 and end == first + 1
    if is_beginning and literals.units[asked.ints[BOUNDS, 2 * first + 1]] == _STAR:
        return _BEGINNING
    return _UNREAD


@compiled
def _find_phrase(
    first: int,
    end: int,
    mask: int,
    words: int,
    body: int,
    count: int,
    scratch: Scratch,
    asked: Scratch,
    places: Places,
) -> int:
    keys, wanted, breaks = scratch.longs[KEYS], asked.longs[KEYS], scratch.bytes[BREAK]
    word = signed(places.heads[signed(wanted[first]) & mask])
    while word != _NONE:
        at = 0
        while at < end - first and word + at < words and keys[word + at] == wanted[first + at]:
            if at and breaks[word + at]:
                break
            at += 1
        if at == end - first:
            count = _note(word, word + at - 1, body, count, scratch, places)
            if count == TOO_LONG:
                return TOO_LONG
        word = signed(scratch.ints[PLACE_NEXT, word])
    return count


@compiled
def _find_beginning(
    first: int,
    words: int,
    body: int,
    count: int,
    hashing: Hashing,
    scratch: Scratch,
    asked: Scratch,
    places: Places,
) -> int:
    bounds, sums, inverses = scratch.ints[BOUNDS], scratch.longs[SUMS], hashing.inverses
    key = asked.longs[KEYS, first]
    length = asked.ints[BOUNDS, 2 * first + 1] - asked.ints[BOUNDS, 2 * first]
    for word in range(words):
        begin = bounds[2 * word]
        if bounds[2 * word + 1] - begin < length:
            continue
        if mix((sums[begin + length] - sums[begin]) * inverses[begin]) == key:
            count = _note(word, word, body, count, scratch, places)
            if count == TOO_LONG:
                return TOO_LONG
    return count


@inlined
def _note(first: int, last: int, body: int, count: int, scratch: Scratch, places: Places) -> int:
    if count == places.spans.shape[1]:
        return TOO_LONG
    start, end = scratch.ints[BOUNDS, 2 * first], scratch.ints[BOUNDS, 2 * last + 1]
    in_body = start > body
    places.spans[0, count] = 1 if in_body else 0
    places.spans[1, count] = start - body - 1 if in_body else start
    places.spans[2, count] = end - body - 1 if in_body else end
    return count + 1
