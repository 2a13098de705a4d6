"""What every answer carries, and what no browser may make us do on another site's behalf."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.delivery.links import PATH
from tocsin_console.routes.problems import refusal


log = structlog.get_logger()

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s:/?#@\[\]]+)(:[0-9]+)?")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PAGE_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "frame-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)

# A mail's own page: no script, no form, no request to anywhere, an origin of its own. Mails are
# styled by attributes, hence the one unsafe-inline, for a document that can do nothing.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; "
    "style-src 'unsafe-inline'; "
    "img-src data:; "
    "frame-ancestors 'self'"
)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": PAGE_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
    }
)


class SecurityHeaders:
    """Gives each answer the headers that it has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LastResort:
    """Answers where nothing else could, and says nothing of the cause: that is for the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception:
            if started or scope["type"] != "http":
                raise
            log.exception("request failed", method=scope["method"], path=_told(scope["path"]))
            answer = refusal(scope, 500, "something went wrong that should not; the log says what")
            await answer(scope, receive, send)


def _told(path: str) -> str:
    """Return the path as it may stand in the log: what follows in a link is a right."""
    return f"{PATH}…" if path.startswith(PATH) else path


class AllowedHosts:
    """Refuses requests for any other name than the console's own.

    A site that lets its own name point at this machine would else be of one origin with us:
    DNS rebinding. ``*.example.org`` stands for all names below.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = tuple(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "") if scope["type"] == "http" else ""
        if scope["type"] == "http" and not goes_by(host, self._hosts):
            problem = (
                f"the console does not go by the name {host!r}: open it by one that it has, or let "
                "its operator add this one to TOCSIN_CONSOLE_ALLOWED_HOSTS"
            )
            await refusal(scope, 400, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def goes_by(host: str, allowed: Sequence[str]) -> bool:
    """Tell whether a Host header names one of these hosts, at whatever port."""
    found = HOST.fullmatch(host.lower())
    if found is None:
        return False
    return any(
        found["name"] == each or (each.startswith("*.") and found["name"].endswith(each[1:]))
        for each in allowed
    )


class BodyLimit:
    """Refuses a body of more than so many bytes, whether it says so beforehand or not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_too_large(Headers(scope=scope)):
            await refusal(scope, 413, self._problem())(scope, receive, send)
            return
        received = 0

        async def counting_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(413, self._problem())
            return message

        await self._app(scope, counting_receive, send)

    def _is_too_large(self, headers: Headers) -> bool:
        declared = headers.get("content-length", "")
        return declared.isdecimal() and int(declared) > self._limit

    def _problem(self) -> str:
        return f"more than {self._limit:,} bytes were sent, which nothing here needs"


class SameOrigin:
    """Refuses a change that a browser asks for on behalf of another site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_checked(scope) and not is_same_origin(scope["method"], Headers(scope=scope)):
            response = refusal(
                scope, 403, "this change was asked for by another site; open the console itself"
            )
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_checked(scope: Scope) -> bool:
    """Tell whether a cookie could stand behind the request.

    A link in a message is the whole right to what it does, and mail programs that run in a browser
    follow it from a page of their own.
    """
    return scope["type"] == "http" and not scope["path"].startswith(PATH)


def is_same_origin(method: str, headers: Headers) -> bool:
    """Tell whether a request may change something.

    A browser says with each unsafe request where it comes from, in Sec-Fetch-Site or, older
    ones, in Origin. What says neither is no browser, and carries no user's cookie by accident.
    """
    if method in SAFE_METHODS:
        return True
    if site := headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    if origin := headers.get("origin"):
        return urlsplit(origin).netloc == headers.get("host")
    return True
