"""Ids of features: given to those that a rule mentions, taken back when the last one is gone."""

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.features import Kind
from tocsin.matching.presearch.kernel.hashing import HALF, key_of_pair
from tocsin.matching.presearch.kernel.jit import compiled, exported, signed
from tocsin.matching.presearch.kernel.ledger import Ledger
from tocsin.matching.presearch.kernel.lookup import (
    FEATURES,
    FILTER_MASK,
    FILTERED,
    FREE_FEATURE,
    LONGER,
    MEMOS,
    SEGMENT_BITS,
    UNPREFIXED,
    Lookup,
    find_part,
    find_word,
)
from tocsin.matching.presearch.kernel.table import (
    delete_part,
    delete_word,
    insert_part,
    insert_word,
)


_WORD, _PREFIX, _PHRASE, _FACT = (int(kind) + 1 for kind in Kind)
LOW_HALF = np.uint64((1 << 32) - 1)
# One bit in 16 is set, so that many keys that are not there pass.
_BITS_A_KEY = 16


@compiled
def intern_word(key: np.uint64, lookup: Lookup, ledger: Ledger) -> int:
    """Return the id of a word, which has no use yet where it is new."""
    id_ = find_word(key, lookup)
    if id_ == 0:
        id_ = _new(_WORD, key, lookup, ledger)
        insert_word(key, id_, lookup, ledger)
    return id_


@compiled
def intern_prefix(key: np.uint64, length: int, lookup: Lookup, ledger: Ledger) -> int:
    id_ = find_part(key, lookup)
    if id_ == 0:
        id_ = _new(_PREFIX, key, lookup, ledger)
        insert_part(key, id_, lookup, ledger)
        ledger.sizes[id_] = length
        lookup.lengths[length] += 1
        _remember_in_filter(key, lookup, ledger)
        if lookup.registers[MEMOS]:
            lookup.registers[MEMOS] = 0
            for each in range(lookup.registers[FEATURES] + 1):
                lookup.flags[each] &= ~UNPREFIXED
    return id_


@compiled
def intern_phrase(
    keys: NDArray[np.uint64], first: int, end: int, lookup: Lookup, ledger: Ledger
) -> int:
    """Return the id of a phrase, which is made of its beginning and its last word."""
    id_ = intern_word(keys[first], lookup, ledger)
    for at in range(first + 1, end):
        word = intern_word(keys[at], lookup, ledger)
        key = key_of_pair(id_, word)
        longer = find_part(key, lookup)
        if longer == 0:
            origin = (np.uint64(id_) << HALF) | np.uint64(word)
            longer = _new(_PHRASE, origin, lookup, ledger)
            insert_part(key, longer, lookup, ledger)
            ledger.uses[id_] += 1
            ledger.uses[word] += 1
            lookup.flags[id_] |= LONGER
            _remember_in_filter(key, lookup, ledger)
        id_ = longer
    return id_


@exported
def new_fact(lookup: Lookup, ledger: Ledger) -> int:
    """Return the id of a fact. There are few, so they are kept for good."""
    id_ = _new(_FACT, np.uint64(0), lookup, ledger)
    ledger.uses[id_] = 1
    return id_


@compiled
def let_go(id_: int, lookup: Lookup, ledger: Ledger) -> None:
    """End one use of a feature, and forget it, and what it is made of, after the last."""
    while True:
        ledger.uses[id_] -= 1
        if ledger.uses[id_]:
            return
        origin = ledger.origins[id_]
        if ledger.kinds[id_] != _PHRASE:
            _forget(id_, origin, lookup, ledger)
            return
        beginning, word = signed(origin >> HALF), signed(origin & LOW_HALF)
        _forget(id_, key_of_pair(beginning, word), lookup, ledger)
        ledger.uses[word] -= 1
        if ledger.uses[word] == 0:
            _forget(word, ledger.origins[word], lookup, ledger)
        id_ = beginning


@compiled
def _new(kind: int, origin: np.uint64, lookup: Lookup, ledger: Ledger) -> int:
    id_ = lookup.registers[FREE_FEATURE]
    if id_:
        lookup.registers[FREE_FEATURE] = signed(ledger.origins[id_])
    else:
        id_ = lookup.registers[FEATURES] + 1
        lookup.registers[FEATURES] = id_
    ledger.kinds[id_] = kind
    ledger.origins[id_] = origin
    ledger.uses[id_] = 0
    return signed(id_)


@compiled
def _forget(id_: int, key: np.uint64, lookup: Lookup, ledger: Ledger) -> None:
    if ledger.kinds[id_] == _WORD:
        delete_word(key, lookup, ledger)
    else:
        delete_part(key, lookup, ledger)
    if ledger.kinds[id_] == _PREFIX:
        lookup.lengths[ledger.sizes[id_]] -= 1
    lookup.flags[id_] = 0
    ledger.kinds[id_] = 0
    ledger.origins[id_] = np.uint64(lookup.registers[FREE_FEATURE])
    lookup.registers[FREE_FEATURE] = id_


@compiled
def _remember_in_filter(key: np.uint64, lookup: Lookup, ledger: Ledger) -> None:
    lookup.registers[FILTERED] += 1
    if lookup.registers[FILTERED] * _BITS_A_KEY > lookup.registers[FILTER_MASK]:
        _renew_filter(lookup, ledger)
    _set_bit(key, lookup)


@compiled
def _set_bit(key: np.uint64, lookup: Lookup) -> None:
    bit = signed((key >> SEGMENT_BITS) & np.uint64(lookup.registers[FILTER_MASK]))
    lookup.filter[bit >> 3] |= 1 << (bit & 7)


@compiled
def _renew_filter(lookup: Lookup, ledger: Ledger) -> None:
    """Fill the filter anew with what there is; twice as large where that is still too much.

    Takes 5 ms at a million rules, which is why it is not done by small steps.
    """
    features = lookup.registers[FEATURES] + 1
    count = 0
    for id_ in range(features):
        count += ledger.kinds[id_] == _PHRASE or ledger.kinds[id_] == _PREFIX
    while count * _BITS_A_KEY * 4 > lookup.registers[FILTER_MASK] * 3:
        lookup.registers[FILTER_MASK] = lookup.registers[FILTER_MASK] * 2 + 1
    lookup.registers[FILTERED] = count
    for at in range((lookup.registers[FILTER_MASK] >> 3) + 1):
        lookup.filter[at] = 0
    for id_ in range(features):
        origin = ledger.origins[id_]
        if ledger.kinds[id_] == _PHRASE:
            _set_bit(key_of_pair(signed(origin >> HALF), signed(origin & LOW_HALF)), lookup)
        elif ledger.kinds[id_] == _PREFIX:
            _set_bit(origin, lookup)
