"""One article in one request: as JSON, as a text file, or as a page."""

import json

from starlette.requests import Request
from starlette.responses import Response

from tocsin.ports.idempotency import Answer
from tocsin_ingest.pipeline.intake import Accepted, Rejected
from tocsin_ingest.ports import PageReader, UnreadableError
from tocsin_ingest.routes import bodies, documents, idempotency, json_text
from tocsin_ingest.routes.batches import accepted
from tocsin_ingest.routes.desk import Desk, client, media_type
from tocsin_ingest.routes.documents import Parameters
from tocsin_ingest.routes.idempotency import Fingerprint
from tocsin_ingest.routes.problems import Fault, ProblemError, invalid, rejected
from tocsin_ingest.stages import plain_text
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.encoding import decode


JSON = "application/json"
TEXT = "text/plain"
PAGE = "text/html"
LIMITS = {JSON: 1024 * 1024, TEXT: 512 * 1024, PAGE: 2 * 1024 * 1024}  # bytes of a body
GARBAGE = 0.05  # share of characters that no text has, from which on it is none


async def push(
    desk: Desk, request: Request, parameters: Parameters, fingerprint: Fingerprint, key: str | None
) -> Response:
    """Take the article in the body; with a key, do so once."""
    if media_type(request) == JSON:
        documents.require_none(parameters)
    with desk.in_flight.share() as share:
        body = await bodies.whole(request, LIMITS[media_type(request)], share)
        desk.buckets.take(client(request), 1)
        if key is None:
            return _answer(await _take(desk, request, parameters, body))
        fingerprint.update(body)
        begun = await idempotency.begin(desk.ledger, key)
        if isinstance(begun, Answer):
            return idempotency.replay(begun, fingerprint.value)
        async with idempotency.ending(begun):
            response = _answer(await _take(desk, request, parameters, body))
            await begun.keep(_kept(response, fingerprint))
            return response


async def _take(desk: Desk, request: Request, parameters: Parameters, body: bytes) -> Accepted:
    draft = await _draft(desk.pages, request, parameters, body)
    [taken] = await desk.intake.take([draft], "push")
    if isinstance(taken, Rejected):
        raise ProblemError(rejected(taken.error))
    return taken


async def _draft(pages: PageReader, request: Request, parameters: Parameters, body: bytes) -> Draft:
    content_type = request.headers.get("content-type", "")
    kind = media_type(request)
    if kind == JSON:
        return documents.read(json_text.parse(body))
    if kind == TEXT:
        written = plain_text.read(_text(body, content_type), title=parameters.title)
    else:
        written = await _page(pages, body, content_type, parameters.url)
    return parameters.over(written)


def _text(body: bytes, content_type: str) -> str:
    text = decode(body, content_type)
    garbage = text.count("\0") + text.count("\ufffd")
    if garbage > len(text) * GARBAGE:
        raise ProblemError(invalid([Fault("is no text: most likely another kind of file")]))
    return text


async def _page(pages: PageReader, body: bytes, content_type: str, url: str) -> Draft:
    try:
        draft = await pages.read_page(body, content_type=content_type, url=url)
    except UnreadableError as error:
        raise ProblemError(invalid([Fault(f"the page {error.reason}")])) from error
    if not draft.text.strip():
        raise ProblemError(invalid([Fault("no text of an article was found in the page")]))
    return draft


def _answer(taken: Accepted) -> Response:
    return Response(
        json.dumps(accepted(taken)),
        202,
        headers={"Location": f"/v1/articles/{taken.article_id}"},
        media_type=JSON,
    )


def _kept(response: Response, fingerprint: Fingerprint) -> Answer:
    return Answer(
        fingerprint.value,
        response.status_code,
        JSON,
        bytes(response.body),
        response.headers["Location"],
    )
