"""What an article has, and where, as far as choosing candidates goes."""

from enum import IntEnum, IntFlag
from typing import NamedTuple


class Space(IntEnum):
    """Words of one space are never those of another: an author's name is not a word of the text."""

    TEXT = 0  # title and body
    AUTHOR = 1
    TAG = 2
    URL = 3


class Zone(IntFlag):
    """Parts of the text; the other spaces are not divided, and count as found anywhere."""

    TITLE = 1
    LEAD = 2
    REST = 4
    BODY = LEAD | REST
    ANYWHERE = TITLE | BODY


class Kind(IntEnum):
    WORD = 0
    PREFIX = 1  # any word that begins so
    PHRASE = 2  # words one after another in one paragraph
    FACT = 3  # said of the whole article: ``lang:fr``


class Feature(NamedTuple):
    """``words`` are folded; of a prefix or a fact there is one. A fact's space is ``TEXT``."""

    kind: Kind
    space: Space
    words: tuple[str, ...]


class Reference(NamedTuple):
    """A feature, looked for in some zones only."""

    feature: Feature
    zones: Zone = Zone.ANYWHERE

    @property
    def is_anywhere(self) -> bool:
        return self.zones == Zone.ANYWHERE


def word(text: str, space: Space = Space.TEXT) -> Feature:
    return Feature(Kind.WORD, space, (text,))


def prefix(text: str, space: Space = Space.TEXT) -> Feature:
    return Feature(Kind.PREFIX, space, (text,))


def phrase(words: tuple[str, ...], space: Space = Space.TEXT) -> Feature:
    return Feature(Kind.PHRASE, space, words)


def fact(name: str) -> Feature:
    return Feature(Kind.FACT, Space.TEXT, (name,))
