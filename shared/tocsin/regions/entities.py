"""The numbered regions behind the ids: what each is, and where."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np

from tocsin.regions.region import Kind, Region
from tocsin.regions.tables import COUNTY, Head, Tables, Use


NONE = 0xFFFF
_COUNTY_ID = "admin2:gn:"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that a name may mean; ``use`` tells how the name is used for it.

    ``country`` and ``division`` are region ids, empty where there is none. ``size`` is
    log10(population + 100) - 4, so that a town of 10,000 has about 0.
    """

    region: str
    kind: Kind | Literal["phrase"]
    use: Use
    country: str
    division: str
    latitude: float | None
    longitude: float | None
    population: int
    capital: bool = False
    size: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", math.log10(self.population + 100) - 4)


OWN = "place:c:"


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A place that a subscriber defines.

    ``id`` begins with ``OWN``; the first name is shown; ``parent`` is the region id of the gazetteer's
    that it lies in.
    """

    id: str
    names: tuple[str, ...]
    parent: str
    latitude: float | None = None
    longitude: float | None = None


class Entities:
    """Regions by number: the heads, then GeoNames' places, then the subscribers' own."""

    def __init__(self, tables: Tables, own: Iterable[OwnPlace] = ()) -> None:
        self._heads = tables.heads
        self._places = tables.places
        self._display = tables.display
        self._codes = tables.codes
        self._capitals = tables.capitals
        self._first_place = len(tables.heads)
        self._first_own = self._first_place + len(tables.places)
        self._number = {head.id: number for number, head in enumerate(tables.heads)}
        # A copy of its own: searching in a column of records would copy it every time.
        self._ids = np.ascontiguousarray(tables.places["id"])
        self.number = lru_cache(maxsize=50_000)(self._find)
        self.within = lru_cache(maxsize=50_000)(self._within)
        self._own: list[Head] = []
        self._own_parents: list[str] = []
        for place in own:
            self._number[place.id] = self._first_own + len(self._own)
            self._own.append(self._as_head(place))
            self._own_parents.append(place.parent)

    @property
    def heads(self) -> Iterator[tuple[int, Head]]:
        """All regions but GeoNames' places, with their numbers."""
        yield from enumerate(self._heads)
        yield from enumerate(self._own, self._first_own)

    def _find(self, region: str) -> int | None:
        found = self._number.get(region)
        if found is None and region.startswith("place:") and region[6:].isdecimal():
            return self._place_number(int(region[6:]))
        if (
            found is None
            and region.startswith(_COUNTY_ID)
            and region[len(_COUNTY_ID) :] in self._codes
        ):
            return self._place_number(COUNTY | self._codes[region[len(_COUNTY_ID) :]])
        return found

    def region(self, number: int) -> Region:
        if (head := self.head(number)) is not None:
            return _region(head)
        row = self._places[number - self._first_place]
        name = self._display.restore_key(int(row["name"]))
        return Region(
            id=self._place_id(int(row["id"])),
            kind="admin2" if row["id"] >= COUNTY else "place",
            name=name,
            names=(name,),
            country=self._id(int(row["country"])),
            latitude=round(float(row["latitude"]), 5),
            longitude=round(float(row["longitude"]), 5),
            population=int(row["population"]),
        )

    def name(self, number: int) -> str:
        if (head := self.head(number)) is not None:
            return head.name
        return self._display.restore_key(int(self._places["name"][number - self._first_place]))

    def candidate(self, number: int, use: Use) -> Candidate:
        if (head := self.head(number)) is not None:
            return Candidate(
                region=head.id,
                kind=head.kind,
                use=use,
                country=head.country,
                division=head.division,
                latitude=head.latitude,
                longitude=head.longitude,
                population=head.population,
            )
        row = self._places[number - self._first_place]
        return Candidate(
            region=self._place_id(int(row["id"])),
            kind="admin2" if row["id"] >= COUNTY else "place",
            use=use,
            country=self._id(int(row["country"])),
            division=self._id(int(row["division"])),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            population=int(row["population"]),
            capital=number in self._capitals,
        )

    def population(self, number: int) -> int:
        if (head := self.head(number)) is not None:
            return head.population
        return int(self._places["population"][number - self._first_place])

    def _within(self, region: str) -> str:
        """Return the division that a GeoNames place lies in, or else its country.

        Of a subscriber's own place the GeoNames place that it lies in; empty for others.
        """
        number = self.number(region)
        if number is None or number < self._first_place:
            return ""
        if number >= self._first_own:
            parent = self._own_parents[number - self._first_own]
            return parent if self._within(parent) else ""
        row = self._places[number - self._first_place]
        return self._id(int(row["division"])) or self._id(int(row["country"]))

    def places_of(self, region: str) -> tuple[str, ...]:
        """Return the GeoNames places directly in a division, or in a country without one."""
        number = self._number.get(region)
        if number is None or number >= NONE:
            return ()
        inside = self._places["division"] == number
        inside |= (self._places["country"] == number) & (self._places["division"] == NONE)
        rows = self._places[inside]
        order = np.argsort(rows["population"].astype(np.int64), kind="stable")[::-1]
        return tuple(self._place_id(identity) for identity in rows["id"][order].tolist())

    def head(self, number: int) -> Head | None:
        """Return what is known of one of the few; None of a GeoNames place."""
        if number < self._first_place:
            return self._heads[number]
        if number >= self._first_own:
            return self._own[number - self._first_own]
        return None

    def _id(self, number: int) -> str:
        return "" if number == NONE else self._heads[number].id

    def _place_id(self, identity: int) -> str:
        if identity >= COUNTY:
            return f"{_COUNTY_ID}{self._codes.restore_key(identity - COUNTY)}"
        return f"place:{identity}"

    def _place_number(self, identity: int) -> int | None:
        if identity > np.iinfo(self._ids.dtype).max:
            return None
        row = int(np.searchsorted(self._ids, self._ids.dtype.type(identity)))
        if row < len(self._ids) and int(self._ids[row]) == identity:
            return self._first_place + row
        return None

    def _as_head(self, place: OwnPlace) -> Head:
        number = self.number(place.parent)
        if number is None:
            country, division = "", ""
        else:
            parent = self.candidate(number, Use.NAME)
            country = parent.country
            division = parent.division
        return Head(
            id=place.id,
            kind="place",
            name=place.names[0],
            names=place.names,
            country=country,
            division=division,
            latitude=place.latitude,
            longitude=place.longitude,
        )


def _region(head: Head) -> Region:
    assert head.kind != "phrase", f"{head.id} is no region"
    return Region(
        id=head.id,
        kind=head.kind,
        name=head.name,
        names=tuple(dict.fromkeys((head.name, *head.names))),
        country="" if head.kind == "country" else head.country,
        latitude=head.latitude,
        longitude=head.longitude,
        population=head.population,
    )
