from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from tocsin_console.routes.alerts import SEARCHED, recent_alerts
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.templates import render
from tocsin_console.routes.why import why


router = APIRouter()

SHOWN = 50
OFFERED = 200  # rules to ask about; others are typed


@router.get("/alerts")
async def alerts(
    request: Request, behind: Behind, rule: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    return render(
        request,
        "alerts.html",
        alerts=await recent_alerts(behind, SHOWN, rule or None),
        rule=rule,
        shown=SHOWN,
        searched=SEARCHED,
        now=behind.clock.now(),
    )


@router.get("/articles/{article_id}")
async def article(
    request: Request, behind: Behind, article_id: Annotated[str, Path(max_length=200)]
) -> Response:
    """An article as it was matched, what it matched, and a way to ask why not."""
    found = await behind.articles.article(article_id)
    parts = await behind.articles.matches_of(article_id)
    return render(
        request,
        "article.html",
        article=found,
        matches=[match for part in parts for match in part.matches],
        rules=await behind.rules.page(limit=OFFERED),
        now=behind.clock.now(),
    )


@router.get("/why")
async def explanation(
    request: Request,
    behind: Behind,
    article: Annotated[str, Query(max_length=200)],
    rule: Annotated[str, Query(max_length=64)],
) -> Response:
    return render(request, "why.html", why=await why(behind, article, rule), now=behind.clock.now())
