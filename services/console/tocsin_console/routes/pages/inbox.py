from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from tocsin_console.routes import inbox
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.security import MAIL_POLICY
from tocsin_console.routes.templates import render


router = APIRouter()

SHOWN = 100

# A link in a mail opens beside the console, not within the mail's frame.
BASE = '<base target="_blank">'


@router.get("/inbox")
async def messages(request: Request, behind: Behind) -> Response:
    found = await behind.inbox.recent(SHOWN)
    return render(
        request,
        "inbox.html",
        messages=[inbox.summary(each) for each in found],
        now=behind.clock.now(),
    )


@router.get("/inbox/{message_id}")
async def message(request: Request, behind: Behind, message_id: str) -> Response:
    found = await behind.inbox.get(message_id)
    return render(request, "message.html", message=inbox.full(found), now=behind.clock.now())


@router.get("/inbox/{message_id}/html")
async def message_html(behind: Behind, message_id: str) -> Response:
    """The message's own page, for the frame: it can run nothing, send nothing, load nothing."""
    found = await behind.inbox.get(message_id)
    headers = {"content-security-policy": MAIL_POLICY}
    return HTMLResponse(BASE + found.html, headers=headers)
