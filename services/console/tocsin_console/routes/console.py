"""The whole application, of its parts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from importlib.metadata import version
from time import monotonic

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from tocsin.delivery.links import PATH
from tocsin.errors import TocsinError
from tocsin_console.routes import api, pages, problems
from tocsin_console.routes.access import Access, Guard
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.openapi import Console
from tocsin_console.routes.rate_limit import RateLimit
from tocsin_console.routes.security import (
    AllowedHosts,
    BodyLimit,
    LastResort,
    SameOrigin,
    SecurityHeaders,
)


# The longest query has 20,000 characters; nothing that is sent here is much larger.
MAX_BODY = 256 * 1024

Translate = Callable[[], AbstractContextManager[None]]


def console(
    backends: Backends, access: Access, *, allowed_hosts: tuple[str, ...], store_errors: Translate
) -> FastAPI:
    """Return the application.

    ``store_errors`` turns what the store's driver raises into StoreUnavailableError, around
    each request.
    """

    async def translated() -> AsyncIterator[None]:
        with store_errors():
            yield

    app = Console(
        title="Tocsin",
        version=version("tocsin-console"),
        summary="Rules, subscribers and alerts of Tocsin, and how it fares.",
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,  # an address that is not described is none
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        dependencies=[Depends(translated)],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(LastResort),
            Middleware(AllowedHosts, hosts=allowed_hosts),
            Middleware(BodyLimit, limit=MAX_BODY),
            Middleware(SameOrigin),
            Middleware(RateLimit, path=PATH, now=monotonic),
            Middleware(Guard, access=access),
        ],
        exception_handlers={
            TocsinError: problems.on_tocsin_error,
            HTTPException: problems.on_http_error,
            RequestValidationError: problems.on_invalid_request,
        },
    )
    app.state.backends = backends
    app.state.access = access
    app.include_router(api.router())
    app.include_router(api.for_mail_systems())
    app.include_router(pages.router())
    app.mount("/static", StaticFiles(packages=[("tocsin_console", "static")]), name="static")
    return app
