"""Slabs: the lists of rules, in one array.

A slab has one of 56 sizes, 4, 6, 8, 12, 16, 24 … words of 32 bits. Its first word says which, and how
many words after it are in use. One that is full moves to a larger one; one that is free is used
again by the next of its size. So nothing is ever swept or compacted.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.jit import compiled, inlined, signed
from tocsin.matching.presearch.kernel.lookup import ARENA_END, FREE_SLABS


_USED_BITS = 26
_USED = (1 << _USED_BITS) - 1


@inlined
def capacity(size: int) -> int:
    """Return how many words a slab of that size has, the first included."""
    return (2 + (size & 1)) << (1 + (size >> 1))


@inlined
def used(arena: NDArray[np.uint32], slab: int) -> int:
    """Return how many words are in use after the first."""
    return signed(arena[slab]) & _USED


@inlined
def size_of(arena: NDArray[np.uint32], slab: int) -> int:
    return signed(arena[slab]) >> _USED_BITS


@inlined
def set_used(arena: NDArray[np.uint32], slab: int, words: int) -> None:
    arena[slab] = (size_of(arena, slab) << _USED_BITS) | words


@compiled
def allocate(words: int, arena: NDArray[np.uint32], registers: NDArray[np.int64]) -> int:
    """Return an empty slab for that many words."""
    size = 0
    while capacity(size) <= words:
        size += 1
    slab = registers[FREE_SLABS + size]
    if slab:
        registers[FREE_SLABS + size] = arena[slab + 1]
    else:
        slab = registers[ARENA_END]
        registers[ARENA_END] = slab + capacity(size)
    arena[slab] = size << _USED_BITS
    return signed(slab)


@compiled
def release(slab: int, arena: NDArray[np.uint32], registers: NDArray[np.int64]) -> None:
    size = size_of(arena, slab)
    arena[slab + 1] = registers[FREE_SLABS + size]
    registers[FREE_SLABS + size] = slab


@compiled
def extended(slab: int, words: int, arena: NDArray[np.uint32], registers: NDArray[np.int64]) -> int:
    """Return a slab with room for that many words more: the same, or one to which all has moved.

    0 stands for a slab that is still to come.
    """
    if slab == 0:
        return allocate(words, arena, registers)
    before = used(arena, slab)
    if before + words < capacity(size_of(arena, slab)):
        return slab
    larger = allocate(before + words, arena, registers)
    for at in range(1, 1 + before):
        arena[larger + at] = arena[slab + at]
    set_used(arena, larger, before)
    release(slab, arena, registers)
    return larger
