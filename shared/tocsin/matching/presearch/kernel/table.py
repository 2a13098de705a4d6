"""Putting keys into the table, and taking them out."""

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.hashing import ONE, ZERO
from tocsin.matching.presearch.kernel.jit import compiled, signed
from tocsin.matching.presearch.kernel.ledger import Ledger
from tocsin.matching.presearch.kernel.lookup import (
    CELLS,
    LAST_CELL,
    PART_SHIFT,
    SEGMENT_BITS,
    SEGMENTS,
    WORD_SHIFT,
    Lookup,
    first_cell,
    next_cell,
)


# Fuller segments would be asked more often in vain: of 5/8, a key that is not there takes 4 looks.
_FULL = CELLS * 5 // 8


@compiled
def insert_word(key: np.uint64, id_: int, lookup: Lookup, ledger: Ledger) -> None:
    """Put in a key that is not there."""
    _insert(key, id_, lookup.words, WORD_SHIFT, lookup, ledger)


@compiled
def insert_part(key: np.uint64, id_: int, lookup: Lookup, ledger: Ledger) -> None:
    """Put in a key that is not there."""
    _insert(key, id_, lookup.parts, PART_SHIFT, lookup, ledger)


@compiled
def _insert(
    key: np.uint64,
    id_: int,
    directory: NDArray[np.int32],
    register: int,
    lookup: Lookup,
    ledger: Ledger,
) -> None:
    while True:
        cell = first_cell(directory, np.uint64(lookup.registers[register]), key)
        segment = cell >> SEGMENT_BITS
        if ledger.loads[segment] < _FULL:
            break
        _split(signed(segment), key, directory, register, lookup, ledger)
    _put(cell, key, np.uint64(id_), lookup)
    ledger.loads[segment] += 1


@compiled
def _put(cell: np.uint64, key: np.uint64, id_: np.uint64, lookup: Lookup) -> None:
    while lookup.cells[cell, 0] != ZERO:
        cell = next_cell(cell)
    lookup.cells[cell, 0] = key
    lookup.cells[cell, 1] = id_


@compiled
def _split(
    segment: int,
    key: np.uint64,
    directory: NDArray[np.int32],
    register: int,
    lookup: Lookup,
    ledger: Ledger,
) -> None:
    """Give half of the keys of a segment, of which ``key`` may be one, a segment of their own."""
    depth = signed(ledger.depths[segment])
    if depth == 64 - lookup.registers[register]:
        _double(directory, register, lookup)
    new = lookup.registers[SEGMENTS]
    lookup.registers[SEGMENTS] = new + 1
    ledger.depths[segment] = ledger.depths[new] = depth + 1
    entries = 1 << (64 - lookup.registers[register] - depth)
    first = signed(key >> np.uint64(63 - depth) >> ONE) * entries
    for entry in range(first + entries // 2, first + entries):
        directory[entry] = new
    _share_out(segment, new, directory, register, lookup, ledger)


@compiled
def _double(directory: NDArray[np.int32], register: int, lookup: Lookup) -> None:
    for entry in range((1 << (64 - lookup.registers[register])) - 1, -1, -1):
        directory[2 * entry] = directory[2 * entry + 1] = directory[entry]
    lookup.registers[register] -= 1


@compiled
def _share_out(
    segment: int,
    new: int,
    directory: NDArray[np.int32],
    register: int,
    lookup: Lookup,
    ledger: Ledger,
) -> None:
    cells, spare, first = lookup.cells, ledger.spare, segment * CELLS
    for at in range(CELLS):
        spare[at, 0], spare[at, 1] = cells[first + at, 0], cells[first + at, 1]
        cells[first + at, 0] = ZERO
    ledger.loads[segment] = ledger.loads[new] = 0
    shift = np.uint64(lookup.registers[register])
    for at in range(CELLS):
        key = spare[at, 0]
        if key != ZERO:
            cell = first_cell(directory, shift, key)
            _put(cell, key, spare[at, 1], lookup)
            ledger.loads[cell >> SEGMENT_BITS] += 1


@compiled
def delete_word(key: np.uint64, lookup: Lookup, ledger: Ledger) -> None:
    """Take out a key that is there."""
    _delete(key, lookup.words, WORD_SHIFT, lookup, ledger)


@compiled
def delete_part(key: np.uint64, lookup: Lookup, ledger: Ledger) -> None:
    """Take out a key that is there."""
    _delete(key, lookup.parts, PART_SHIFT, lookup, ledger)


@compiled
def _delete(
    key: np.uint64, directory: NDArray[np.int32], register: int, lookup: Lookup, ledger: Ledger
) -> None:
    """Take out a key, and close the gap (Knuth, 6.4, algorithm R)."""
    cells, shift = lookup.cells, np.uint64(lookup.registers[register])
    gap = first_cell(directory, shift, key)
    while cells[gap, 0] != key:
        gap = next_cell(gap)
    ledger.loads[gap >> SEGMENT_BITS] -= 1
    cell = next_cell(gap)
    while cells[cell, 0] != ZERO:
        home = first_cell(directory, shift, cells[cell, 0])
        if (cell - home) & LAST_CELL >= (
            cell - gap
        ) & LAST_CELL:  # it would be found in the gap, too
            cells[gap, 0], cells[gap, 1] = cells[cell, 0], cells[cell, 1]
            gap = cell
        cell = next_cell(cell)
    cells[gap, 0] = ZERO
