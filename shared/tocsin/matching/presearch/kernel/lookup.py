"""What the kernel reads when it matches: the arrays, and how an id is found in them.

Every feature that a rule mentions has an id, from 1. Two tables lead from keys (64-bit hashes) to
ids: one of words, which every word of every article is looked up in, and one of phrases and
prefixes, which a filter in front keeps most questions from. Apart, the first is a third as large, and
more of it is in the processor's caches.

A table is an extendible hash (Fagin and others, 1979): a directory, indexed by the first bits of a
key, of segments of 4,096 cells. A full segment is split in two, which takes 50 microseconds however
many there are; a table that doubles as a whole takes 200 milliseconds at a million rules.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.hashing import ONE, ZERO
from tocsin.matching.presearch.kernel.jit import inlined, prefetch, signed


SEGMENT_BITS = np.uint64(12)
CELLS = 1 << int(SEGMENT_BITS)
LAST_CELL = np.uint64(CELLS - 1)

# Flags of a feature. The first three are the zones in which it is in the article at hand.
ZONES = 7
LONGER = 8  # there is a longer phrase that begins with it
DIRECT = 16  # it has certain rules
VERIFY = 32  # it has rules of which more must be asked
UNPREFIXED = 64  # a word that begins with no prefix of any rule, as an article showed
PLACED = 128  # a rule asks what it is near to

# Registers: what the arrays cannot tell of themselves.
WORD_SHIFT = 0  # 64 less the bits of the index of the directory of words
PART_SHIFT = 1  # the same of the directory of phrases and prefixes
SEGMENTS = 2  # in use
FEATURES = 3  # the highest id so far
FREE_FEATURE = 4  # the first of a chain of ids to be used again; 0 is none
FILTER_MASK = 5
FILTERED = 6  # how many keys the filter holds
ARENA_END = 7
MEMOS = 8  # 1 once a word may be UNPREFIXED
PLACES = 9  # how many are noted of the article at hand, and one; 0 where nobody asked
FREE_SLABS = 10  # and after it: the first free slab of each size
SIZES = 56
REGISTERS = FREE_SLABS + SIZES


class Lookup(NamedTuple):
    """The arrays. All are as long as they may ever get (see ``memory``).

    ``registers``: int64 (REGISTERS).
    ``words``, ``parts``: int32, the directories: the segment of all keys with these first bits.
    ``cells``: uint64 (…, 2), key and id; a key of 0 is an empty cell. Linear probing within a
    segment, from the cell that the last 12 bits of a key name.
    ``flags``: uint8, by id.
    ``slabs``: uint32 (…, 2), by id: where in the arena its certain rules are, and the others.
    ``lengths``: int32 (64), how many prefixes there are of each length.
    ``filter``: uint8, 8 bits each, one set for the key of each phrase and prefix; of the keys
    that are looked for and not there it stops 15 in 16, and is 30 times smaller than the cells.
    ``arena``: uint32, the slabs (see ``arena``).
    ``seen``: uint8, by rule: met already in the article at hand.
    ``heads``: int32, by id: its last place in the article at hand.
    """

    registers: NDArray[np.int64]
    words: NDArray[np.int32]
    parts: NDArray[np.int32]
    cells: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    slabs: NDArray[np.uint32]
    lengths: NDArray[np.int32]
    filter: NDArray[np.uint8]
    arena: NDArray[np.uint32]
    seen: NDArray[np.uint8]
    heads: NDArray[np.int32]


@inlined
def first_cell(directory: NDArray[np.int32], shift: np.uint64, key: np.uint64) -> np.uint64:
    """Return the number of the cell in which a key is, unless it is in one of the next."""
    return (np.uint64(directory[key >> shift]) << SEGMENT_BITS) | (key & LAST_CELL)


@inlined
def next_cell(cell: np.uint64) -> np.uint64:
    return (cell & ~LAST_CELL) | ((cell + ONE) & LAST_CELL)


@inlined
def find_word(key: np.uint64, lookup: Lookup) -> int:
    """Return the id of a word, 0 where it has none."""
    shift = np.uint64(lookup.registers[WORD_SHIFT])
    return probe(lookup.cells, first_cell(lookup.words, shift, key), key)


@inlined
def find_part(key: np.uint64, lookup: Lookup) -> int:
    """Return the id of a phrase or a prefix, 0 where it has none. The filter was asked before."""
    shift = np.uint64(lookup.registers[PART_SHIFT])
    return probe(lookup.cells, first_cell(lookup.parts, shift, key), key)


@inlined
def probe(cells: NDArray[np.uint64], cell: np.uint64, key: np.uint64) -> int:
    while True:
        found = cells[cell, 0]
        if found == key:
            return signed(cells[cell, 1])
        if found == ZERO:
            return 0
        cell = next_cell(cell)


@inlined
def may_be_known(key: np.uint64, lookup: Lookup) -> bool:
    """Tell whether a phrase or a prefix may have an id."""
    bit = (key >> SEGMENT_BITS) & np.uint64(lookup.registers[FILTER_MASK])
    return bool((lookup.filter[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & 1)


@inlined
def prefetch_filter(key: np.uint64, lookup: Lookup) -> None:
    """Have what ``may_be_known`` reads be fetched."""
    bit = (key >> SEGMENT_BITS) & np.uint64(lookup.registers[FILTER_MASK])
    prefetch(lookup.filter, bit >> np.uint64(3))


# The rules at a slab of a feature. Certain ones are numbers. Others are entries of four words: the
# number, with flags; two guards; where in the arena the program is, 0 where there is none. A guard is
# a reference (see ``asking``); one of the two must hold for the rule to be worth more. Where the first
# is 0 there are none.
ENTRY = 4
NUMBER_BITS = 26
NUMBER = (1 << NUMBER_BITS) - 1
REPEATED = 1 << NUMBER_BITS  # several features lead to this rule
INEXACT = 2 << NUMBER_BITS  # evaluation has the last word
GUARD, OTHER_GUARD, PROGRAM = 1, 2, 3
