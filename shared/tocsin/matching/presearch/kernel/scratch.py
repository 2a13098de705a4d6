"""What the kernel writes down about the article at hand."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


# Rows of ``ints``. By word, in the order of the article:
BOUNDS = 0  # where words begin and end in ``codes``, by turns; so it is indexed by 2w and 2w + 1
POSITION = 1  # counted on over the streams, with a gap between them
EXTRA = 2  # the first of the entries that are other forms of the word
# By entry. Each word is an entry of the same number; other forms of words follow them.
ID = 3  # of the feature that it is; 0 is none
WORD = 4
START = 5  # where it begins in ``codes``; it ends where its word does
# Lists.
DISPLACED = 6  # entries that are not where the table is asked first; then ends of pairs of words
RARE = 7  # where in ``codes`` newlines and marks are
UNMET = 8  # entries of which it is not known whether they begin with a prefix
PRESENT = 9  # ids of the features that are in the article
PHRASE, PHRASE_LAST, PHRASE_LENGTH = 10, 11, 12  # id; its last word; how many words
PREFIX, PREFIX_ENTRY = 13, 14  # id; the entry that begins with it
LENGTHS = 15  # of the prefixes in use
# Places of features, each with the next of the same feature. The first are the entries.
PLACE_NEXT, PLACE_FIRST, PLACE_LAST, PLACE_ZONE = 16, 17, 18, 19
INTS = 20

# Rows of ``longs``.
SUMS = 0  # the running hash, by code
KEYS = 1  # by entry
PAIRS = 2  # keys of pairs of words
SLABS, ENDS = 3, 4  # where in the arena the rules of the features begin, and where they end
ENTRIES = 5  # of rules that are worth asking
LEFT_FIRST, LEFT_LAST, RIGHT_FIRST, RIGHT_LAST = 6, 7, 8, 9  # bits, by position
LONGS = 10

# Rows of ``bytes``, by word.
BREAK = 0  # 1 where a paragraph or a stream begins
ZONE = 1
SPACE = 2
BYTES = 3


# The zones of a feature are in the sketch at the last bits of its id. 300 features of an article leave it
# so empty that 98 of 100 absent ones are seen to be absent, and it stays in the fastest cache.
SKETCHED = (1 << 14) - 1


class Scratch(NamedTuple):
    """Room for one article; nothing in it outlives the article.

    ``codes``: uint16 (length), the folded text. ``ints``: int32 (INTS, length). ``longs``:
    uint64 (LONGS, length). ``bytes``: uint8 (BYTES, length). ``sketch``: uint8 (SKETCHED + 1), the zones
    of the features that are PRESENT, each perhaps with those of others.
    """

    codes: NDArray[np.uint16]
    ints: NDArray[np.int32]
    longs: NDArray[np.uint64]
    bytes: NDArray[np.uint8]
    sketch: NDArray[np.uint8]


def scratch(length: int) -> Scratch:
    """Make room for texts of up to that many codes, and a little more."""
    # Rows a multiple of 4 KB apart would share the same few lines of the processor's first cache.
    length += 1024 + 48 - length % 1024
    return Scratch(
        np.zeros(length, np.uint16),
        np.zeros((INTS, length), np.int32),
        np.zeros((LONGS, length), np.uint64),
        np.zeros((BYTES, length), np.uint8),
        np.zeros(SKETCHED + 1, np.uint8),
    )
