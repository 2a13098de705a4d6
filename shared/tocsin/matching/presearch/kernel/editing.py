"""Adding a rule to the arrays, and taking it away.

A rule comes as an *order*, an array of uint64::

    number, flags, how many features, words of the program, how many anchors, two guards,
    the features, each: its kind << 32 | how many keys, the keys (of a prefix also its length;
        of a fact its id),
    the program,
    the anchors

In references, and among the anchors, features go by their place in the order. Flags are those of an
entry, or DIRECT where meeting the one anchor is all there is to it.
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
from tocsin.matching.presearch.kernel.jit import compiled, exported, signed
from tocsin.matching.presearch.kernel.ledger import Ledger
from tocsin.matching.presearch.kernel.lookup import (
    DIRECT,
    ENTRY,
    GUARD,
    NUMBER,
    OTHER_GUARD,
    PLACED,
    PROGRAM,
    VERIFY,
    Lookup,
)


HEADER = 7
_FIRST_GUARD = 5
_GUARDS = 2
_WORD, _PREFIX, _PHRASE, _FACT = map(int, Kind)

# How a rule is registered, and what its home is then.
FREE = 0
NOWHERE = 1  # no article satisfies it
AT_DIRECT = 2  # the feature that it is
AT_ANCHOR = 3  # the feature at which its entry is
AT_HOME = 4  # a slab: how many anchors, the anchors, the program


@exported
def add(
    orders: NDArray[np.uint64], ends: NDArray[np.int64], lookup: Lookup, ledger: Ledger
) -> None:
    """Register rules: their orders, and where each begins and the last ends."""
    for at in range(ends.shape[0] - 1):
        _add(orders[ends[at] : ends[at + 1]], lookup, ledger)


@compiled
def _add(order: NDArray[np.uint64], lookup: Lookup, ledger: Ledger) -> None:
    """Register a rule. In the order, ids take the place of features."""
    number, flags = signed(order[0]), signed(order[1])
    length, anchors = signed(order[3]), signed(order[4])
    program = _intern(order, lookup, ledger)
    for at in range(_FIRST_GUARD, _FIRST_GUARD + _GUARDS):
        if order[at]:
            order[at] = _refer(signed(order[at]), order, lookup, ledger)
    first = program + length
    for at in range(first, first + anchors):
        order[at] = order[HEADER + signed(order[at])]
        ledger.uses[order[at]] += 1
    if anchors == 0:
        ledger.ways[number] = NOWHERE
    elif flags & DIRECT:
        _add_direct(number, signed(order[first]), lookup, ledger)
    elif anchors == 1 and length == 0:
        ledger.ways[number], ledger.homes[number] = AT_ANCHOR, signed(order[first])
        _add_entry(signed(order[first]), order, 0, lookup)
    else:
        _add_at_home(order, program, lookup, ledger)


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
def _add_entry(id_: int, order: NDArray[np.uint64], program: int, lookup: Lookup) -> None:
    arena = lookup.arena
    slab = extended(signed(lookup.slabs[id_, 1]), ENTRY, arena, lookup.registers)
    lookup.slabs[id_, 1] = slab
    lookup.flags[id_] |= VERIFY
    count = used(arena, slab)
    at = slab + 1 + count
    arena[at] = order[0] | order[1]
    arena[at + GUARD] = order[_FIRST_GUARD]
    arena[at + OTHER_GUARD] = order[_FIRST_GUARD + 1]
    arena[at + PROGRAM] = program
    set_used(arena, slab, count + ENTRY)


@compiled
def _add_at_home(order: NDArray[np.uint64], program: int, lookup: Lookup, ledger: Ledger) -> None:
    arena, number = lookup.arena, signed(order[0])
    length, anchors = signed(order[3]), signed(order[4])
    slab = allocate(1 + anchors + length, arena, lookup.registers)
    set_used(arena, slab, 1 + anchors + length)
    ledger.ways[number], ledger.homes[number] = AT_HOME, slab
    arena[slab + 1] = anchors
    here = slab + 2 + anchors
    _write(order, program, here, lookup, ledger)
    for at in range(anchors):
        anchor = signed(order[program + length + at])
        arena[slab + 2 + at] = anchor
        _add_entry(anchor, order, here if length else 0, lookup)


@compiled
def _write(
    order: NDArray[np.uint64], program: int, to: int, lookup: Lookup, ledger: Ledger
) -> None:
    """Write the program with ids in its references, each of which is a use."""
    arena, length = lookup.arena, signed(order[3])
    for at in range(length):
        arena[to + at] = order[program + at]
    at = to
    while at < to + length:
        near = _operation(arena, at) == NEAR
        first, end = _references(arena, at)
        for each in range(first, end):
            reference = _refer(signed(arena[each]), order, lookup, ledger)
            arena[each] = reference
            if near:
                lookup.flags[reference >> ZONE_BITS] |= PLACED
        at = end


@compiled
def _refer(reference: int, order: NDArray[np.uint64], lookup: Lookup, ledger: Ledger) -> int:
    """Return a reference by id for one by place, and note the use."""
    id_ = signed(order[HEADER + (reference >> ZONE_BITS)])
    ledger.uses[id_] += 1
    return (id_ << ZONE_BITS) | (reference & ZONES_OF_REFERENCE)


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


@exported
def remove(number: int, lookup: Lookup, ledger: Ledger) -> None:
    way, home = ledger.ways[number], signed(ledger.homes[number])
    ledger.ways[number] = FREE
    if way == AT_DIRECT:
        _remove_direct(number, home, lookup)
        let_go(home, lookup, ledger)
    elif way == AT_ANCHOR:
        _remove_entry(number, home, True, lookup, ledger)
        let_go(home, lookup, ledger)
    elif way == AT_HOME:
        arena, end = lookup.arena, home + 1 + used(lookup.arena, home)
        program = home + 2 + signed(arena[home + 1])
        _let_go_of_program(program, end, lookup, ledger)
        for at in range(home + 2, program):
            _remove_entry(number, signed(arena[at]), at == home + 2, lookup, ledger)
            let_go(signed(arena[at]), lookup, ledger)
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
def _remove_entry(number: int, id_: int, first: bool, lookup: Lookup, ledger: Ledger) -> None:
    """Remove the entry of a rule at a feature; with the first, the uses that its guards are."""
    arena, slab = lookup.arena, signed(lookup.slabs[id_, 1])
    count = used(arena, slab)
    at = slab + 1
    while signed(arena[at]) & NUMBER != number:
        at += ENTRY
    for guard in range(at + GUARD, at + GUARD + _GUARDS):
        if first and arena[guard]:
            let_go(signed(arena[guard]) >> ZONE_BITS, lookup, ledger)
    last = slab + 1 + count - ENTRY
    for word in range(ENTRY):
        arena[at + word] = arena[last + word]
    _shrink(slab, count - ENTRY, id_, 1, VERIFY, lookup)


@compiled
def _shrink(slab: int, words: int, id_: int, column: int, flag: int, lookup: Lookup) -> None:
    if words:
        set_used(lookup.arena, slab, words)
    else:
        release(slab, lookup.arena, lookup.registers)
        lookup.slabs[id_, column] = 0
        lookup.flags[id_] &= ~flag


@compiled
def _let_go_of_program(begin: int, end: int, lookup: Lookup, ledger: Ledger) -> None:
    at = begin
    while at < end:
        first, at = _references(lookup.arena, at)
        for each in range(first, at):
            let_go(signed(lookup.arena[each]) >> ZONE_BITS, lookup, ledger)
