"""Reading the records of many rules at once (see ``tocsin.matching.records``, which says what is in them)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.jit import compiled, exported, inlined, prefetch, signed
from tocsin.matching.presearch.kernel.reading import TOO_LONG


# Where in a head the lengths of name, query and id and the number of leaves begin.
_NAME, _QUERY, _ID, _LEAVES = 8, 12, 16, 18
_HEAD = 20
_TEXTS = 3
_MOST_PACKED = 0xFD
_LINE = 64  # bytes


class Room(NamedTuple):
    """Where to write: ``texts``: uint8, each with a 0 behind it.

    By record, uint64 and uint8: ``versions``, ``leaves``. ``bounds``: uint16, the pairs of all leaves.
    """

    texts: NDArray[np.uint8]
    versions: NDArray[np.uint64]
    leaves: NDArray[np.uint8]
    bounds: NDArray[np.uint16]


@exported
def read_ids(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    numbers: NDArray[np.int32],
    texts: NDArray[np.uint8],
) -> int:
    """Write the ids of rules, and return how many bytes they take; TOO_LONG where there is no room."""
    _fetch(data, starts, numbers, 1)
    size = 0
    for at in range(numbers.shape[0]):
        start = starts[numbers[at]]
        size = _copy(data, start + _HEAD, _number(data, start + _ID, 2) + 1, texts, size)
        if size == TOO_LONG:
            return TOO_LONG
    return size


@exported
def read_records(
    data: NDArray[np.uint8], starts: NDArray[np.int64], numbers: NDArray[np.int32], room: Room
) -> tuple[int, int]:
    """Write what is in records; return how many bytes and how many bounds, TOO_LONG for either."""
    _fetch(data, starts, numbers, 2)
    size = bounds = 0
    for at in range(numbers.shape[0]):
        start = starts[numbers[at]]
        length = _number(data, start + _NAME, 4) + _number(data, start + _QUERY, 4)
        length += _number(data, start + _ID, 2) + _TEXTS
        size = _copy(data, start + _HEAD, length, room.texts, size)
        leaves = signed(data[start + _LEAVES])
        room.versions[at] = _number(data, start, 8)
        room.leaves[at] = leaves
        count = 2 * leaves if leaves <= _MOST_PACKED else 0
        if size == TOO_LONG or bounds + count > room.bounds.shape[0]:
            return TOO_LONG, TOO_LONG
        for number in range(count):
            room.bounds[bounds + number] = _number(data, start + _HEAD + length + 2 * number, 2)
        bounds += count
    return size, bounds


@compiled
def _fetch(
    data: NDArray[np.uint8], starts: NDArray[np.int64], numbers: NDArray[np.int32], lines: int
) -> None:
    for at in range(numbers.shape[0]):
        prefetch(starts, numbers[at])
    for at in range(numbers.shape[0]):
        start = starts[numbers[at]]
        for line in range(lines):
            prefetch(data, start + line * _LINE)


@inlined
def _number(data: NDArray[np.uint8], at: int, size: int) -> int:
    number = 0
    for place in range(size - 1, -1, -1):
        number = number << 8 | signed(data[at + place])
    return number


@inlined
def _copy(
    data: NDArray[np.uint8], start: int, length: int, into: NDArray[np.uint8], size: int
) -> int:
    """Return how many bytes are in use then."""
    if size == TOO_LONG or size + length > into.shape[0]:
        return TOO_LONG
    for place in range(length):
        into[size + place] = data[start + place]
    return size + length
