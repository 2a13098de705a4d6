"""Errors as answers: problem+json (RFC 9457) for programs, a page for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.types import Scope

from tocsin.errors import (
    InUseError,
    InvalidDocumentError,
    NotFoundError,
    StoreUnavailableError,
    TocsinError,
    VersionConflictError,
)
from tocsin_console.routes.templates import render


class FieldProblem(BaseModel):
    """What is wrong with one part of a request.

    ``pointer`` is a JSON Pointer (RFC 6901) into the body, ``parameter`` a parameter's name;
    ``column`` counts characters from 1; ``fix`` is the whole field as it would be right;
    ``readings`` are what it may mean, each whole, where only its writer can tell; ``similar``
    are names or ids that may be meant.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    column: int | None = None
    fix: str | None = None
    readings: list[str] = []
    similar: list[str] = []


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = "about:blank"
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str
    errors: list[FieldProblem] = []


class InvalidRequestError(TocsinError):
    """A request that was understood and cannot be done, with what is wrong where."""

    def __init__(self, detail: str, errors: Sequence[FieldProblem]) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class AlreadyThereError(TocsinError):
    """Something new was to be made, under an id that is taken."""

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(f"there is a {kind} {identity!r} already: choose another id, or change it")
        self.kind = kind
        self.identity = identity


def is_for_programs(path: str) -> bool:
    return path.startswith(("/api/", "/v1/"))


def problem(
    status: int,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)
    )
    return JSONResponse(
        jsonable_encoder(body, exclude_none=True),
        status,
        headers=headers,
        media_type="application/problem+json",
    )


def refusal(
    scope: Scope, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error in the form that suits whoever asks."""
    if is_for_programs(scope["path"]):
        return problem(status, detail, headers=headers)
    return render(
        Request(scope),
        "error.html",
        status=status,
        headers=headers,
        title=HTTPStatus(status).phrase,
        detail=detail,
    )


async def on_tocsin_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TocsinError)
    status = status_of(error)
    headers = {}
    if isinstance(error, StoreUnavailableError):
        headers["retry-after"] = str(error.retry_after_s)
    if is_for_programs(request.url.path):
        return problem(status, str(error), field_problems(error), headers)
    return refusal(request.scope, status, str(error), headers)


def status_of(error: TocsinError) -> int:
    match error:
        case NotFoundError():
            return 404
        case AlreadyThereError() | InUseError():
            return 409
        case VersionConflictError():
            return 412
        case InvalidDocumentError() | InvalidRequestError():
            return 422
        case StoreUnavailableError():
            return 503
        case _:
            return 500


def field_problems(error: TocsinError) -> Sequence[FieldProblem]:
    match error:
        case InvalidRequestError():
            return error.errors
        case InvalidDocumentError():
            return [FieldProblem(pointer=error.field, detail=error.problem)]
        case _:
            return ()


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"there is nothing at {request.url.path}"
    return refusal(request.scope, error.status_code, detail, error.headers)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [field_problem(each) for each in error.errors()]
    first = errors[0]
    detail = f"{first.pointer or first.parameter or 'the request'}: {first.detail}"
    if is_for_programs(request.url.path):
        return problem(422, detail, errors)
    return refusal(request.scope, 422, detail)


def field_problem(error: ErrorDetails) -> FieldProblem:
    """Return one of pydantic's errors without the value that was sent, which may be a secret."""
    where, *path = error["loc"] or ("body",)
    detail = lower_first(error["msg"].removeprefix("Value error, "))
    if error["type"] == "json_invalid":
        return FieldProblem(pointer="", detail=f"not JSON: {detail}")
    if where != "body":
        return FieldProblem(parameter=".".join(map(str, path)), detail=detail)
    return FieldProblem(pointer=pointer(path), detail=detail)


def pointer(path: Sequence[str | int]) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
