from fastapi import APIRouter, Request
from fastapi.responses import Response

from tocsin_console.routes.alerts import recent_alerts
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.status import Status, status
from tocsin_console.routes.steps import first_steps
from tocsin_console.routes.templates import render


router = APIRouter()

SHOWN = 5  # alerts
ARTICLES = 6


@router.get("/")
async def overview(request: Request, behind: Behind) -> Response:
    standing = await status(behind)
    alerts = await recent_alerts(behind, SHOWN)
    directory = await behind.subscribers.directory()
    return render(
        request,
        "overview.html",
        standing=standing,
        kept=kept(standing),
        articles=await behind.articles.recent_articles(ARTICLES),
        alerts=alerts,
        steps=first_steps(standing.rules, directory, has_alerts=bool(alerts)),
        now=behind.clock.now(),
    )


def kept(standing: Status) -> int:
    """Return how many articles the store still holds."""
    return max((group.length for group in standing.groups if group.stream == "articles"), default=0)
