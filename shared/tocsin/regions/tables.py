"""The compiled gazetteer as it lies in memory; read from disk by the gazetteer adapter.

Entities are numbered. The first ones, the *heads* (countries, divisions, areas, our overlay,
phrases that are no place), are few and carry everything; all others are GeoNames places in
columns, the second-level divisions behind them. A name's number is its key's in the trie; its postings say which entities go by it, and
how: ``entity << 3 | use``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from tocsin.regions.hierarchy import Edge
from tocsin.regions.region import Kind


class Use(IntEnum):
    """How a name is used for an entity, the weakest first.

    An adjective is a demonym of another language than English: "maliense", and in English no word.
    """

    ALTERNATE = 0
    TRANSLATED = 1
    ADJECTIVE = 2
    DEMONYM = 3
    NAME = 4


DEMONYMS = frozenset({Use.DEMONYM, Use.ADJECTIVE})


class WordClass(IntEnum):
    """What a word says about a name beside it (the sections of lexicon.txt); bits of a number.

    No IntFlag: its ``&`` takes ten times as long, and every word of every article is asked.
    """

    PREPOSITION = 1
    OF = 2
    COMPASS = 4
    TITLE = 8
    ORGANISATION = 16
    DIVISION = 32
    ORGANISATION_OF = 64
    GENERIC = 128
    SPEECH = 256
    DEMONYM = 512
    KIN = 1024
    INSTITUTION = 2048
    FIRM = 4096
    TONGUE = 8192


class Trie(Protocol):
    """A set of strings, numbered from 0 (marisa-trie's ``Trie``)."""

    def __contains__(self, text: str) -> bool: ...
    def __len__(self) -> int: ...
    def __getitem__(self, text: str) -> int: ...
    def iter_prefixes_with_ids(self, text: str) -> Iterator[tuple[str, int]]: ...
    def iterkeys(self, prefix: str) -> Iterator[str]: ...
    def iteritems(self, prefix: str) -> Iterator[tuple[str, int]]: ...
    def restore_key(self, number: int) -> str: ...


class Words(Protocol):
    """Records by word (marisa-trie's ``RecordTrie``)."""

    def get(self, word: str) -> list[tuple[int, int, int, int]] | None: ...


# Set in the id of a place that is a second-level division; the rest is its code's number.
COUNTY = 0x8000_0000

PLACE_COLUMNS = np.dtype(
    [
        ("id", "<u4"),
        ("name", "<u4"),
        ("population", "<u4"),
        ("latitude", "<f4"),
        ("longitude", "<f4"),
        ("country", "<u2"),
        ("division", "<u2"),
    ]
)


@dataclass(frozen=True, slots=True)
class Head:
    """``kind`` "phrase" is no region: it keeps a longer name from being read as a place in it.

    ``country`` and ``division`` are region ids, empty where there is none.
    """

    id: str
    kind: Kind | Literal["phrase"]
    name: str
    names: tuple[str, ...] = ()
    country: str = ""
    division: str = ""
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0


@dataclass(frozen=True, slots=True)
class Tables:
    """``country`` and ``division`` of a place are numbers of heads; 65535 is none.

    ``words`` gives (how common in lower case: 0 unknown, else SCOWL's size, 10 the commonest;
    rank as a given name; rank as a surname; word classes) of a folded word. Ranks count from 1,
    0 is none. ``abbreviations`` are by their exact form: (region id, only after a place's name).
    """

    version: str
    heads: tuple[Head, ...]
    edges: tuple[Edge, ...]
    capitals: frozenset[int]
    redirects: Mapping[str, str]
    abbreviations: Mapping[str, tuple[str, bool]]
    names: Trie
    offsets: npt.NDArray[np.uint32]
    postings: npt.NDArray[np.uint32]
    places: npt.NDArray[np.void]
    display: Trie
    codes: Trie
    words: Words
