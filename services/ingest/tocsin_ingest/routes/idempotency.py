"""The header Idempotency-Key: a request that comes again is answered again, not done again.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

import structlog
from starlette.responses import Response

from tocsin.errors import StoreUnavailableError
from tocsin.ports.idempotency import Answer, Claim, IdempotencyLedger, Running
from tocsin_ingest.routes.problems import Problem, ProblemError


log = structlog.get_logger()

KEY = 255  # characters
RENEW_EVERY_S = 5.0


class Fingerprint:
    """What tells one request from another: its target, its type, its body."""

    def __init__(self, *parts: str) -> None:
        self._hash = blake2b("\0".join(parts).encode(), digest_size=16)

    def update(self, piece: bytes) -> None:
        self._hash.update(piece)

    @property
    def value(self) -> str:
        return self._hash.hexdigest()


class Attempt:
    """One request with a key, of which the answer is to be kept. It must be ended."""

    def __init__(self, ledger: IdempotencyLedger, claim: Claim) -> None:
        self._ledger = ledger
        self._claim = claim
        self._kept = False
        self._ended = False
        self._holding = asyncio.create_task(self._hold())

    async def keep(self, answer: Answer) -> None:
        try:
            await self._ledger.finish(self._claim, answer)
            self._kept = True
        except StoreUnavailableError as error:
            # The articles are on the stream, which is what the answer says; only a repetition
            # will be told that they are known.
            log.warning("answer not kept", problem=error.reason)

    async def end(self) -> None:
        """Give the key back if there was no answer to keep."""
        self._ended = True
        self._holding.cancel()
        if not self._kept:
            try:
                await self._ledger.abandon(self._claim)
            except StoreUnavailableError as error:
                log.warning("claim not given back", problem=error.reason)

    async def _hold(self) -> None:
        while not self._ended:  # the store's client may swallow the cancellation
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                await self._ledger.renew(self._claim)
            except StoreUnavailableError as error:
                log.warning("claim not renewed", problem=error.reason)


def checked(key: str) -> str:
    """Return the key of the header, which may be quoted.

    Raises:
        ProblemError: 400.
    """
    bare = key.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not bare or len(bare) > KEY or not bare.isascii() or not bare.isprintable():
        raise ProblemError(
            Problem(
                400,
                "bad-idempotency-key",
                "The Idempotency-Key cannot be used",
                f"expected 1 to {KEY} printable ASCII characters, a UUID for example",
                closes=True,
            )
        )
    return bare


async def begin(ledger: IdempotencyLedger, key: str) -> Attempt | Answer:
    """Return an attempt to make, or the answer that was given already.

    Raises:
        ProblemError: 409, the first request is still being answered.
    """
    match await ledger.begin(key):
        case Claim() as claim:
            return Attempt(ledger, claim)
        case Running():
            raise ProblemError(
                Problem(
                    409,
                    "still-running",
                    "A request with this Idempotency-Key is being answered",
                    "ask again in 1 s",
                    retry_after_s=1,
                    closes=True,
                )
            )
        case answer:
            return answer


def replay(answer: Answer, fingerprint: str) -> Response:
    """Return the answer of the first request.

    Raises:
        ProblemError: 422, this is another request.
    """
    if answer.fingerprint != fingerprint:
        raise ProblemError(
            Problem(
                422,
                "key-reused",
                "The Idempotency-Key was used for another request",
                "take a new key for each request, and the same only to repeat one",
            )
        )
    headers = {"Location": answer.location} if answer.location else {}
    return Response(answer.body, answer.status, headers=headers, media_type=answer.media_type)


@asynccontextmanager
async def ending(attempt: Attempt) -> AsyncIterator[Attempt]:
    try:
        yield attempt
    finally:
        await attempt.end()
