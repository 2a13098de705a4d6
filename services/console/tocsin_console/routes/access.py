"""Who may use the console: whoever has its token, or, where it has none, whoever reaches it."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.delivery.links import PATH
from tocsin.ports.clock import Clock
from tocsin_console.routes.problems import is_for_programs, refusal


COOKIE = "tocsin_session"
SESSION = timedelta(hours=12)
ANYBODY = "console"  # who did it, where nobody says who they are
MAX_NAME = 64

BOUNCES = ("/api/v1/bounces", "/v1/bounces")
MAIL_SYSTEM = "mail system"

# Behind the last one, the link itself is the right to what it does.
OPEN_PATHS = ("/login", "/static/", PATH)


@dataclass(frozen=True, slots=True)
class Access:
    """Decides who is let in.

    A session is a cookie that says who and until when, signed with a key made of the token:
    nothing needs to be kept, and a new token ends every session. ``bounce_token`` lets a mail
    system tell bounces, and nothing else. ``public_url`` is where readers reach the console, if
    anywhere.
    """

    token: str | None
    clock: Clock
    bounce_token: str | None = None
    public_url: str = ""

    def is_token(self, candidate: str) -> bool:
        return _same(candidate, self.token)

    def is_encrypted(self, scheme: str, host: str) -> bool:
        """Tell whether a browser that calls us so does it over TLS, which may end at a proxy."""
        public = urlsplit(self.public_url)
        return "https" in {scheme, public.scheme if public.netloc == host else ""}

    def open_session(self, who: str) -> str:
        """Return the cookie's value."""
        ends = (self.clock.now() + SESSION).timestamp()
        body = urlsafe_b64encode(json.dumps([name_of(who), ends]).encode())
        return f"{body.decode()}.{self._signature(body)}"

    def who(self, headers: Headers, method: str = "GET", path: str = "") -> str | None:
        """Return who asks; None for one who is not let in.

        A program that has the token may say for whom it acts.
        """
        if self.token is None:
            return ANYBODY
        candidate = _bearer(headers.get("authorization", ""))
        if self.is_token(candidate):
            return name_of(headers.get("x-tocsin-user", ""))
        if method == "POST" and path in BOUNCES and _same(candidate, self.bounce_token):
            return MAIL_SYSTEM
        return self._who_has_session(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))

    def _who_has_session(self, cookie: str) -> str | None:
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body.encode()).encode()):
            return None
        who, ends = json.loads(urlsafe_b64decode(body))
        return str(who) if self.clock.now().timestamp() < ends else None

    def _signature(self, body: bytes) -> str:
        key = hashlib.sha256(b"tocsin console session " + (self.token or "").encode()).digest()
        return hmac.new(key, body, hashlib.sha256).hexdigest()


def _bearer(authorization: str) -> str:
    scheme, _, candidate = authorization.partition(" ")
    return candidate.strip() if scheme.lower() == "bearer" else ""


def _same(candidate: str, token: str | None) -> bool:
    return token is not None and hmac.compare_digest(candidate.encode(), token.encode())


def name_of(claimed: str) -> str:
    """Return a name fit for the audit: one printable line, never empty."""
    printable = "".join(character for character in claimed if character.isprintable())
    return printable.strip()[:MAX_NAME] or ANYBODY


class Guard:
    """Lets nobody past who is not let in; whoever is, goes by ``request.state.who``."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        who = self._access.who(Headers(scope=scope), scope["method"], scope["path"])
        state = scope.setdefault("state", {})
        state["who"] = who
        state["can_log_out"] = who is not None and self._access.token is not None
        if who is not None or scope["path"].startswith(OPEN_PATHS):
            await self._app(scope, receive, send)
        elif is_for_programs(scope["path"]):
            response = refusal(
                scope,
                401,
                "send the console's token: Authorization: Bearer …",
                {"www-authenticate": "Bearer"},
            )
            await response(scope, receive, send)
        else:
            asked = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".removesuffix("?")
            await RedirectResponse(f"/login?next={quote(asked)}", 303)(scope, receive, send)


def local(path: str) -> str:
    """Return where to go after the login: a page of ours, whatever the link said."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_ours else "/"
