from typing import Annotated

from fastapi import APIRouter, Body, Path, Request
from pydantic import AwareDatetime, BaseModel, ValidationError

from tocsin.errors import NotFoundError
from tocsin.ports.suppressions import Cause, Suppression
from tocsin_console.routes import bounces
from tocsin_console.routes.backends import Behind, Who
from tocsin_console.routes.bounce_reports import read_reports
from tocsin_console.routes.bounces import Bounces, Taken
from tocsin_console.routes.problems import FieldProblem, InvalidRequestError, field_problem


router = APIRouter(tags=["bounces"])

# What a notification comes as; else it is taken for JSON.
MAIL = ("message/rfc822", "multipart/report", "text/plain", "application/octet-stream")
ACCEPTED = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": Bounces.model_json_schema(ref_template="#/components/schemas/{model}")
            },
            "message/rfc822": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

Address = Annotated[str, Path(max_length=320, examples=["ann@example.org"])]


class TakenList(BaseModel):
    items: tuple[Taken, ...]


class SuppressionView(BaseModel):
    address: str
    cause: Cause
    reason: str
    at: AwareDatetime
    by: str


class SuppressionList(BaseModel):
    items: tuple[SuppressionView, ...]


@router.post("/bounces", openapi_extra=ACCEPTED)
async def take_bounces(request: Request, behind: Behind) -> TakenList:
    """Take bounces and complaints: as JSON, or one notification as it came by mail."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind in MAIL:
        header = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        raw = header + body if kind == "multipart/report" else body
        reports = read_reports(raw)
        taken = [await bounces.take(behind, report) for report in reports]
        return TakenList(items=tuple(taken) or (Taken(ignored="tells of no message of ours"),))
    sent = _sent(body)
    return TakenList(
        items=tuple(
            [await bounces.take(behind, each.report(), each.address) for each in sent.items]
        )
    )


@router.get("/suppressions")
async def list_suppressions(behind: Behind) -> SuppressionList:
    """Mail addresses that nothing is sent to."""
    return SuppressionList(items=tuple(_view(each) for each in await behind.suppressions.all()))


@router.put("/suppressions/{address}")
async def suppress(
    behind: Behind,
    who: Who,
    address: Address,
    reason: Annotated[str, Body(embed=True, max_length=300)] = "",
) -> SuppressionView:
    """Send nothing more to an address."""
    new = Suppression(address, Cause.OPERATOR, reason, behind.clock.now(), who)
    await behind.suppressions.add(new)
    standing = await behind.suppressions.find(address)
    if standing is None:  # somebody was quicker to remove it
        raise NotFoundError("suppression", address)
    return _view(standing)


@router.delete("/suppressions/{address}", status_code=204)
async def unsuppress(behind: Behind, address: Address) -> None:
    """Let an address be written to again; its channels are enabled by themselves."""
    await behind.suppressions.remove(address)


def _sent(body: bytes) -> Bounces:
    try:
        return Bounces.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [field_problem(each | {"loc": ("body", *each["loc"])}) for each in details]
        raise InvalidRequestError(
            "these are no bounces", problems or [FieldProblem(detail="")]
        ) from error


def _view(suppression: Suppression) -> SuppressionView:
    return SuppressionView(
        address=suppression.address,
        cause=suppression.cause,
        reason=suppression.reason,
        at=suppression.at,
        by=suppression.by,
    )
