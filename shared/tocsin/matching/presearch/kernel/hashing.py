"""Hashes of words, so made that those of all beginnings of all words of a text come from one pass.

The hash of letters c0 c1 … is mix(Σ random[c_i] · BASE^i) modulo 2^64. With the running sums of a
whole text, the sum of any part of it is one subtraction, and one multiplication by BASE^-start
brings it to the beginning. At a million words two hashes are equal with a chance of 1e-7 in all.
"""

from functools import cache, lru_cache
from operator import getitem, mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.features import Kind, Space
from tocsin.matching.presearch.kernel.codes import codes
from tocsin.matching.presearch.kernel.jit import inlined


_BITS_64 = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C55
_INVERSE = pow(_BASE, -1, 1 << 64)
_MULTIPLIER = 0xD6E8FEB86659FD93
_SEED = 20240601

MULTIPLIER = np.uint64(_MULTIPLIER)
ZERO, ONE, HALF = np.uint64(0), np.uint64(1), np.uint64(32)


class Hashing(NamedTuple):
    """The numbers that a hash is made of.

    ``letters``: uint64 (65536), a random one for each code. ``powers`` and ``inverses``: uint64, BASE^i
    and BASE^-i for each i below the length of the longest text.
    """

    letters: NDArray[np.uint64]
    powers: NDArray[np.uint64]
    inverses: NDArray[np.uint64]


def hashing(longest: int) -> Hashing:
    return Hashing(_letters(), _powers(_BASE, longest), _powers(_INVERSE, longest))


@cache
def _letters() -> NDArray[np.uint64]:
    random = np.random.default_rng(_SEED)
    return random.integers(1, 1 << 63, 65536, dtype=np.uint64) * np.uint64(2) + ONE


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    powers = np.empty(count, np.uint64)
    powers[0] = 1
    known = 1
    while known < count:
        more = min(known, count - known)
        powers[known : known + more] = powers[:more] * np.uint64(pow(base, known, 1 << 64))
        known += more
    return powers


def _salts() -> NDArray[np.uint64]:
    random = np.random.default_rng(_SEED + 1)
    salts = random.integers(1, 1 << 63, (2, len(Space)), dtype=np.uint64)
    salts[Kind.WORD, Space.TEXT] = 0
    return salts


# uint64 (2, spaces): what makes a word and a prefix, and the words of each space, different.
SALTS = _salts()


@inlined
def mix(number: np.uint64) -> np.uint64:
    """Spread a number over all 64 bits; different numbers stay different."""
    number ^= number >> HALF
    number *= MULTIPLIER
    return number ^ (number >> HALF)


@inlined
def key_of_pair(phrase: int, word: int) -> np.uint64:
    """Return the key of the phrase that is another phrase, or a word, and one word more."""
    return mix((np.uint64(phrase) << HALF) | np.uint64(word))


@lru_cache(maxsize=1 << 16)
def key_of(text: str, kind: Kind, space: Space) -> int:
    """Return the key of a folded word, or of a prefix."""
    return _hash_of(text) ^ int(SALTS[kind, space])


@lru_cache(maxsize=1 << 16)
def key_of_word(text: str) -> int:
    """Return the key of a folded word of the text, whose salt is 0: enumerations are slow to look up."""
    return _hash_of(text)


def _hash_of(text: str) -> int:
    if text.isascii() and len(text) <= _USUAL_LENGTH:
        number: int = sum(map(getitem, _python_products(), text.encode())) & _BITS_64
    else:
        units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
        letters = map(_python_letters().__getitem__, units)
        number = sum(map(mul, letters, _python_powers(len(units)))) & _BITS_64
    number ^= number >> 32
    number = number * _MULTIPLIER & _BITS_64
    return number ^ (number >> 32)


_USUAL_LENGTH = 64


@cache
def _python_products() -> list[list[int]]:
    """Return for each place in a word what each letter of ASCII there adds to the sum."""
    letters = _python_letters()[:128]
    powers = _powers(_BASE, _USUAL_LENGTH).tolist()
    return [[letter * power & _BITS_64 for letter in letters] for power in powers]


@cache
def _python_letters() -> list[int]:
    found: list[int] = _letters()[codes().folded].tolist()
    return found


def _python_powers(length: int) -> list[int]:
    found: list[int] = _powers(_BASE, length).tolist()
    return found
