"""A text as the geoparser reads it: its words, what they look like and what is known of them."""

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

import numpy as np

from tocsin.regions.dictionary import Dictionary
from tocsin.regions.spelling import UNSPACED, WORD, fold, without_clitics
from tocsin.regions.tables import WordClass, Words


Look = Literal["capital", "lower", "digit", "caseless"]

_WORDS_AND_GAPS = re.compile(f"({WORD.pattern})")
# The same where no character is a word by itself, in half the time.
_SPACED_WORDS_AND_GAPS = re.compile(r"([^\W_]+)")
# By ASCII character: itself where it is part of a word, else a blank.
_BLANKED = "".join(c if c.isalnum() else " " for c in map(chr, range(128)))
_BLANK = ord(" ")
# What even English texts have beside ASCII; none is part of a word.
_MARKS = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u2022\u00a0\u00a3\u20ac"

# Words of more than three letters that may stand in lower case within a name.
_SMALL = {"sous", "upon", "under", "della", "delle", "dello", "sobre"}

_REMEMBERED = 60_000
# Longer ones are no words, and would fill the memory.
_LONGEST = 64

# SCOWL's sizes up to which a word is so common that a sentence may well begin with it.
COMMON = 35
# Ranks down to which a name is taken for a given name, and for a surname.
GIVEN, _SURNAME = 1_600, 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A spelling and what is known of it.

    ``size`` is SCOWL's (10 the commonest) and 0 for words never seen in lower case; ``given`` and
    ``surname`` are ranks among personal names, 1 the commonest, 0 for none; ``classes`` are bits
    of ``WordClass``; ``reach`` is how many words the longest place name has that begins with it.
    ``inner`` and ``last`` tell whether it may stand within a name, and at its end: no "Nice people".
    ``ends_name``: in lower case, a country or an area ends with it ("Guinée équatoriale");
    ``ends_phrase``: some phrase that is no place does ("Guinea pig").
    """

    raw: str
    folded: str
    look: Look
    size: int
    given: int
    surname: int
    classes: int
    reach: int
    inner: bool
    last: bool
    ends_name: bool
    ends_phrase: bool
    # Asked of every word of every article, so they are no properties. ``key`` is what it has in a
    # name's key, ``ends`` whether some name ends with it, ``goes_on`` whether a name may hold it
    # behind its first word.
    key: str = field(init=False)
    capital: bool = field(init=False)
    ordinary: bool = field(init=False)
    ends: bool = field(init=False)
    goes_on: bool = field(init=False)
    facts: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", _facts(self))
        object.__setattr__(self, "capital", self.look == "capital")
        object.__setattr__(self, "ordinary", 0 < self.size <= 20)
        object.__setattr__(self, "key", f"{self.folded} ")
        object.__setattr__(self, "ends", self.last or self.ends_name or self.ends_phrase)
        object.__setattr__(self, "goes_on", self.inner or self.ends)


def _facts(word: Word) -> dict[str, float]:
    """Return what the spelling says of whether it is a place, where it is the whole name."""
    facts = {"written in lower case": _never_lower(word.size)}
    if 0 < word.given <= GIVEN:
        facts["is a given name"] = 1.0
    if 0 < word.surname < _SURNAME:
        facts["is a surname"] = 1.0 - math.log(word.surname) / math.log(_SURNAME)
    if not (word.size or word.given or word.surname) and len(word.raw) >= 5:
        facts["no other meaning"] = 1.0
    return facts


def _never_lower(size: int) -> float:
    """Return from -3 (everyday word) to 1 (never met in lower case)."""
    if size == 0:
        return 1.0
    return -3.0 if size <= 10 else -2.5 if size <= 20 else -1.5 if size <= 40 else -0.7


class Vocabulary(dict[str, Word]):
    """What is known of each word; remembers the words that it met lately.

    A dictionary that fills itself: every word of every article is asked for, and a cache that
    calls a function takes twice as long.
    """

    def __init__(self, words: Words, dictionary: Dictionary) -> None:
        super().__init__()
        self._words = words
        self._dictionary = dictionary

    def __missing__(self, raw: str) -> Word:
        if len(self) >= _REMEMBERED:
            self.clear()
        word = self._word(raw)
        if len(raw) <= _LONGEST:
            self[raw] = word
        return word

    def _word(self, raw: str) -> Word:
        folded = fold(raw)
        record = self._words.get(folded)
        size, given, surname, classes = record[0] if record else (0, 0, 0, 0)
        look = _look(raw)
        reach = self._reach(raw, folded, look, classes)
        inner = look != "lower" or len(raw) <= 3 or folded in _SMALL
        last = look != "lower" or bool(classes & WordClass.DIVISION)
        ends = self._dictionary.name_ends, self._dictionary.phrase_ends
        ends_name, ends_phrase = (look == "lower" and folded in words for words in ends)
        return Word(
            *(raw, folded, look, size, given, surname, classes, reach, inner, last),
            *(ends_name, ends_phrase),
        )

    def _reach(self, raw: str, folded: str, look: Look, classes: int) -> int:
        if not folded or look == "digit":
            return 0
        if look == "lower":
            return 1 if classes & WordClass.DEMONYM else 0
        reach = self._dictionary.reach(folded)
        if look == "caseless":
            return max(
                [reach, *(self._dictionary.reach(rest) for _, rest in without_clitics(folded))]
            )
        return max(reach, 1) if raw in self._dictionary.abbreviations else reach


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The words of a text and where they stand.

    ``beginnings`` are the numbers of the words that may begin a name. ``shouting`` are the
    (start, end) of the lines that are all in capitals, in reading order.
    """

    text: str
    words: list[Word]
    beginnings: list[int]
    starts: list[int]
    ends: list[int]
    shouting: list[tuple[int, int]]

    def between(self, index: int) -> str:
        """Return what stands between a word and the next, which there must be."""
        return self.text[self.ends[index] : self.starts[index + 1]]

    def shouts(self, position: int) -> bool:
        """Tell whether the line there is all in capitals, so that case says nothing."""
        if not self.shouting:
            return False
        line = bisect_right(self.shouting, (position, len(self.text))) - 1
        return line >= 0 and position < self.shouting[line][1]


def read(text: str, vocabulary: Vocabulary) -> Reading:
    plain = text
    if not text.isascii():
        for mark in _MARKS:
            plain = plain.replace(mark, " ")
    written, starts, ends = _plain_words(plain) if plain.isascii() else _words(text)
    words = list(map(vocabulary.__getitem__, written))
    beginnings = [number for number, word in enumerate(words) if word.reach]
    return Reading(text, words, beginnings, starts, ends, _shouting(text))


def _plain_words(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the words of a text in ASCII, where each starts and where it ends.

    Without a pattern, as nearly every text can be read so: in half the time.
    """
    blanked = text.translate(_BLANKED)
    in_word = np.frombuffer(f" {blanked} ".encode("ascii"), np.uint8) != _BLANK
    bounds = np.flatnonzero(in_word[1:] != in_word[:-1]).tolist()
    return blanked.split(), bounds[::2], bounds[1::2]


def _words(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the same of any text."""
    pattern = _WORDS_AND_GAPS if UNSPACED.search(text) else _SPACED_WORDS_AND_GAPS
    parts = pattern.split(text)
    ends = list(accumulate(map(len, parts)))
    return parts[1::2], ends[:-1:2], ends[1::2]


def _shouting(text: str) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        # A heading or more, not an abbreviation alone on its line.
        if line.isupper() and len(line) > 12 and " " in line:
            lines.append((start, end))
        start = end + 1
    return lines


def _look(raw: str) -> Look:
    first = raw[0]
    if not first.isalpha():
        return "digit"
    if first.isupper() or first.istitle():
        return "capital"
    return "lower" if first.islower() else "caseless"
