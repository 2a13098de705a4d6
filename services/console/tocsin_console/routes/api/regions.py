from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from tocsin.documents import RegionDocument, checked_region
from tocsin_console.routes import regions
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.own_regions import remove
from tocsin_console.routes.preconditions import require_same
from tocsin_console.routes.regions import RegionDetail, RegionView


router = APIRouter(tags=["regions"])

RegionId = Annotated[str, Path(max_length=100, examples=["country:ML", "place:c:camp-zebra"])]


class RegionList(BaseModel):
    items: tuple[RegionView, ...]


class OwnRegionList(BaseModel):
    items: tuple[RegionDocument, ...]


@router.get("/regions")
async def search_regions(
    behind: Behind,
    q: Annotated[str, Query(min_length=1, max_length=100, description="How the name begins.")],
    limit: Annotated[int, Query(ge=1, le=50, description="At most so many.")] = 10,
) -> RegionList:
    """Find regions by the beginning of a name, whatever its accents, the best known first."""
    return RegionList(items=tuple(regions.search(behind.gazetteer, q, limit)))


@router.get("/regions/{region_id}")
async def get_region(
    behind: Behind,
    region_id: RegionId,
    on: Annotated[date | None, Query(description="As of this day; else the latest.")] = None,
) -> RegionDetail:
    """A region: its names, what it lies in, holds and overlaps."""
    return regions.detail(behind.gazetteer, region_id, on)


@router.get("/own-regions")
async def list_own_regions(behind: Behind) -> OwnRegionList:
    """The regions that subscribers defined."""
    return OwnRegionList(items=(await behind.regions.all()).documents)


@router.get("/own-regions/{region_id}")
async def get_own_region(behind: Behind, region_id: RegionId) -> RegionDocument:
    return await behind.regions.get(region_id)


@router.put("/own-regions/{region_id}")
async def put_own_region(
    behind: Behind, region_id: RegionId, region: RegionDocument
) -> RegionDocument:
    """Define a region, or change it; every matcher knows it within a second."""
    require_same(region.id, region_id)
    checked = checked_region(region, behind.gazetteer)
    await behind.regions.put(checked)
    return checked


@router.delete("/own-regions/{region_id}", status_code=204)
async def delete_own_region(behind: Behind, region_id: RegionId) -> None:
    """Remove a region that no rule names; 409 where one does."""
    await remove(behind, region_id)
