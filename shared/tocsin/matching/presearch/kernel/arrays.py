"""The arrays, empty; and what of them is in use."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.ledger import Ledger
from tocsin.matching.presearch.kernel.lookup import (
    ARENA_END,
    CELLS,
    FEATURES,
    FILTER_MASK,
    PART_SHIFT,
    REGISTERS,
    SEGMENTS,
    WORD_SHIFT,
    Lookup,
)
from tocsin.matching.presearch.kernel.memory import reserve


# What there are addresses for. Sixty million rules on one machine should be several shards.
MOST_RULES = 1 << 26
MOST_FEATURES = 1 << 26
_MOST_SEGMENTS = 1 << 16
_MOST_ARENA = 1 << 31
_MOST_DIRECTORY = 1 << 22
_MOST_FILTER = 1 << 27
_LONGEST_PREFIX = 64
_FIRST_FILTER_BITS = 1 << 14
_FIRST_SLAB = 4  # 0 is none


def empty() -> tuple[Lookup, Ledger]:
    lookup = Lookup(
        registers=np.zeros(REGISTERS, np.int64),
        words=reserve(_MOST_DIRECTORY, np.int32),
        parts=reserve(_MOST_DIRECTORY, np.int32),
        cells=reserve(_MOST_SEGMENTS * CELLS, np.uint64, columns=2, huge=True),
        flags=reserve(MOST_FEATURES, np.uint8, huge=True),
        slabs=reserve(MOST_FEATURES, np.uint32, columns=2, huge=True),
        lengths=np.zeros(_LONGEST_PREFIX, np.int32),
        filter=reserve(_MOST_FILTER, np.uint8, huge=True),
        arena=reserve(_MOST_ARENA, np.uint32, huge=True),
        seen=reserve(MOST_RULES, np.uint8),
        heads=reserve(MOST_FEATURES, np.int32, huge=True),
    )
    ledger = Ledger(
        depths=reserve(_MOST_SEGMENTS, np.uint8),
        loads=reserve(_MOST_SEGMENTS, np.uint16),
        kinds=reserve(MOST_FEATURES, np.uint8),
        origins=reserve(MOST_FEATURES, np.uint64),
        sizes=reserve(MOST_FEATURES, np.uint8),
        uses=reserve(MOST_FEATURES, np.uint32),
        ways=reserve(MOST_RULES, np.uint8),
        homes=reserve(MOST_RULES, np.uint32),
        spare=np.zeros((CELLS, 2), np.uint64),
    )
    # Two entries in each directory, both of one segment.
    lookup.registers[WORD_SHIFT] = lookup.registers[PART_SHIFT] = 63
    lookup.parts[:2] = 1
    lookup.registers[SEGMENTS] = 2
    lookup.registers[FILTER_MASK] = _FIRST_FILTER_BITS - 1
    lookup.registers[ARENA_END] = _FIRST_SLAB
    return lookup, ledger


def dump(lookup: Lookup, ledger: Ledger, rules: int) -> dict[str, NDArray[Any]]:
    """Return the parts in use; ``rules`` is the highest number and one."""
    sizes = _sizes(lookup.registers, rules)
    arrays = {**lookup._asdict(), **ledger._asdict()}
    return {name: arrays[name][:size] for name, size in sizes.items()}


def load(saved: Mapping[str, NDArray[Any]], lookup: Lookup, ledger: Ledger) -> None:
    arrays = {**lookup._asdict(), **ledger._asdict()}
    for name, values in saved.items():
        arrays[name][: len(values)] = values


def _sizes(registers: NDArray[np.int64], rules: int) -> dict[str, int]:
    """Return how much of each array is in use. What is left out holds nothing between articles."""
    segments, features = int(registers[SEGMENTS]), int(registers[FEATURES]) + 1
    return {
        "registers": REGISTERS,
        "words": 1 << (64 - int(registers[WORD_SHIFT])),
        "parts": 1 << (64 - int(registers[PART_SHIFT])),
        "cells": segments * CELLS,
        "flags": features,
        "slabs": features,
        "lengths": _LONGEST_PREFIX,
        "filter": (int(registers[FILTER_MASK]) >> 3) + 1,
        "arena": int(registers[ARENA_END]),
        "depths": segments,
        "loads": segments,
        "kinds": features,
        "origins": features,
        "sizes": features,
        "uses": features,
        "ways": rules,
        "homes": rules,
    }
