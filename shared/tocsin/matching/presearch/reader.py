"""What is read again and again of articles that match and of their rules, sooner where it is compiled."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray


# Which of them, first and end.
Part: TypeAlias = tuple[int, int]


class Spans(NamedTuple):
    """Places in an article: 0 for its title and 1 for its text, and where in it each begins and ends."""

    streams: list[int]
    starts: list[int]
    ends: list[int]


class Locations(NamedTuple):
    """``parts``: for each literal which of the spans are those at which it stands, title first.

    None is for a literal that can be read by ``tocsin.text`` alone.
    """

    spans: Spans
    parts: list[Part | None]


class Records(NamedTuple):
    """Some of the records in ``data``: those of ``numbers``, of which each begins at its ``starts``."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]


NO_SPANS = Spans([], [], [])


class Texts(NamedTuple):
    """What is in the records of rules (see ``tocsin.matching.records``), those of one after another.

    ``texts``: ids, names and queries, each with a 0 behind it. ``leaves``: how many there are.
    ``bounds``: where in its query each leaf begins and ends.
    """

    texts: bytes
    versions: list[int]
    leaves: list[int]
    bounds: list[int]


class Reader(Protocol):
    def ids(self, records: Records) -> bytes | None:
        """Return the ids, each with a 0 behind it; None where each is to be read by itself."""
        ...

    def texts(self, records: Records) -> Texts | None:
        """Return what is in the records, None where each is to be read by itself."""
        ...

    def locate(self, title: str, text: str, literals: Sequence[str]) -> Locations:
        """Return where each literal, as it is written in a query, stands."""
        ...


class PlainReader:
    """Keeps the promises of ``Reader`` without compiled code, and leaves everything to Python."""

    def ids(self, records: Records) -> None:
        pass

    def texts(self, records: Records) -> None:
        pass

    def locate(
        self,
        title: str,
        text: str,
        literals: Sequence[str],
    ) -> Locations:
        return Locations(NO_SPANS, [None] * len(literals))
