from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from tocsin_console.routes.alerts import Alert, recent_alerts
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.why import Why, why


router = APIRouter(tags=["alerts"])


class AlertList(BaseModel):
    items: tuple[Alert, ...]


@router.get("/alerts")
async def list_alerts(
    behind: Behind,
    rule: Annotated[str | None, Query(max_length=64, description="Of this rule only.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
) -> AlertList:
    """The last matched articles, newest first, with why they matched and what was sent."""
    return AlertList(items=tuple(await recent_alerts(behind, limit, rule)))


@router.get("/why")
async def explain(
    behind: Behind,
    article: Annotated[str, Query(max_length=200, description="The article's id.")],
    rule: Annotated[str, Query(max_length=64, description="The rule's id.")],
) -> Why:
    """Why an article matches a rule as it stands now, or why not."""
    return await why(behind, article, rule)
