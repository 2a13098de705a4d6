"""A region, and what its id tells.

Ids are opaque and stable: ``country:ML`` (ISO 3166-1), ``admin1:ML-1`` (ISO 3166-2, or
``admin1:gn:ML.03`` where ISO has none that fits), ``admin2:gn:US.LA.079`` (GeoNames), ``place:2455518`` (GeoNames),
``place:x:diboli-ml`` (our overlay), ``place:c:<uuid>`` (a subscriber's own), ``m49:011``
(UN M49) and ``area:sahel`` (a named area or a bloc).
"""

from dataclasses import dataclass
from typing import Literal


Kind = Literal["country", "admin1", "admin2", "place", "m49", "area", "bloc"]


@dataclass(frozen=True, slots=True)
class Region:
    """``names`` are the names we know, the displayed one first; ``country`` is a region id or empty.

    ``latitude`` and ``longitude`` are in degrees and stand for the whole; None where no point would.
    ``population`` is 0 where it is not known.
    """

    id: str
    kind: Kind
    name: str
    names: tuple[str, ...] = ()
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0
