"""Speaks to ingest's push API; sends again what was not taken for a reason that may pass."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx2

from tocsin.errors import StoreUnavailableError, TocsinError
from tocsin_cli.pushing.batches import NumberedLine
from tocsin_cli.pushing.content import Content
from tocsin_cli.pushing.outcome import Failed, Outcome, Rejected, of_answer, of_problem
from tocsin_cli.pushing.patience import next_wait


# Still being worked on by an earlier attempt; too many; away.
PASSING = frozenset({409, 425, 429, 502, 503, 504})
REFUSED = frozenset({400, 413, 415, 422})

Waiting = Callable[[str, float], None]


class IngestAwayError(StoreUnavailableError):
    """Ingest did not take it for longer than we were told to try."""

    def __init__(self, url: str, why: str, patience_s: float) -> None:
        super().__init__(why)
        self._said = (
            f"ingest at {url} did not take it for {patience_s:g} s ({why}): is it running? "
            "`tocsin up` starts it; --ingest or TOCSIN_INGEST_URL says where it is"
        )

    def __str__(self) -> str:
        return self._said


class IngestClient:
    """``waiting`` is told why something is sent again, and in how many seconds."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, *, patience_s: float, waiting: Waiting
    ) -> None:
        self._client = client
        self._url = f"{url.rstrip('/')}/v1/articles"
        self._base = url
        self._patience_s = patience_s
        self._waiting = waiting

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, url: str, token: str | None, *, patience_s: float, waiting: Waiting
    ) -> AsyncIterator[Self]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:
            yield cls(client, url, patience_s=patience_s, waiting=waiting)

    async def push_one(
        self, body: bytes, content: Content, parameters: Mapping[str, str]
    ) -> Outcome:
        """Push one article.

        Raises:
            TocsinError: ingest refuses us, or stays away.
        """
        answer = await self._send(body, content, parameters)
        if answer.status_code in REFUSED:
            return Rejected(of_problem(_document(answer)))
        return of_answer(_document(answer))

    async def push_lines(self, lines: Sequence[NumberedLine]) -> Sequence[tuple[int, Outcome]]:
        """Push a batch; return what became of each line, by its number.

        Raises:
            TocsinError: ingest refuses us, or stays away.
        """
        done: dict[int, Outcome] = {}
        rest = list(lines)
        wait = 0.0
        while rest:
            outcomes = await self._send_lines(rest)
            done |= outcomes
            rest = [line for line in rest if isinstance(outcomes.get(line.number), Failed)]
            if rest:
                wait = next_wait(wait, None)
                self._waiting(f"ingest at {self._base} could not take some lines", wait)
                await asyncio.sleep(wait)
        return sorted(done.items())

    async def _send_lines(self, lines: Sequence[NumberedLine]) -> dict[int, Outcome]:
        body = b"".join(line.text + b"\n" for line in lines)
        answer = await self._send(body, Content.LINES, {})
        if answer.status_code in REFUSED:
            problem = of_problem(_document(answer))
            return {line.number: Rejected(problem) for line in lines}
        results = [json.loads(each) for each in answer.text.splitlines()]
        outcomes = {lines[result["line"] - 1].number: of_answer(result) for result in results}
        # Where the answer ended early, so did the taking.
        return {line.number: Failed("no answer") for line in lines} | outcomes

    async def _send(
        self, body: bytes, content: Content, parameters: Mapping[str, str]
    ) -> httpx2.Response:
        """Send until there is an answer that stays the same."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_s
        # A repetition gets the first answer again, so that new stays new.
        headers = {"Content-Type": content.media_type, "Idempotency-Key": str(uuid.uuid4())}
        wait = 0.0
        while True:
            asked = None
            try:
                answer = await self._client.post(
                    self._url, content=body, headers=headers, params=dict(parameters)
                )
            except httpx2.HTTPError as error:
                why = str(error) or type(error).__name__
            else:
                if answer.status_code not in PASSING:
                    return self._checked(answer)
                why = of_problem(_document(answer))
                asked = _retry_after(answer)
            wait = next_wait(wait, asked)
            if loop.time() + wait > deadline:
                raise IngestAwayError(self._base, why, self._patience_s)
            self._waiting(f"ingest at {self._base}: {why}", wait)
            await asyncio.sleep(wait)

    def _checked(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.is_success or answer.status_code in REFUSED:
            return answer
        if answer.status_code in {401, 403}:
            raise TocsinError(
                f"ingest at {self._base} wants a token: set TOCSIN_INGEST_TOKEN to the one it has"
            )
        raise TocsinError(
            f"ingest at {self._base} answered with {answer.status_code}: "
            f"{of_problem(_document(answer))}"
        )


def _document(answer: httpx2.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"title": answer.reason_phrase}


def _retry_after(answer: httpx2.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else None
