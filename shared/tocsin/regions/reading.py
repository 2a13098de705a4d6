"""A text as the geoparser reads it: its words, what they look like and what is known of them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tocsin.regions.spelling import WORD, fold
from tocsin.regions.tables import Words


Look = Literal["capital", "lower", "digit", "caseless"]

# SCOWL's sizes up to which a word is so common that, in lower case, it is hardly ever a name.
COMMON = 35


@dataclass(frozen=True, slots=True)
class Word:
    """A spelling. ``size`` is SCOWL's (10 the commonest) and 0 for words never seen in lower case.

    ``given`` and ``surname`` are ranks among personal names, 1 the commonest, 0 for none;
    ``classes`` are bits of ``WordClass``.
    """

    raw: str
    folded: str
    look: Look
    size: int
    given: int
    surname: int
    classes: int

    @property
    def capital(self) -> bool:
        return self.look == "capital"

    @property
    def ordinary(self) -> bool:
        """Tell whether it is an everyday word that a sentence may begin with."""
        return 0 < self.size <= 20


class Vocabulary:
    """What is known of each word; remembers the words it met lately."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.word = lru_cache(maxsize=60_000)(self._word)

    def _word(self, raw: str) -> Word:
        folded = fold(raw)
        record = self._words.get(folded)
        size, given, surname, classes = record[0] if record else (0, 0, 0, 0)
        return Word(raw, folded, _look(raw), size, given, surname, classes)


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text and where they stand."""

    text: str
    words: list[Word]
    starts: list[int]
    ends: list[int]

    def between(self, index: int) -> str:
        """Return what stands between a word and the next."""
        return self.text[self.ends[index] : self.starts[index + 1]]


def read(text: str, vocabulary: Vocabulary) -> Reading:
    words: list[Word] = []
    starts: list[int] = []
    ends: list[int] = []
    word = vocabulary.word
    for match in WORD.finditer(text):
        found = word(match.group())
        if found.folded:
            words.append(found)
            starts.append(match.start())
            ends.append(match.end())
    return Reading(text, words, starts, ends)


def _look(raw: str) -> Look:
    first = raw[0]
    if first.isdecimal() or not first.isalpha():
        return "digit"
    if first.isupper() or first.istitle():
        return "capital"
    return "lower" if first.islower() else "caseless"
