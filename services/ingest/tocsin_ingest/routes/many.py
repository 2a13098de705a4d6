"""Many articles in one request."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from tocsin.ports.idempotency import Answer
from tocsin_ingest.routes import batches, bodies, idempotency
from tocsin_ingest.routes.desk import Desk, client
from tocsin_ingest.routes.idempotency import Attempt, Fingerprint
from tocsin_ingest.routes.problems import Problem, ProblemError


BODY_BYTES = 10 * 1024 * 1024


async def push(desk: Desk, request: Request, fingerprint: Fingerprint, key: str | None) -> Response:
    """Take the articles in the lines of the body; with a key, do so once."""
    attempt: Attempt | None = None
    if key is not None:
        begun = await idempotency.begin(desk.ledger, key)
        if isinstance(begun, Answer):
            async for _ in _seen(request, fingerprint):
                pass
            return idempotency.replay(begun, fingerprint.value)
        attempt = begun
    answers = _answers(desk, request, fingerprint, attempt)
    # What keeps the whole body from being taken is told with a status of its own.
    first = await anext(answers, None)
    if first is None:
        raise ProblemError(Problem(400, "no-lines", "The body holds no line of JSON"))
    return batches.Streamed(batches.ahead(_chained(first, answers)), media_type=batches.MEDIA_TYPE)


async def _answers(
    desk: Desk, request: Request, fingerprint: Fingerprint, attempt: Attempt | None
) -> AsyncIterator[bytes]:
    told = bytearray()
    final = True
    try:
        async for results in batches.results(_seen(request, fingerprint), desk.intake):
            desk.buckets.take(client(request), len(results))
            final = final and all(result.final for result in results)
            piece = b"".join(result.encoded() for result in results)
            if attempt:
                told += piece
            yield piece
        if attempt and final:
            await attempt.keep(Answer(fingerprint.value, 200, batches.MEDIA_TYPE, bytes(told)))
    finally:
        if attempt:
            await attempt.end()


async def _seen(request: Request, fingerprint: Fingerprint) -> AsyncIterator[bytes]:
    async for piece in bodies.pieces(request, BODY_BYTES):
        fingerprint.update(piece)
        yield piece


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
