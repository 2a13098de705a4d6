"""The API on a port of its own, with fakes behind it, and a client."""

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from pydantic import SecretStr

from ingest.articles import EnglishGuesser, noon
from tocsin.testing import (
    FakeArticleLog,
    FakeArticlePublisher,
    FakeClock,
    FakeIdempotencyLedger,
)
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.routes.admission import TokenBuckets
from tocsin_ingest.routes.application import Application
from tocsin_ingest.routes.bodies import InFlight
from tocsin_ingest.routes.desk import Desk
from tocsin_ingest.stages.draft import Draft


ARTICLES = "/v1/articles"
JSON = "application/json"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"

DIBOLI = {
    "title": "Attack on Diboli",
    "text": "Armed men attacked the town.\n\nThey left.",
    "url": "https://www.example.org/diboli?utm_source=feed",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def problem(self) -> Any:
        assert self.headers["Content-Type"] == PROBLEM
        assert self.json["status"] == self.status
        assert self.json["type"].startswith("urn:tocsin:problem:")
        assert self.json["title"]
        return self.json


@dataclass
class Pages:
    """Answers what it is told for every page."""

    draft: Draft = field(default_factory=lambda: Draft(title=""))
    trouble: UnreadableError | None = None
    asked: list[tuple[bytes, str, str]] = field(default_factory=list)

    async def read_page(self, body: bytes, *, content_type: str, url: str) -> Draft:
        self.asked.append((body, content_type, url))
        if self.trouble:
            raise self.trouble
        return self.draft


@dataclass
class Api:
    clock: FakeClock
    publisher: FakeArticlePublisher
    log: FakeArticleLog
    ledger: FakeIdempotencyLedger
    pages: Pages
    desk: Desk
    port: int = 0
    session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
    ) -> Answer:
        assert self.session is not None
        async with self.session.request(
            method, self.url + path, data=_payload(body), headers=headers, params=params
        ) as response:
            return Answer(response.status, response.headers.copy(), await response.read())

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, headers=headers)

    async def push(
        self, body: Any, content_type: str = JSON, params: Any = None, **headers: str
    ) -> Answer:
        """Push a body: bytes or text as it is, anything else as JSON."""
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        told = {"Content-Type": content_type} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await self.ask("POST", ARTICLES, raw, told, params)

    async def push_lines(self, *lines: Any, **headers: str) -> Answer:
        raw = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        return await self.push("\n".join(raw), NDJSON, **headers)


def narrowed(end: socket.socket) -> socket.socket:
    """Have the kernel keep as little as possible of what is on its way."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    return end


def _payload(body: Any) -> Any:
    # aiohttp wants large bodies as files.
    raw = body.encode() if isinstance(body, str) else body
    return io.BytesIO(raw) if isinstance(raw, bytes) and len(raw) > 1 << 20 else raw


@asynccontextmanager
async def serving(
    *,
    token: str | None = None,
    rate: float = 500,
    burst: int = 10_000,
    in_flight: int = 64 << 20,
    narrow: bool = False,
) -> AsyncIterator[Api]:
    clock, pages = noon(), Pages()
    publisher = FakeArticlePublisher(clock)
    log, ledger = FakeArticleLog(publisher), FakeIdempotencyLedger(clock)
    desk = Desk(
        intake=Intake(publisher, EnglishGuesser(), clock),
        log=log,
        ledger=ledger,
        pages=pages,
        buckets=TokenBuckets(clock, rate=rate, burst=burst),
        in_flight=InFlight(in_flight),
        token=SecretStr(token) if token else None,
    )
    api = Api(clock, publisher, log, ledger, pages, desk)
    async with listening(api, Application(desk), narrow=narrow), aiohttp.ClientSession() as session:
        api.session = session
        yield api


class Server(uvicorn.Server):
    """Ends at once when told to; uvicorn's own looks ten times a second."""

    async def main_loop(self) -> None:
        while not self.should_exit:  # noqa: ASYNC110 -- a flag tells nobody
            await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(api: Api, application: Application, *, narrow: bool) -> AsyncIterator[None]:
    server = Server(uvicorn.Config(application, log_config=None, lifespan="off", access_log=False))
    # With its protocol named, or asyncio would not turn off the delay of small packets.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    if narrow:
        narrowed(listener)
    serving = asyncio.create_task(server.serve([listener]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 -- uvicorn offers nothing to wait for
            await asyncio.sleep(0.005)
    api.port = listener.getsockname()[1]
    try:
        yield
    finally:
        server.should_exit = True
        await serving
