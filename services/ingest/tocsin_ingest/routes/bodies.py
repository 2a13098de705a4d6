"""The body of a request: inflated, bounded, in time, and never more of it than was allowed."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

from starlette.requests import ClientDisconnect, Request

from tocsin_ingest.routes.problems import Problem, ProblemError


PIECE = 64 * 1024
GZIP = {"gzip", "x-gzip"}
DEADLINE_S = 60
LINGER_S = 5
LINGER_BYTES = 64 * 1024 * 1024
IN_FLIGHT = 64 * 1024 * 1024


class InFlight:
    """How many bytes of bodies this process holds, of all requests together.

    What is held is counted, not who asks: a thousand senders that are slow cost nothing.
    """

    def __init__(self, limit: int = IN_FLIGHT) -> None:
        self._limit = limit
        self._held = 0

    @contextmanager
    def share(self) -> Iterator["Share"]:
        share = Share(self)
        try:
            yield share
        finally:
            self._held -= share.held

    def take(self, size: int) -> None:
        if self._held + size > self._limit:
            raise ProblemError(
                Problem(
                    503,
                    "busy",
                    "Too much is being sent at once",
                    "send it again in 1 s",
                    retry_after_s=1,
                    closes=True,
                )
            )
        self._held += size


class Share:
    def __init__(self, all_together: InFlight) -> None:
        self._all = all_together
        self.held = 0

    def take(self, size: int) -> None:
        self._all.take(size)
        self.held += size


async def whole(request: Request, limit: int, share: Share) -> bytes:
    """Return the body, inflated.

    Raises:
        ProblemError: it is larger than ``limit`` bytes, broken, or does not come in time.
    """
    body = bytearray()
    async for piece in pieces(request, limit):
        share.take(len(piece))
        body += piece
    return bytes(body)


async def pieces(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body, inflated, piece by piece.

    Raises:
        ProblemError: as for ``whole``; what came before the limit was yielded.
        ClientDisconnect: the sender went away.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", *GZIP}:
        raise ProblemError(
            Problem(
                415,
                "unknown-encoding",
                "The body's encoding is unknown",
                f"expected gzip or none, not {encoding[:40]!r}",
                closes=True,
            )
        )
    sent = _in_time(request.stream())
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        if "expect" not in request.headers:  # else it waits for our word before it sends anything
            await _linger(sent)
        raise too_large(limit)
    size = 0
    async for piece in _inflated(sent) if encoding in GZIP else sent:
        size += len(piece)
        if size > limit:
            await _linger(sent)
            raise too_large(limit)
        yield piece


def too_large(limit: int) -> ProblemError:
    return ProblemError(
        Problem(
            413,
            "too-large",
            "The body is too large",
            f"at most {limit // 1024:,} KB are taken at once, counted after decompression",
            closes=True,
        )
    )


async def _linger(sent: AsyncIterator[bytes]) -> None:
    """Throw away what is still being sent, within bounds, for a sender that reads only after it has written.

    Closed on unread data, the connection would break under such a sender, who would never see the
    answer: RFC 9112 §9.6.
    """
    thrown_away = 0
    with suppress(TimeoutError, ClientDisconnect, ProblemError):
        async with asyncio.timeout(LINGER_S):
            async for chunk in sent:
                thrown_away += len(chunk)
                if thrown_away > LINGER_BYTES:
                    return


async def _in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise ProblemError(
                Problem(
                    408,
                    "too-slow",
                    "The body did not come in time",
                    f"it must be sent within {DEADLINE_S} s",
                    closes=True,
                )
            ) from None
        if chunk is None:
            return
        yield chunk


async def _inflated(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    async for chunk in chunks:
        rest = chunk
        while rest:
            if inflater.eof:
                # A body may be several gzip members after each other (RFC 1952, 2.2).
                inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            try:
                yield inflater.decompress(rest, PIECE)
            except zlib.error as error:
                raise _broken_gzip() from error
            rest = inflater.unconsumed_tail or inflater.unused_data
    if not inflater.eof:
        raise _broken_gzip()


def _broken_gzip() -> ProblemError:
    return ProblemError(
        Problem(400, "broken-gzip", "The body is no gzip, or not all of it", closes=True)
    )


__all__ = ["ClientDisconnect", "InFlight", "Share", "pieces", "too_large", "whole"]
