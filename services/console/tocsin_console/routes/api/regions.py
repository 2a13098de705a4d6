from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from tocsin_console.routes import regions
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.regions import RegionView


router = APIRouter(tags=["regions"])


class RegionList(BaseModel):
    items: tuple[RegionView, ...]


@router.get("/regions")
async def search_regions(
    behind: Behind,
    q: Annotated[str, Query(min_length=1, max_length=100, description="How the name begins.")],
    limit: Annotated[int, Query(ge=1, le=50, description="At most so many.")] = 10,
) -> RegionList:
    """Find regions by the beginning of a name, whatever its accents, the best known first."""
    return RegionList(items=tuple(regions.search(behind.gazetteer, q, limit)))
