"""Regions as they are shown: by the names on the way up to their country."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from tocsin.errors import AmbiguousRegionError, UnknownRegionError
from tocsin.regions.gazetteer import Gazetteer


HIGHEST = 6  # steps; a place is at most in a town, a district, a region and a country


class RegionView(BaseModel):
    """``path`` leads from the region up to its country: ``["Diboli", "Kayes Region", "Mali"]``."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    path: tuple[str, ...]


def view(gazetteer: Gazetteer, region_id: str) -> RegionView:
    return RegionView(
        id=region_id, name=gazetteer.name(region_id), path=tuple(path(gazetteer, region_id))
    )


def path(gazetteer: Gazetteer, region_id: str) -> Sequence[str]:
    """Return the names from a region up to its country; of an area only its own."""
    names = [gazetteer.name(region_id)]
    here = region_id
    while gazetteer.region(here).kind in {"place", "admin1"} and len(names) < HIGHEST:
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
