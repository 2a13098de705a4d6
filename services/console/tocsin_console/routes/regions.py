"""Regions as they are shown: by the names on the way up to their country."""

from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from tocsin.errors import AmbiguousRegionError, UnknownRegionError
from tocsin.regions.gazetteer import Gazetteer


HIGHEST = 6  # steps; a place is at most in a town, a district, a region and a country


SHOWN_CHILDREN = 100


class RegionView(BaseModel):
    """``path`` leads from the region up to its country: ``["Diboli", "Kayes Region", "Mali"]``.

    ``population`` is 0 where it is not known.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    path: tuple[str, ...]
    kind: str
    population: int


class RegionDetail(RegionView):
    """A region with what it lies in, holds and overlaps on a day.

    ``names`` are all by which it is found in texts, save its cases in Russian; ``parents`` are the
    regions directly around it, ``ancestors`` all of them, the nearest first. ``children`` are the
    first of ``child_count``, places last, the largest first.
    """

    names: tuple[str, ...]
    country: str
    latitude: float | None
    longitude: float | None
    on: date | None
    parents: tuple[RegionView, ...]
    ancestors: tuple[RegionView, ...]
    children: tuple[RegionView, ...]
    child_count: int
    overlaps: tuple[RegionView, ...]


def view(gazetteer: Gazetteer, region_id: str) -> RegionView:
    region = gazetteer.region(region_id)
    return RegionView(
        id=region.id,
        name=region.name,
        path=tuple(path(gazetteer, region.id)),
        kind=region.kind,
        population=region.population,
    )


def detail(gazetteer: Gazetteer, region_id: str, on: date | None) -> RegionDetail:
    """Return everything of a region as of a day, or the latest that is known.

    Raises:
        NotFoundError: there is no such region.
    """

    def views(regions: Iterable[str]) -> tuple[RegionView, ...]:
        return tuple(view(gazetteer, each) for each in regions)

    region = gazetteer.region(region_id)
    children = gazetteer.children(region.id, on)
    return RegionDetail(
        **view(gazetteer, region.id).model_dump(),
        names=gazetteer.names_of(region.id),
        country=region.country,
        latitude=region.latitude,
        longitude=region.longitude,
        on=on,
        parents=views(gazetteer.parents(region.id, on)),
        ancestors=views(gazetteer.ancestors(region.id, on)),
        children=views(children[:SHOWN_CHILDREN]),
        child_count=len(children),
        overlaps=views(gazetteer.overlapping(region.id, on)),
    )


def path(gazetteer: Gazetteer, region_id: str) -> Sequence[str]:
    """Return the names from a region up to its country; of an area only its own."""
    names = [gazetteer.name(region_id)]
    here = region_id
    while gazetteer.region(here).kind in {"place", "admin2", "admin1"} and len(names) < HIGHEST:
        parents = gazetteer.parents(here)
        if not parents:
            break
        here = parents[0]
        names.append(gazetteer.name(here))
    return names


def name_of(written: str, gazetteer: Gazetteer) -> str:
    """Return the name of what a rule calls so, or what is written where that is not clear."""
    try:
        return gazetteer.name(gazetteer.resolve(written))
    except (UnknownRegionError, AmbiguousRegionError):
        return written


def search(gazetteer: Gazetteer, prefix: str, limit: int) -> Sequence[RegionView]:
    return [view(gazetteer, region.id) for region in gazetteer.search(prefix, limit)]
