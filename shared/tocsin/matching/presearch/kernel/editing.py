"""Adding a rule to the arrays, and taking it away.

A rule comes as an *order*, an array of uint64::

    number, flags, how many features, words of the body, how many anchors,
    the features, each: its kind << 32 | how many keys, the keys (of a prefix also its length;
        of a fact its id),
    the body: two guards and the program, in which references name features by their place,
    the anchors, by their place

There is no body where meeting the one anchor is all there is to it.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.features import Kind
from tocsin.matching.presearch.kernel.arena import allocate, extended, release, set_used, used
from tocsin.matching.presearch.kernel.asking import (
    COUNT,
    NEAR,
    OPERATION_BITS,
    RIGHT_SHIFT,
    ZONE_BITS,
    ZONES_OF_REFERENCE,
)
from tocsin.matching.presearch.kernel.hashing import HALF
from tocsin.matching.presearch.kernel.interning import (
    LOW_HALF,
    intern_phrase,
    intern_prefix,
    intern_word,
    let_go,
)
from tocsin.matching.presearch.kernel.jit import compiled, entry, signed
from tocsin.matching.presearch.kernel.ledger import Ledger
from tocsin.matching.presearch.kernel.lookup import (
    DIRECT,
    GUARDS,
    PLACED,
    PROGRAM,
    RECORD,
    REPEATED,
    SHARED,
    VERIFY,
    Lookup,
)


HEADER = 5
_WORD, _PREFIX, _PHRASE, _FACT = map(int, Kind)

# Words of a body that is copied to each of several anchors. Reading it there saves a wait for
# memory: 5 of 40 microseconds at a million rules, for 20 MB.
LONGEST_COPY = 12

# How a rule is registered, and what its home is then.
FREE = 0
NOWHERE = 1  # no article satisfies it
AT_DIRECT = 2  # the feature that it is
AT_ANCHOR = 3  # the feature under which its record is
AT_SEVERAL = 4  # a slab: how many anchors, the anchors, the body


@entry
def add(order: NDArray[np.uint64], lookup: Lookup, ledger: Ledger) -> None:
    """Register a rule. In the order, ids take the place of features."""
    number, flags = signed(order[0]), signed(order[1])
    length, anchors = signed(order[3]), signed(order[4])
    body = _intern(order, lookup, ledger)
    first = body + length
    for at in range(first, first + anchors):
        order[at] = order[HEADER + signed(order[at])]
        ledger.uses[order[at]] += 1
    if anchors == 0:
        ledger.ways[number] = NOWHERE
    elif anchors > 1:
        _add_to_several(order, body, lookup, ledger)
    elif length == 0:
        _add_direct(number, signed(order[first]), lookup, ledger)
    else:
        anchor = signed(order[first])
        ledger.ways[number], ledger.homes[number] = AT_ANCHOR, anchor
        at = _add_record(anchor, flags, number, length, lookup)
        _write(order, body, at, lookup, ledger)


@compiled
def _intern(order: NDArray[np.uint64], lookup: Lookup, ledger: Ledger) -> int:
    """Write the ids over the features, and return where in the order those end."""
    at = HEADER
    for feature in range(signed(order[2])):
        kind = signed(order[at] >> HALF)
        keys = signed(order[at] & LOW_HALF)
        at += 1
        if kind == _WORD:
            id_ = intern_word(order[at], lookup, ledger)
        elif kind == _PREFIX:
            id_ = intern_prefix(order[at], signed(order[at + 1]), lookup, ledger)
        elif kind == _PHRASE:
            id_ = intern_phrase(order, at, at + keys, lookup, ledger)
        else:
            id_ = signed(order[at])
        order[HEADER + feature] = id_  # which is read by now: each takes two words at least
        at += keys
    return at


@compiled
def _add_direct(number: int, id_: int, lookup: Lookup, ledger: Ledger) -> None:
    ledger.ways[number], ledger.homes[number] = AT_DIRECT, id_
    slab = extended(signed(lookup.slabs[id_, 0]), 1, lookup.arena, lookup.registers)
    lookup.slabs[id_, 0] = slab
    lookup.flags[id_] |= DIRECT
    count = used(lookup.arena, slab) + 1
    lookup.arena[slab + count] = number
    set_used(lookup.arena, slab, count)


@compiled
def _add_record(id_: int, flags: int, number: int, length: int, lookup: Lookup) -> int:
    """Write a record without its body, and return where that belongs."""
    arena, words = lookup.arena, GUARDS + length
    slab = extended(signed(lookup.slabs[id_, 1]), words, arena, lookup.registers)
    lookup.slabs[id_, 1] = slab
    lookup.flags[id_] |= VERIFY
    record = slab + 1 + used(arena, slab)
    arena[record] = flags | words
    arena[record + 1] = number
    set_used(arena, slab, used(arena, slab) + words)
    return record + GUARDS


@compiled
def _add_to_several(order: NDArray[np.uint64], body: int, lookup: Lookup, ledger: Ledger) -> None:
    """Write the body at home, and if it is short at each anchor, too.

    A long list of names would be as many copies of a long program.
    """
    arena = lookup.arena
    number, flags = signed(order[0]), signed(order[1])
    length, anchors = signed(order[3]), signed(order[4])
    slab = allocate(1 + anchors + length, arena, lookup.registers)
    set_used(arena, slab, 1 + anchors + length)
    ledger.ways[number], ledger.homes[number] = AT_SEVERAL, slab
    arena[slab + 1] = anchors
    here = slab + 2 + anchors
    _write(order, body, here, lookup, ledger)
    flags |= REPEATED
    copied = length
    if length > LONGEST_COPY:
        flags |= SHARED
        copied = PROGRAM - GUARDS
    for at in range(anchors):
        anchor = signed(order[body + length + at])
        arena[slab + 2 + at] = anchor
        there = _add_record(anchor, flags, number, copied + (length > copied), lookup)
        for word in range(copied):
            arena[there + word] = arena[here + word]
        if length > copied:
            arena[there + copied] = here + copied


@compiled
def _write(order: NDArray[np.uint64], body: int, to: int, lookup: Lookup, ledger: Ledger) -> None:
    """Write the body with ids in its references, each of which is a use."""
    arena, length = lookup.arena, signed(order[3])
    for at in range(length):
        arena[to + at] = order[body + at]
    for at in range(to, to + PROGRAM - GUARDS):
        if arena[at]:
            _refer(at, order, lookup, ledger)
    at = to + PROGRAM - GUARDS
    while at < to + length:
        near = _operation(arena, at) == NEAR
        first, end = _references(arena, at)
        for each in range(first, end):
            id_ = _refer(each, order, lookup, ledger)
            if near:
                lookup.flags[id_] |= PLACED
        at = end


@compiled
def _refer(at: int, order: NDArray[np.uint64], lookup: Lookup, ledger: Ledger) -> int:
    reference = signed(lookup.arena[at])
    id_ = signed(order[HEADER + (reference >> ZONE_BITS)])
    lookup.arena[at] = (id_ << ZONE_BITS) | (reference & ZONES_OF_REFERENCE)
    ledger.uses[id_] += 1
    return id_


@compiled
def _operation(arena: NDArray[np.uint32], at: int) -> int:
    return signed(arena[at]) >> OPERATION_BITS


@compiled
def _references(arena: NDArray[np.uint32], at: int) -> tuple[int, int]:
    """Return where the references of an instruction begin, and where they and it end."""
    count = signed(arena[at]) & COUNT
    if _operation(arena, at) == NEAR:
        return at + 3, at + 3 + count + (signed(arena[at + 2]) >> RIGHT_SHIFT)
    return at + 2, at + 2 + count


@entry
def remove(number: int, lookup: Lookup, ledger: Ledger) -> None:
    way, home = ledger.ways[number], signed(ledger.homes[number])
    ledger.ways[number] = FREE
    if way == AT_DIRECT:
        _remove_direct(number, home, lookup)
        let_go(home, lookup, ledger)
    elif way == AT_ANCHOR:
        record = _record_of(number, home, lookup)
        end = record + (signed(lookup.arena[record]) & RECORD)
        _let_go_of_body(record + GUARDS, end, lookup, ledger)
        _remove_record(record, home, lookup)
        let_go(home, lookup, ledger)
    elif way == AT_SEVERAL:
        arena, end = lookup.arena, home + 1 + used(lookup.arena, home)
        anchors = home + 2, home + 2 + signed(arena[home + 1])
        _let_go_of_body(anchors[1], end, lookup, ledger)
        for at in range(anchors[0], anchors[1]):
            id_ = signed(arena[at])
            _remove_record(_record_of(number, id_, lookup), id_, lookup)
            let_go(id_, lookup, ledger)
        release(home, arena, lookup.registers)


@compiled
def _remove_direct(number: int, id_: int, lookup: Lookup) -> None:
    arena, slab = lookup.arena, signed(lookup.slabs[id_, 0])
    count = used(arena, slab)
    at = slab + 1
    while arena[at] != number:
        at += 1
    arena[at] = arena[slab + count]
    _shrink(slab, count - 1, id_, 0, DIRECT, lookup)


@compiled
def _record_of(number: int, id_: int, lookup: Lookup) -> int:
    arena = lookup.arena
    record = signed(lookup.slabs[id_, 1]) + 1
    while arena[record + 1] != number:
        record += signed(arena[record]) & RECORD
    return record


@compiled
def _remove_record(record: int, id_: int, lookup: Lookup) -> None:
    arena, slab = lookup.arena, signed(lookup.slabs[id_, 1])
    length = signed(arena[record]) & RECORD
    count = used(arena, slab)
    for at in range(record, slab + 1 + count - length):
        arena[at] = arena[at + length]
    _shrink(slab, count - length, id_, 1, VERIFY, lookup)


@compiled
def _shrink(slab: int, words: int, id_: int, column: int, flag: int, lookup: Lookup) -> None:
    if words:
        set_used(lookup.arena, slab, words)
    else:
        release(slab, lookup.arena, lookup.registers)
        lookup.slabs[id_, column] = 0
        lookup.flags[id_] &= ~flag


@compiled
def _let_go_of_body(begin: int, end: int, lookup: Lookup, ledger: Ledger) -> None:
    at = begin + PROGRAM - GUARDS
    for guard in range(begin, at):
        if lookup.arena[guard]:
            let_go(signed(lookup.arena[guard]) >> ZONE_BITS, lookup, ledger)
    while at < end:
        first, at = _references(lookup.arena, at)
        for each in range(first, at):
            let_go(signed(lookup.arena[each]) >> ZONE_BITS, lookup, ledger)
