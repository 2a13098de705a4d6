from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from tocsin_console.routes.access import COOKIE, SESSION, Access, local
from tocsin_console.routes.rate_limit import client_of
from tocsin_console.routes.templates import render


log = structlog.get_logger()

router = APIRouter()


@router.get("/login")
async def login_form(request: Request, next: str = "/") -> Response:  # noqa: A002 -- its usual name
    access: Access = request.app.state.access
    if access.token is None:
        return RedirectResponse("/", 303)
    return render(request, "login.html", next=local(next), wrong=False)


@router.post("/login")
async def log_in(
    request: Request,
    token: Annotated[str, Form(max_length=1_000)] = "",
    who: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002 -- its usual name
) -> Response:
    access: Access = request.app.state.access
    if not access.is_token(token.strip()):
        log.warning("login refused", client=client_of(request.scope))
        return render(request, "login.html", status=401, next=local(next), wrong=True)
    response = RedirectResponse(local(next), 303)
    response.set_cookie(
        COOKIE,
        access.open_session(who),
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=access.is_encrypted(request.url.scheme, request.headers.get("host", "")),
    )
    return response


@router.post("/logout")
async def log_out(request: Request) -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response
