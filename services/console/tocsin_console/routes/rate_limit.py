"""Keeps whoever tries out links from trying many."""

from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin_console.routes.problems import refusal


# Generous, since many readers may come by one proxy; a signature is not guessed in any case.
PER_SECOND = 5.0
BURST = 120
REMEMBERED = 10_000  # clients
ROUNDING = 1e-6  # seconds


class RateLimit:
    """Lets each client through so often, under one path (GCRA).

    Args:
        now: seconds on a clock that never goes back.
    """

    def __init__(self, app: ASGIApp, path: str, now: Callable[[], float]) -> None:
        self._app = app
        self._path = path
        self._now = now
        self._full_until: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._path):
            wait_s = self._wait_s(client_of(scope))
            if wait_s > 0:
                headers = {"retry-after": str(int(wait_s) + 1)}
                answer = refusal(scope, 429, "too many at once; try again soon", headers)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wait_s(self, client: str) -> float:
        """Return how long the client has to wait; 0 lets it through."""
        now = self._now()
        full = max(self._full_until.get(client, now), now) + 1 / PER_SECOND
        wait_s = full - now - BURST / PER_SECOND
        if wait_s > ROUNDING:
            return wait_s
        self._full_until[client] = full
        self._full_until.move_to_end(client)
        if len(self._full_until) > REMEMBERED:
            self._full_until.popitem(last=False)
        return 0.0


def client_of(scope: Scope) -> str:
    """Return who asks: whom a proxy on this machine names, else the one who is connected."""
    host: str = (scope.get("client") or ("", 0))[0]
    forwarded = Headers(scope=scope).get("x-forwarded-for", "")
    if host in {"127.0.0.1", "::1"} and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return host
