from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin_ingest.pipeline.metrics import ARTICLES
from tocsin_ingest.routes import articles, documents, openapi, problems
from tocsin_ingest.routes.desk import Desk
from tocsin_ingest.routes.problems import Problem, ProblemError


log = structlog.get_logger()

# What is wrong with the article; not with the sender, or with us.
REJECTIONS = frozenset({400, 413, 415, 422})


class Application(FastAPI):
    """The API. Whatever goes wrong is told as problem+json."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            title="Tocsin ingest",
            summary="Takes articles in, once each, and publishes them to be matched.",
            version="1",
            # The pages that show the description load their scripts from elsewhere.
            docs_url=None,
            redoc_url=None,
        )
        self.include_router(articles.router(desk))
        self.add_exception_handler(ProblemError, _told)
        self.add_exception_handler(StoreUnavailableError, _store_away)
        self.add_exception_handler(NotFoundError, _not_found)
        self.add_exception_handler(RequestValidationError, _wrong_parameters)
        self.add_exception_handler(HTTPException, _by_status)
        self.add_exception_handler(ClientDisconnect, _gone)
        self.add_exception_handler(Exception, _our_fault)

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            self.openapi_schema = openapi.complete(super().openapi())
        return self.openapi_schema


async def _told(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    if error.problem.status in REJECTIONS:
        ARTICLES.labels("push", "rejected").inc()
    return problems.response(error.problem)


async def _store_away(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StoreUnavailableError)
    # Where the store is and what is wrong with it is for the operator, not for senders.
    log.warning("articles refused", problem=error.reason)
    return problems.response(problems.unavailable(error.retry_after_s))


async def _not_found(request: Request, error: Exception) -> JSONResponse:
    return problems.response(Problem(404, "not-found", "There is no such article", str(error)))


async def _wrong_parameters(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [documents.parameter_fault(one) for one in error.errors()[: documents.FAULTS]]
    return await _told(request, ProblemError(problems.invalid(faults)))


async def _by_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    response = problems.response(Problem(error.status_code, "http", error.detail))
    response.headers.update(error.headers or {})
    return response


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody is there to read it


async def _our_fault(request: Request, error: Exception) -> JSONResponse:
    return problems.response(
        Problem(500, "our-fault", "Something is wrong here", "it was logged; try again later")
    )
