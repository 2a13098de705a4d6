"""Where the links in messages lead: a page with a button, and what pressing it does.

No login: the link itself is the right to what it does. A GET changes nothing, since mail
scanners follow every link; a POST acts without asking again, as RFC 8058 wants it.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tocsin.delivery.links import PATH, ExpiredLinkError, LinkError
from tocsin.errors import NotFoundError
from tocsin_console.routes import errands
from tocsin_console.routes.backends import Backends, Behind
from tocsin_console.routes.errands import Say
from tocsin_console.routes.templates import render


router = APIRouter()

# Nobody else's eyes: no search engine, no cache, no address in a Referer.
HEADERS = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}

GONE = Say("This is over", "What the link is about is not there any more. Nothing was changed.")


@router.get(PATH + "{token}")
async def ask(request: Request, behind: Behind, token: str) -> Response:
    try:
        errand = behind.links.read(token, behind.clock.now())
        return _page(request, await errands.ask(behind, errand))
    except LinkError as error:
        return _refused(request, behind, error)
    except NotFoundError:
        return _page(request, GONE, 410)


@router.post(PATH + "{token}")
async def do(request: Request, behind: Behind, token: str) -> Response:
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        errand = behind.links.read(token, behind.clock.now())
        return _page(request, await errands.do(behind, errand, form))
    except LinkError as error:
        return _refused(request, behind, error)
    except NotFoundError:
        return _page(request, GONE, 410)


def _refused(request: Request, backends: Backends, error: LinkError) -> Response:
    if isinstance(error, ExpiredLinkError):
        text = f"It was good until {error.since:%d %b %Y}. The links in newer messages work."
        return _page(request, Say("This link has expired", text), 410)
    text = (
        "It is not one of ours, or a part of it is missing: copy the whole of it from the message."
    )
    return _page(request, Say("This link does not work", text), 404)


def _page(request: Request, say: Say, status: int = 200) -> Response:
    return render(request, "errand.html", status=status, headers=HEADERS, say=say)
