"""/live, /ready and /metrics, which tell the truth."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.runtime.worker import StreamWorker


Check = Callable[[], Awaitable[str | None]]

PING_TIMEOUT_S = 1.0
PATHS = ("/live", "/ready", "/metrics")


class Health:
    """What a process knows of how it is. Each check returns None, or what is wrong."""

    def __init__(self, redis: Redis, worker: StreamWorker | None, checks: Sequence[Check]) -> None:
        self.stopping = False
        self._redis = redis
        self._worker = worker
        self._checks = checks

    def stopped(self) -> str | None:
        """Tell what has stopped for good. Asks nobody: a store that is away is no reason to die."""
        return self._worker.stopped() if self._worker else None

    async def problem(self) -> str | None:
        """Tell why no work can be done just now."""
        if self.stopping:
            return "the process is stopping"
        problem = await self._store_problem()
        if problem is None and self._worker:
            problem = self._worker.problem()
        for check in self._checks:
            problem = problem or await check()
        return problem

    async def _store_problem(self) -> str | None:
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await self._redis.ping()
        except (RedisError, OSError) as error:
            return f"the store does not answer: {str(error) or type(error).__name__}"
        return None


def health_app(health: Health) -> Starlette:
    def answer(name: str, problem: str | None) -> Response:
        if problem is None:
            return JSONResponse({name: True})
        return JSONResponse({name: False, "problem": problem}, status_code=503)

    async def live(request: Request) -> Response:
        return answer("live", health.stopped())

    async def ready(request: Request) -> Response:
        return answer("ready", await health.problem())

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    endpoints = (live, ready, metrics)
    return Starlette(
        routes=[Route(path, endpoint) for path, endpoint in zip(PATHS, endpoints, strict=True)]
    )


def in_front(health: ASGIApp, app: ASGIApp) -> ASGIApp:
    """Answer the health paths before the application and its middleware see them."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        is_health = scope["type"] == "http" and scope["path"] in PATHS
        await (health if is_health else app)(scope, receive, send)

    return dispatch
