"""The whole way of articles through the kernel, one after another."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.arena import used
from tocsin.matching.presearch.kernel.asking import ZONE_BITS, Found, holds, may_hold
from tocsin.matching.presearch.kernel.codes import FIRST_UNSPACED, Codes
from tocsin.matching.presearch.kernel.finding import (
    find_phrases,
    find_prefixes,
    find_words,
    take_facts,
)
from tocsin.matching.presearch.kernel.hashing import Hashing
from tocsin.matching.presearch.kernel.jit import compiled, exported, inlined, prefetch, signed
from tocsin.matching.presearch.kernel.lookup import (
    DIRECT,
    ENTRY,
    GUARD,
    INEXACT,
    NUMBER,
    OTHER_GUARD,
    PLACES,
    PROGRAM,
    REPEATED,
    VERIFY,
    ZONES,
    Lookup,
)
from tocsin.matching.presearch.kernel.reading import (
    TOO_LONG,
    UNREADABLE,
    Text,
    divide,
    fold,
    hash_forms,
    hash_words,
    scan,
    spread,
)
from tocsin.matching.presearch.kernel.scratch import (
    ENDS,
    ENTRIES,
    LENGTHS,
    PRESENT,
    SKETCHED,
    SLABS,
    Scratch,
)


# Rows of ``Batch.ends`` and of ``Answers.ends``.
TEXT, FACTS, MARKS = 0, 1, 2
CERTAIN, POSSIBLE, UNREAD = 0, 1, 2


class Batch(NamedTuple):
    """Articles: their texts one after another, and what is said of them.

    ``units``: uint16, UTF-16. ``facts``: int32, ids. ``ends``: int64 (3, articles + 1), where the text and
    the facts of each begin and the last end; and how many marks are in the text.
    """

    units: NDArray[np.uint16]
    facts: NDArray[np.int32]
    ends: NDArray[np.int64]


class Answers(NamedTuple):
    """What was found.

    ``numbers``: int32 (2, …), of the certain and the possible rules, those of one article after
    another. ``ends``: int64 (3, articles + 1), where those of each article begin and the last end; and
    why an article was not read (see ``reading``), 0 where it was.
    """

    numbers: NDArray[np.int32]
    ends: NDArray[np.int64]


class Count(NamedTuple):
    """How many rules are written down; not ``complete`` where room was lacking."""

    certain: int
    possible: int
    complete: bool


# Whether a text is to be folded, and if so, whether it is in normal form C for sure.
FOLDED, ANY_FORM, NORMAL = 0, 1, 2


@exported
def match(
    batch: Batch,
    form: int,
    tables: Codes,
    hashing: Hashing,
    lookup: Lookup,
    scratch: Scratch,
    answers: Answers,
) -> int:
    """Match each article; return how many were not read, or TOO_LONG where all need more room."""
    lengths = _list_lengths(lookup, scratch)
    count = Count(0, 0, True)
    unread = 0
    for article in range(batch.ends.shape[1] - 1):
        text = _read(batch, article, form, tables, hashing, scratch)
        answers.ends[UNREAD, article] = text.problem
        if text.problem == TOO_LONG:
            return TOO_LONG
        if text.problem:
            unread += 1
        else:
            found = _find(batch, article, text, lengths, hashing, lookup, scratch)
            if found.complete:
                count = _answer(found, count, lookup, scratch, answers)
            for at in range(found.presents):
                lookup.flags[scratch.ints[PRESENT, at]] &= ~ZONES
                scratch.sketch[scratch.ints[PRESENT, at] & SKETCHED] = 0
            if not (found.complete and count.complete):
                return TOO_LONG
        answers.ends[CERTAIN, article + 1] = count.certain
        answers.ends[POSSIBLE, article + 1] = count.possible
    return unread


@compiled
def _list_lengths(lookup: Lookup, scratch: Scratch) -> int:
    """List the lengths of the prefixes in use, shortest first, and return how many there are."""
    count = 0
    for length in range(lookup.lengths.shape[0]):
        if lookup.lengths[length]:
            scratch.ints[LENGTHS, count] = length
            count += 1
    return count


@compiled
def _read(
    batch: Batch, article: int, form: int, tables: Codes, hashing: Hashing, scratch: Scratch
) -> Text:
    first, end = batch.ends[TEXT, article], batch.ends[TEXT, article + 1]
    if form == FOLDED:
        length = end - first
        fold(batch.units, first, end, tables.folded, scratch)
    else:
        length = end - first
        if fold(batch.units, first, end, tables.code, scratch) >= FIRST_UNSPACED:
            length = spread(batch.units, first, end, tables, form == NORMAL, scratch)
    if length < 0:
        return Text(0, 0, length)
    words, rares = scan(length, hashing, scratch)
    positions, marks = divide(words, rares, length, scratch)
    return Text(words, positions, 0 if marks == batch.ends[MARKS, article] else UNREADABLE)


@compiled
def _find(
    batch: Batch,
    article: int,
    text: Text,
    lengths: int,
    hashing: Hashing,
    lookup: Lookup,
    scratch: Scratch,
) -> Found:
    """Find the features of an article."""
    words = entries = text.words
    if hash_words(words, hashing, scratch):
        entries = hash_forms(words, hashing, scratch)
        if entries == TOO_LONG:
            return Found(0, 0, 0, 0, text.positions, False)
    presents, unmets = find_words(entries, lookup, scratch)
    prefixes = phrases = 0
    if lengths:
        presents, prefixes = find_prefixes(unmets, presents, lengths, hashing, lookup, scratch)
    if prefixes != TOO_LONG:
        presents, phrases = find_phrases(words, entries, presents, lookup, scratch)
    first, end = batch.ends[FACTS, article], batch.ends[FACTS, article + 1]
    room = scratch.ints.shape[1] - presents
    complete = prefixes != TOO_LONG and phrases != TOO_LONG and end - first <= room
    if complete:
        presents = take_facts(batch.facts, first, end, presents, lookup, scratch)
    return Found(entries, presents, prefixes, phrases, text.positions, complete)


@compiled
def _answer(
    found: Found, before: Count, lookup: Lookup, scratch: Scratch, answers: Answers
) -> Count:
    """Write down the rules; return how many there are by now."""
    certain = _take_direct(found, before.certain, lookup, scratch, answers)
    if certain == TOO_LONG:
        return Count(before.certain, before.possible, False)
    count = _verify(found, Count(certain, before.possible, True), lookup, scratch, answers)
    for at in range(certain, count.certain):
        lookup.seen[answers.numbers[CERTAIN, at]] = 0
    for at in range(before.possible, count.possible):
        lookup.seen[answers.numbers[POSSIBLE, at]] = 0
    return count


@compiled
def _list_slabs(flag: int, column: int, found: Found, lookup: Lookup, scratch: Scratch) -> int:
    """List the SLABS of the features that have such rules, and where their ENDS are.

    In three loops, so that the waits for memory overlap (see ``finding``).
    """
    present, slabs, ends = scratch.ints[PRESENT], scratch.longs[SLABS], scratch.longs[ENDS]
    count = 0
    for at in range(found.presents):
        slabs[count] = np.uint64(present[at])
        prefetch(lookup.slabs, present[at] << 1)
        count += 1 if lookup.flags[present[at]] & flag else 0
    for at in range(count):
        slabs[at] = np.uint64(lookup.slabs[slabs[at], column])
        prefetch(lookup.arena, slabs[at])
    for at in range(count):
        slab = signed(slabs[at])
        prefetch(lookup.arena, slab + 16)
        ends[at] = np.uint64(slab + 1 + used(lookup.arena, slab))
    return count


@compiled
def _take_direct(
    found: Found, certain: int, lookup: Lookup, scratch: Scratch, answers: Answers
) -> int:
    """Write down the rules that are one feature; half of all, as people write them."""
    count = _list_slabs(DIRECT, 0, found, lookup, scratch)
    for at in range(count):
        first, end = signed(scratch.longs[SLABS, at]) + 1, signed(scratch.longs[ENDS, at])
        if certain + end - first > answers.numbers.shape[1]:
            return TOO_LONG
        for place in range(first, end):
            answers.numbers[CERTAIN, certain] = lookup.arena[place]
            certain += 1
    return certain


@compiled
def _verify(
    found: Found, count: Count, lookup: Lookup, scratch: Scratch, answers: Answers
) -> Count:
    """Ask the questions of the rules to which a feature leads."""
    lookup.registers[PLACES] = 0
    listed = scratch.longs[ENTRIES]
    slabs = _list_slabs(VERIFY, 1, found, lookup, scratch)
    entries = 0
    for at in range(slabs):
        first, end = signed(scratch.longs[SLABS, at]) + 1, signed(scratch.longs[ENDS, at])
        for entry in range(first, end, ENTRY):
            prefetch(lookup.arena, entry)
            listed[entries] = entry
            entries += 1
            if entries == listed.shape[0]:
                count = _ask(entries, found, count, lookup, scratch, answers)
                entries = 0
    count = _ask(entries, found, count, lookup, scratch, answers)
    return Count(count.certain, count.possible, count.complete and lookup.registers[PLACES] >= 0)


@compiled
def _sift(entries: int, lookup: Lookup, scratch: Scratch) -> int:
    """Leave in ENTRIES those of which a guard, and the program, may hold; return how many.

    Of those that do not hold, two in a hundred may. Without a branch: most entries end here, and
    nobody can guess which.
    """
    arena, sketch, listed = lookup.arena, scratch.sketch, scratch.longs[ENTRIES]
    kept = 0
    for at in range(entries):
        entry = signed(listed[at])
        one, other = signed(arena[entry + GUARD]), signed(arena[entry + OTHER_GUARD])
        held = sketch[one >> ZONE_BITS & SKETCHED] & one
        held |= sketch[other >> ZONE_BITS & SKETCHED] & other
        listed[kept] = entry
        kept += 1 if (held & ZONES != 0) | (one == 0) else 0
    for at in range(kept):
        entry = signed(listed[at])
        prefetch(arena, arena[entry + PROGRAM])
        prefetch(lookup.seen, signed(arena[entry]) & NUMBER)
    likely = 0
    for at in range(kept):
        entry = signed(listed[at])
        listed[likely] = entry
        likely += 1 if may_hold(signed(arena[entry + PROGRAM]), lookup, scratch) else 0
    return likely


@inlined
def _is_guard_held(entry: int, lookup: Lookup) -> bool:
    arena, flags = lookup.arena, lookup.flags
    one, other = signed(arena[entry + GUARD]), signed(arena[entry + OTHER_GUARD])
    held = (flags[one >> ZONE_BITS] & one) | (flags[other >> ZONE_BITS] & other)
    return bool((held & ZONES != 0) | (one == 0))


@compiled
def _ask(
    entries: int, found: Found, count: Count, lookup: Lookup, scratch: Scratch, answers: Answers
) -> Count:
    """Run the programs of ENTRIES."""
    arena, listed = lookup.arena, scratch.longs[ENTRIES]
    if not count.complete:
        return count
    for at in range(_sift(entries, lookup, scratch)):
        entry = signed(listed[at])
        if not _is_guard_held(entry, lookup):
            continue
        head, program = signed(arena[entry]), signed(arena[entry + PROGRAM])
        number = head & NUMBER
        if head & REPEATED and lookup.seen[number]:
            continue
        if program and not holds(program, found, lookup, scratch):
            continue
        if max(count.certain, count.possible) == answers.numbers.shape[1]:
            return Count(count.certain, count.possible, False)
        if head & REPEATED:
            lookup.seen[number] = 1
        if head & INEXACT:
            answers.numbers[POSSIBLE, count.possible] = number
            count = Count(count.certain, count.possible + 1, True)
        else:
            answers.numbers[CERTAIN, count.certain] = number
            count = Count(count.certain + 1, count.possible, True)
    return count
