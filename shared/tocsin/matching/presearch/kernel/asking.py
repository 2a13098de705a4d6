"""Whether the question of a rule holds of the article at hand.

A question is a short program in the arena. Its instructions are::

    ANY | n,    yes | no,    n references
    NEAR | n,   yes | no,    m | distance | ordered,    n references, m references

The first word has the operation in its highest 4 bits. The second says where to go on when the answer
is yes, and when it is no, in words from the program's beginning. A reference is an id and,
in its lowest 3 bits, the zones in which it counts. So AND, OR and NOT, nested in any way, take no
more room than what they join.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.hashing import ONE
from tocsin.matching.presearch.kernel.jit import compiled, inlined, signed
from tocsin.matching.presearch.kernel.lookup import PLACED, PLACES, Lookup
from tocsin.matching.presearch.kernel.reading import TOO_LONG
from tocsin.matching.presearch.kernel.scratch import (
    ID,
    LEFT_FIRST,
    LEFT_LAST,
    PHRASE,
    PHRASE_LAST,
    PHRASE_LENGTH,
    PLACE_FIRST,
    PLACE_LAST,
    PLACE_NEXT,
    PLACE_ZONE,
    POSITION,
    PREFIX,
    PREFIX_ENTRY,
    PRESENT,
    RIGHT_FIRST,
    RIGHT_LAST,
    SKETCHED,
    WORD,
    ZONE,
    Scratch,
)


ANY = 0
NEAR = 1
OPERATION_BITS = 28
COUNT = (1 << OPERATION_BITS) - 1
ACCEPT = 0xFFFF
REJECT = 0xFFFE
LONGEST_PROGRAM = REJECT - 1
ZONE_BITS = 3
ZONES_OF_REFERENCE = (1 << ZONE_BITS) - 1
# The third word of NEAR.
RIGHT_SHIFT, DISTANCE_SHIFT = 16, 1
DISTANCE = (1 << (RIGHT_SHIFT - DISTANCE_SHIFT)) - 1


NO_PLACE = -1


class Found(NamedTuple):
    """How many there are of each in the article at hand; not ``complete`` where room was lacking."""

    entries: int
    presents: int
    prefixes: int
    phrases: int
    positions: int
    complete: bool


@inlined
def may_hold(program: int, lookup: Lookup, scratch: Scratch) -> bool:
    """Tell from the first instruction of a program, and from the sketch, whether the answer may be yes."""
    arena = lookup.arena
    first = signed(arena[program])
    decides = (first >> OPERATION_BITS == ANY) & (arena[program + 1] & 0xFFFF == REJECT)
    decides &= program != 0
    held = 0
    for each in range(program + 2, program + 2 + (first & COUNT if decides else 0)):
        reference = signed(arena[each])
        held |= scratch.sketch[reference >> ZONE_BITS & SKETCHED] & reference & ZONES_OF_REFERENCE
    return bool((held != 0) | (not decides))


@inlined
def holds(program: int, found: Found, lookup: Lookup, scratch: Scratch) -> bool:
    """Run a program. PLACES is TOO_LONG where that needs more room, and the answer means nothing."""
    arena, flags = lookup.arena, lookup.flags
    at = program
    while True:
        first, exits = signed(arena[at]), signed(arena[at + 1])
        count = first & COUNT
        if first >> OPERATION_BITS == ANY:
            yes = _is_any(arena, at + 2, count, flags, scratch)
        else:
            yes = _is_near(at, count, found, lookup, scratch)
        target = exits >> 16 if yes else exits & 0xFFFF
        if target >= REJECT:
            return target == ACCEPT
        at = program + target


@inlined
def _is_any(
    arena: NDArray[np.uint32], at: int, count: int, flags: NDArray[np.uint8], scratch: Scratch
) -> bool:
    for each in range(at, at + count):
        reference = signed(arena[each])
        zones, id_ = reference & ZONES_OF_REFERENCE, reference >> ZONE_BITS
        if scratch.sketch[id_ & SKETCHED] & zones and flags[id_] & zones:
            return True
    return False


@inlined
def _is_near(at: int, count: int, found: Found, lookup: Lookup, scratch: Scratch) -> bool:
    """Tell whether one feature of the left stands near one of the right.

    The words after the end of each of the left, as many as may lie between and one more, are set
    as bits; so are the beginnings of those on the right. They are near where the two meet.
    """
    arena, flags = lookup.arena, lookup.flags
    third = signed(arena[at + 2])
    left, right = at + 3, at + 3 + count
    end = right + (third >> RIGHT_SHIFT)
    if not _is_any(arena, left, count, flags, scratch):
        return False
    if not _is_any(arena, right, end - right, flags, scratch):
        return False
    if lookup.registers[PLACES] == 0:
        _place(found, lookup, scratch)
    if lookup.registers[PLACES] < 0:
        return False
    size = (found.positions >> 6) + 1
    for row in range(LEFT_FIRST, RIGHT_LAST + 1):
        for at in range(size):
            scratch.longs[row, at] = 0
    _draw(left, right, LEFT_FIRST, found, lookup, scratch)
    _draw(right, end, RIGHT_FIRST, found, lookup, scratch)
    reach = ((third >> DISTANCE_SHIFT) & DISTANCE) + 1
    if _meet(scratch.longs[LEFT_LAST], scratch.longs[RIGHT_FIRST], reach, size):
        return True
    ordered = third & 1
    return not ordered and _meet(scratch.longs[RIGHT_LAST], scratch.longs[LEFT_FIRST], reach, size)


@inlined
def _draw(
    begin: int, end: int, firsts: int, found: Found, lookup: Lookup, scratch: Scratch
) -> None:
    """Set the bits of the first, and in the next row of the last, word of each place of features."""
    ints, first_bits, last_bits = scratch.ints, scratch.longs[firsts], scratch.longs[firsts + 1]
    for at in range(begin, end):
        reference = signed(lookup.arena[at])
        id_ = reference >> ZONE_BITS
        if not lookup.flags[id_] & reference & ZONES_OF_REFERENCE:
            continue
        place = signed(lookup.heads[id_])
        while place != NO_PLACE:
            if place < found.entries:
                word = ints[WORD, place]
                zone = signed(scratch.bytes[ZONE, word])
                first = last = signed(ints[POSITION, word])
            else:
                zone = signed(ints[PLACE_ZONE, place])
                first, last = signed(ints[PLACE_FIRST, place]), signed(ints[PLACE_LAST, place])
            if zone & reference & ZONES_OF_REFERENCE:
                first_bits[first >> 6] |= ONE << np.uint64(first & 63)
                last_bits[last >> 6] |= ONE << np.uint64(last & 63)
            place = signed(ints[PLACE_NEXT, place])


@inlined
def _meet(these: NDArray[np.uint64], those: NDArray[np.uint64], reach: int, size: int) -> bool:
    """Tell whether a bit of ``those`` is 1 to ``reach`` above one of ``these``, which are spoilt."""
    _shift(these, 1, size, False)
    covered = 1
    while covered < reach:
        step = min(covered, reach - covered)
        _shift(these, step, size, True)
        covered += step
    for at in range(size):
        if these[at] & those[at]:
            return True
    return False


@inlined
def _shift(bits: NDArray[np.uint64], by: int, size: int, keep: bool) -> None:
    """Move all bits up by less than 64; with ``keep`` they stay where they were, too."""
    up, down = np.uint64(by), np.uint64(64 - by)
    for at in range(size - 1, -1, -1):
        moved = bits[at] << up
        if at:
            moved |= bits[at - 1] >> down
        bits[at] = bits[at] | moved if keep else moved


@compiled
def _place(found: Found, lookup: Lookup, scratch: Scratch) -> None:
    """Chain the places of each feature, once for all NEARs; most articles come to none.

    An entry is a place of the word that it is; the places of phrases and prefixes follow.
    """
    heads, ints = lookup.heads, scratch.ints
    ids, following = ints[ID], ints[PLACE_NEXT]
    heads[0] = NO_PLACE
    for at in range(found.presents):
        heads[ints[PRESENT, at]] = NO_PLACE
    for entry in range(found.entries):
        following[entry] = heads[ids[entry]]
        heads[ids[entry]] = entry
    lookup.registers[PLACES] = found.entries + 1
    for at in range(found.phrases):
        word = ints[PHRASE_LAST, at]
        last = ints[POSITION, word]
        first = last - ints[PHRASE_LENGTH, at] + 1
        _add(ints[PHRASE, at], first, last, scratch.bytes[ZONE, word], lookup, scratch)
    for at in range(found.prefixes):
        if lookup.flags[ints[PREFIX, at]] & PLACED:
            _place_prefix(ints[PREFIX, at], ints[PREFIX_ENTRY, at], found, lookup, scratch)


@compiled
def _place_prefix(id_: int, entry: int, found: Found, lookup: Lookup, scratch: Scratch) -> None:
    """A known word was met once for each zone, but it may stand there more often."""
    ids, entry_word, zones = scratch.ints[ID], scratch.ints[WORD], scratch.bytes[ZONE]
    zone = zones[entry_word[entry]]
    for each in range(found.entries) if ids[entry] else range(entry, entry + 1):
        word = entry_word[each]
        if ids[each] == ids[entry] and zones[word] == zone:
            position = scratch.ints[POSITION, word]
            _add(id_, position, position, zone, lookup, scratch)


@inlined
def _add(id_: int, first: int, last: int, zone: int, lookup: Lookup, scratch: Scratch) -> None:
    place = lookup.registers[PLACES]
    if place < 0 or place >= scratch.ints.shape[1]:
        lookup.registers[PLACES] = TOO_LONG
        return
    lookup.registers[PLACES] = place + 1
    scratch.ints[PLACE_FIRST, place] = first
    scratch.ints[PLACE_LAST, place] = last
    scratch.ints[PLACE_ZONE, place] = zone
    scratch.ints[PLACE_NEXT, place] = lookup.heads[id_]
    lookup.heads[id_] = place
