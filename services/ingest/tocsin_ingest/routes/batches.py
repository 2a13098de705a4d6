"""Many articles in one request: a line in, a line out, in order, as they come."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tocsin.errors import StoreUnavailableError
from tocsin_ingest.pipeline.intake import Accepted, Intake, Rejected, Taken
from tocsin_ingest.pipeline.metrics import ARTICLES
from tocsin_ingest.routes import documents, json_text
from tocsin_ingest.routes.problems import Problem, ProblemError, rejected, unavailable
from tocsin_ingest.stages.draft import Draft


MEDIA_TYPE = "application/x-ndjson"
LINES = 1_000
LINE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body, counted from 1; without ``raw`` where it is too long to be kept."""

    number: int
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a line: taken (``taken``), or refused or failed (``problem``).

    ``ends`` tells that the body was read no further.
    """

    number: int
    taken: Accepted | None = None
    problem: Problem | None = None
    ends: bool = False

    @property
    def failed(self) -> bool:
        """Whether the line is not to blame, but we are, or the way to us: it may be taken later."""
        return self.problem is not None and (
            self.problem.status >= 500 or self.problem.status == 408
        )

    @property
    def final(self) -> bool:
        """Whether the same body would always get this result."""
        return not self.failed and not self.ends

    def document(self) -> dict[str, Any]:
        if self.taken is not None:
            return {"line": self.number, "status": "accepted", **accepted(self.taken)}
        assert self.problem is not None
        status = "failed" if self.failed else "rejected"
        return {"line": self.number, "status": status, "problem": self.problem.document()}

    def encoded(self) -> bytes:
        return json.dumps(self.document(), ensure_ascii=False).encode() + b"\n"


def accepted(taken: Accepted) -> dict[str, Any]:
    """Return what a sender is told of an article that was taken."""
    told: dict[str, Any] = {"id": taken.article_id, "new": taken.new}
    if taken.notes:
        told["notes"] = list(taken.notes)
    return told


async def results(pieces: AsyncIterator[bytes], intake: Intake) -> AsyncIterator[Sequence[Result]]:
    """Yield the results of the body's lines, those that came together together.

    A line that is bad does not stop the others. A body that is too large, too slow or broken
    ends with the result of the line at which it ended. When the store goes away the lines
    from there on have failed.

    Raises:
        StoreUnavailableError: the store was away from the first line on.
        ProblemError: the body was refused before its first line.
    """
    number = 0
    away: StoreUnavailableError | None = None
    try:
        async for lines in _lines(pieces):
            if away is None:
                try:
                    done = await _taken(lines, intake)
                except StoreUnavailableError as error:
                    if not number:
                        raise
                    away = error
                    done = _failed(lines, error)
            else:
                done = _failed(lines, away)
            yield done
            number = lines[-1].number
    except ProblemError as error:
        if not number:
            raise
        yield [Result(number + 1, problem=error.problem, ends=True)]


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[Sequence[Line]]:
    """Yield the lines that each piece completes."""
    splitter = _Splitter()
    async for piece in pieces:
        for lines in _within_limit(splitter.split(piece)):
            yield lines
    for lines in _within_limit(splitter.rest()):
        yield lines


def _within_limit(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    within = [line for line in lines if line.number <= LINES]
    if within:
        yield within
    if len(within) < len(lines):
        raise _too_many()


class _Splitter:
    """Cuts a body into lines, of which it keeps none that is too long. Empty ones only count."""

    def __init__(self) -> None:
        self._ended = 0
        self._pending = bytearray()
        self._too_long = False

    def split(self, piece: bytes) -> Sequence[Line]:
        *ended, rest = piece.split(b"\n")
        lines = [line for part in ended for line in self._end(part)]
        self._add(rest)
        return lines

    def rest(self) -> Sequence[Line]:
        """Return the last line, if no break ended it."""
        return list(self._end(b""))

    def _end(self, part: bytes) -> Iterator[Line]:
        self._add(part)
        self._ended += 1
        if self._too_long:
            yield Line(self._ended, None)
        elif self._pending.strip():
            yield Line(self._ended, bytes(self._pending))
        self._pending, self._too_long = bytearray(), False

    def _add(self, part: bytes) -> None:
        if not self._too_long:
            self._pending += part
        if len(self._pending) > LINE_BYTES:
            self._pending, self._too_long = bytearray(), True


def _too_many() -> ProblemError:
    return ProblemError(
        Problem(
            413,
            "too-many-lines",
            "There are too many lines",
            f"at most {LINES:,} are taken at once: send those from here on in another request",
            closes=True,
        )
    )


async def _taken(lines: Sequence[Line], intake: Intake) -> Sequence[Result]:
    read = [_read(line) for line in lines]
    taken = iter(await intake.take([one for one in read if isinstance(one, Draft)], "push"))
    done = [
        _result(line.number, next(taken) if isinstance(one, Draft) else one)
        for line, one in zip(lines, read, strict=True)
    ]
    ARTICLES.labels("push", "rejected").inc(sum(result.taken is None for result in done))
    return done


def _read(line: Line) -> Draft | Problem:
    if line.raw is None:
        return Problem(
            413, "too-large", "The line is too long", f"at most {LINE_BYTES // 1024:,} KB are taken"
        )
    try:
        return documents.read(json_text.parse(line.raw))
    except ProblemError as error:
        return error.problem


def _result(number: int, outcome: Taken | Problem) -> Result:
    match outcome:
        case Accepted():
            return Result(number, taken=outcome)
        case Rejected(error):
            return Result(number, problem=rejected(error))
        case Problem():
            return Result(number, problem=outcome)


def _failed(lines: Sequence[Line], error: StoreUnavailableError) -> Sequence[Result]:
    return [Result(line.number, problem=unavailable(error.retry_after_s)) for line in lines]


async def ahead(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what ``source`` yields, which goes on meanwhile.

    A sender that reads the answer only after it has sent everything would otherwise wait for us
    to read, and we for it. ``source`` must be bounded: all of it may have to be kept.
    """
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def fill() -> None:
        try:
            async for item in source:
                queue.put_nowait(item)
        finally:
            queue.put_nowait(None)

    filling = asyncio.create_task(fill())
    try:
        while (item := await queue.get()) is not None:
            yield item
        await filling
    finally:
        filling.cancel()


class Streamed(Response):
    """An answer that is sent while the request is still being read.

    Starlette's own listens for the sender's departure meanwhile, and so takes pieces of the
    body away from whoever reads it.
    """

    def __init__(self, body: AsyncIterator[bytes], *, media_type: str) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._pieces = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        try:
            async for piece in self._pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b""})
