"""What the geoparser found in one article: places, the regions around them, and where it says so.

Spans, places and hits are tuples: dozens are made of each article, and a frozen dataclass takes
three times as long to make.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple


class PlaceSpan(NamedTuple):
    """Where a name stands: ``article.title[start:end]`` or ``article.text[start:end]``."""

    field: Literal["title", "text"]
    start: int
    end: int


class LocatedPlace(NamedTuple):
    """One place (of whatever kind) that the article names, and how surely it is meant.

    ``name`` is the place's name in the gazetteer; what the article wrote is under ``spans``,
    in reading order, the title first.
    """

    region: str
    name: str
    probability: float
    spans: tuple[PlaceSpan, ...]


class RegionHit(NamedTuple):
    """A region that the article touches.

    ``explicit``: the article names the region itself, not only places within it. ``share`` is how
    loudly it is named against the country that is named loudest, which has 1; it is never more.
    ``places`` is the evidence, the surest first.
    """

    region: str
    probability: float
    level: Literal["about", "mention"]
    explicit: bool
    places: tuple[LocatedPlace, ...]
    share: float = 1.0


def _nothing() -> Mapping[str, RegionHit]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Places:
    """All that an article says about where; ``regions`` is by region id.

    ``primary_country`` is the region id of the country it is most about, or empty.
    """

    places: tuple[LocatedPlace, ...] = ()
    regions: Mapping[str, RegionHit] = field(default_factory=_nothing)
    primary_country: str = ""
