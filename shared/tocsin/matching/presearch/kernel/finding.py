"""Which features are in the article, and in which zones.

Each step is a loop of its own over all words. A table of a million rules is in no cache, so the
time goes into waiting for memory: each loop asks for what the next one reads (see ``jit.prefetch``), so that
many such waits are under way at once.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.features import Zone
from tocsin.matching.presearch.kernel.hashing import ONE, SALTS, ZERO, Hashing, key_of_pair, mix
from tocsin.matching.presearch.kernel.jit import compiled, inlined, prefetch, signed
from tocsin.matching.presearch.kernel.lookup import (
    LONGER,
    MEMOS,
    PART_SHIFT,
    UNPREFIXED,
    WORD_SHIFT,
    ZONES,
    Lookup,
    find_part,
    first_cell,
    may_be_known,
    next_cell,
    prefetch_filter,
    probe,
)
from tocsin.matching.presearch.kernel.reading import TOO_LONG
from tocsin.matching.presearch.kernel.scratch import (
    BOUNDS,
    BREAK,
    DISPLACED,
    EXTRA,
    ID,
    KEYS,
    LENGTHS,
    PAIRS,
    PHRASE,
    PHRASE_LAST,
    PHRASE_LENGTH,
    PREFIX,
    PREFIX_ENTRY,
    PRESENT,
    SKETCHED,
    SPACE,
    START,
    SUMS,
    UNMET,
    WORD,
    ZONE,
    Scratch,
)


_ANYWHERE = int(Zone.ANYWHERE)


@compiled
def find_words(entries: int, lookup: Lookup, scratch: Scratch) -> tuple[int, int]:
    """Find the ids of the words; return how many features are PRESENT and words UNMET.

    The loops have no branches but for the rare: whether a word is known or new, nobody can guess,
    and a wrong guess takes as long as twenty instructions.
    """
    _look_up(entries, lookup, scratch)
    flags, ids, zones = lookup.flags, scratch.ints[ID], scratch.bytes[ZONE]
    present, unmet, entry_word = scratch.ints[PRESENT], scratch.ints[UNMET], scratch.ints[WORD]
    presents = unmets = 0
    for entry in range(entries):
        id_, zone = ids[entry], zones[entry_word[entry]]
        known = flags[id_]
        flags[id_] = known | zone
        scratch.sketch[id_ & SKETCHED] |= zone
        present[presents] = id_
        presents += 1 if (known & ZONES == 0) & (id_ != 0) else 0
        unmet[unmets] = entry
        unmets += 1 if (known & (zone | UNPREFIXED) == 0) | (id_ == 0) else 0
    flags[0] = 0  # not so the sketch: other features are at its place, and it may say too much
    return presents, unmets


@compiled
def _look_up(entries: int, lookup: Lookup, scratch: Scratch) -> None:
    """Find the ids of the words, first of all that are where they would be if they were alone."""
    directory, cells = lookup.words, lookup.cells
    shift = np.uint64(lookup.registers[WORD_SHIFT])
    keys, ids, displaced = scratch.longs[KEYS], scratch.ints[ID], scratch.ints[DISPLACED]
    for entry in range(entries):
        prefetch(cells, first_cell(directory, shift, keys[entry]) << ONE)
    count = 0
    for entry in range(entries):
        key = keys[entry]
        cell = first_cell(directory, shift, key)
        found = cells[cell, 0]
        ids[entry] = cells[cell, 1] if found == key else ZERO
        prefetch(lookup.flags, ids[entry])
        displaced[count] = entry
        count += 1 if (found != key) & (found != ZERO) else 0
    for at in range(count):
        entry = displaced[at]
        cell = next_cell(first_cell(directory, shift, keys[entry]))
        ids[entry] = probe(cells, cell, keys[entry])


@compiled
def find_prefixes(
    unmets: int, presents: int, lengths: int, hashing: Hashing, lookup: Lookup, scratch: Scratch
) -> tuple[int, int]:
    """Find the prefixes with which words begin; return how many are PRESENT, and PREFIXes.

    A known word that begins with none is remembered as UNPREFIXED: at a million rules that saves
    13 of 22 microseconds.
    """
    flags, ids, unmet = lookup.flags, scratch.ints[ID], scratch.ints[UNMET]
    count = 0
    at_once = scratch.longs.shape[1] // lengths
    for first in range(0, unmets, at_once):
        end = min(first + at_once, unmets)
        possible = _list_beginnings(first, end, lengths, hashing, lookup, scratch)
        presents, count = _take_prefixes(possible, presents, count, lookup, scratch)
        if count == TOO_LONG:
            return presents, TOO_LONG
    for number in range(unmets):
        if unmet[number] >= 0 and ids[unmet[number]]:
            flags[ids[unmet[number]]] |= UNPREFIXED
            lookup.registers[MEMOS] = 1
    return presents, count


@compiled
def _list_beginnings(
    first: int, end: int, lengths: int, hashing: Hashing, lookup: Lookup, scratch: Scratch
) -> int:
    """List the keys of the beginnings of UNMET words that may be known; return how many there are."""
    sums, bounds, start = scratch.longs[SUMS], scratch.ints[BOUNDS], scratch.ints[START]
    keys, owner, entry_word = scratch.longs[PAIRS], scratch.ints[DISPLACED], scratch.ints[WORD]
    beginnings = 0
    for number in range(first, end):
        entry = scratch.ints[UNMET, number]
        word, begin = entry_word[entry], start[entry]
        longest = bounds[2 * word + 1] - begin
        inverse, salt = hashing.inverses[begin], SALTS[1, scratch.bytes[SPACE, word]]
        for at in range(lengths):
            length = scratch.ints[LENGTHS, at]
            key = mix((sums[begin + min(length, longest)] - sums[begin]) * inverse) ^ salt
            prefetch_filter(key, lookup)
            keys[beginnings] = key
            owner[beginnings] = number
            beginnings += 1 if length <= longest else 0
    possible = 0
    for at in range(beginnings):
        keys[possible], owner[possible] = keys[at], owner[at]
        possible += 1 if may_be_known(keys[at], lookup) else 0
    return possible


@compiled
def _take_prefixes(
    possible: int, presents: int, count: int, lookup: Lookup, scratch: Scratch
) -> tuple[int, int]:
    """Note the prefixes among the keys; UNMET words that begin with one are turned negative."""
    unmet, prefix = scratch.ints[UNMET], scratch.ints[PREFIX]
    for at in range(possible):
        id_ = find_part(scratch.longs[PAIRS, at], lookup)
        if id_ == 0:
            continue
        if count >= prefix.shape[0] or presents >= prefix.shape[0]:
            return presents, TOO_LONG
        number = scratch.ints[DISPLACED, at]
        entry = max(unmet[number], ~unmet[number])
        unmet[number] = ~entry
        zone = scratch.bytes[ZONE, scratch.ints[WORD, entry]]
        presents = mark(id_, zone, presents, lookup, scratch)
        prefix[count] = id_
        scratch.ints[PREFIX_ENTRY, count] = entry
        count += 1
    return presents, count


@inlined
def mark(id_: int, zone: int, presents: int, lookup: Lookup, scratch: Scratch) -> int:
    """Note that a feature is in a zone, and return how many are PRESENT."""
    known = lookup.flags[id_]
    lookup.flags[id_] = known | zone
    scratch.sketch[id_ & SKETCHED] |= zone
    scratch.ints[PRESENT, presents] = id_
    return presents + (1 if known & ZONES == 0 else 0)


@compiled
def find_phrases(
    words: int, entries: int, presents: int, lookup: Lookup, scratch: Scratch
) -> tuple[int, int]:
    """Find the phrases; return how many features are PRESENT, and how many PHRASEs there are.

    A phrase is known as a shorter one, or a word, and one word more. The list of those found is
    also the queue of those that may go on.
    """
    flags = lookup.flags
    ids, breaks, zones = scratch.ints[ID], scratch.bytes[BREAK], scratch.bytes[ZONE]
    phrase, last = scratch.ints[PHRASE], scratch.ints[PHRASE_LAST]
    length = scratch.ints[PHRASE_LENGTH]
    count = _find_pairs(words, lookup, scratch)
    if entries > words:
        count = _find_pairs_of_forms(words, count, lookup, scratch)
    at = 0
    while 0 <= at < count:
        id_, end = signed(phrase[at]), signed(last[at])
        if presents >= phrase.shape[0]:
            return presents, TOO_LONG
        presents = mark(id_, zones[end], presents, lookup, scratch)
        following = end + 1
        if flags[id_] & LONGER and following < words and not breaks[following]:
            count = _extend(id_, length[at], following, ids[following], count, lookup, scratch)
            if entries > words:
                for entry in range(
                    scratch.ints[EXTRA, following], scratch.ints[EXTRA, following + 1]
                ):
                    count = _extend(id_, length[at], following, ids[entry], count, lookup, scratch)
        at += 1
        if count >= phrase.shape[0] - 8:
            return presents, TOO_LONG
    return presents, count


@compiled
def _find_pairs(words: int, lookup: Lookup, scratch: Scratch) -> int:
    """Find the phrases of two words. Most pairs end at the filter, which is small."""
    ids, breaks = scratch.ints[ID], scratch.bytes[BREAK]
    keys, last = scratch.longs[PAIRS], scratch.ints[DISPLACED]
    possible = 0
    for word in range(words - 1):
        one, two = ids[word], ids[word + 1]
        key = key_of_pair(one, two)
        keys[possible] = key
        last[possible] = word + 1
        prefetch_filter(key, lookup)
        possible += 1 if (one != 0) & (two != 0) & (breaks[word + 1] == 0) else 0
    pairs = 0
    shift = np.uint64(lookup.registers[PART_SHIFT])
    for pair in range(possible):
        key = keys[pair]
        keys[pairs] = key
        last[pairs] = last[pair]
        if may_be_known(key, lookup):
            prefetch(lookup.cells, first_cell(lookup.parts, shift, key) << ONE)
            pairs += 1
    count = 0
    for pair in range(pairs):
        id_ = find_part(keys[pair], lookup)
        if id_:
            count = _note(id_, last[pair], 2, count, scratch)
    return count


@compiled
def _find_pairs_of_forms(words: int, count: int, lookup: Lookup, scratch: Scratch) -> int:
    """Find the phrases of two words of which one at least is another form."""
    ids, extra, breaks = scratch.ints[ID], scratch.ints[EXTRA], scratch.bytes[BREAK]
    for word in range(words - 1):
        if breaks[word + 1]:
            continue
        for two in range(extra[word + 1], extra[word + 2]):
            count = _extend(ids[word], 1, word + 1, ids[two], count, lookup, scratch)
        for one in range(extra[word], extra[word + 1]):
            count = _extend(ids[one], 1, word + 1, ids[word + 1], count, lookup, scratch)
            for two in range(extra[word + 1], extra[word + 2]):
                count = _extend(ids[one], 1, word + 1, ids[two], count, lookup, scratch)
        if count >= scratch.ints.shape[1] - 64:
            return TOO_LONG
    return count


@compiled
def _extend(
    id_: int, length: int, word: int, following: int, count: int, lookup: Lookup, scratch: Scratch
) -> int:
    """Note the phrase that is a phrase and a following word, if there is one."""
    if id_ and following and lookup.flags[id_] & LONGER:
        key = key_of_pair(id_, following)
        if may_be_known(key, lookup):
            longer = find_part(key, lookup)
            if longer:
                return _note(longer, word, length + 1, count, scratch)
    return count


@inlined
def _note(id_: int, last: int, length: int, count: int, scratch: Scratch) -> int:
    scratch.ints[PHRASE, count] = id_
    scratch.ints[PHRASE_LAST, count] = last
    scratch.ints[PHRASE_LENGTH, count] = length
    return count + 1


@compiled
def take_facts(
    facts: NDArray[np.int32], first: int, end: int, presents: int, lookup: Lookup, scratch: Scratch
) -> int:
    """Note the facts; return how many features are PRESENT."""
    for at in range(first, end):
        presents = mark(facts[at], _ANYWHERE, presents, lookup, scratch)
    return presents
