"""What is wrong, as RFC 9457 wants it told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from tocsin.errors import InvalidDocumentError, TocsinError


MEDIA_TYPE = "application/problem+json"
URN = "urn:tocsin:problem:"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, by JSON Pointer (RFC 6901) into the body, or by query parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """``kind`` ends the problem's type, a URN that programs may compare."""

    status: int
    kind: str
    title: str
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    retry_after_s: int | None = None
    closes: bool = False  # the connection: the rest of the body is not read

    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": URN + self.kind,
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            told["detail"] = self.detail
        if self.faults:
            told["errors"] = [_told(fault) for fault in self.faults]
        return told

    def headers(self) -> dict[str, str]:
        headers = {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="tocsin ingest"'
        if self.closes:
            headers["Connection"] = "close"
        return headers


class ProblemError(TocsinError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class FaultDocument(BaseModel):
    detail: str
    pointer: str | None = Field(default=None, description="JSON Pointer into the body")
    parameter: str | None = Field(default=None, description="Query parameter")


class ProblemDocument(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=[f"{URN}invalid-article"])
    title: str
    status: int
    detail: str | None = None
    errors: list[FaultDocument] | None = None


def response(problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem.document(), problem.status, headers=problem.headers(), media_type=MEDIA_TYPE
    )


def invalid(faults: Sequence[Fault]) -> Problem:
    told = "; ".join(map(_sentence, faults))
    return Problem(
        422, "invalid-article", "The article cannot be accepted", told[:1_000], tuple(faults)
    )


def rejected(error: InvalidDocumentError) -> Problem:
    return invalid([Fault(error.problem, pointer=error.field)])


def unavailable(retry_after_s: int) -> Problem:
    return Problem(
        503,
        "store-unavailable",
        "Articles cannot be taken in just now",
        f"nothing is lost: send the same again in {retry_after_s} s",
        retry_after_s=retry_after_s,
    )


def _sentence(fault: Fault) -> str:
    place = fault.pointer or fault.parameter
    return f"{place}: {fault.detail}" if place else fault.detail


def _told(fault: Fault) -> dict[str, str]:
    told = {"detail": fault.detail}
    if fault.pointer is not None:
        told["pointer"] = fault.pointer
    if fault.parameter is not None:
        told["parameter"] = fault.parameter
    return told
