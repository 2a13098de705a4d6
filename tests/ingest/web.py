"""A web server for tests that answers exactly the bytes it is told to, good or bad."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


Answer = Callable[["Exchange"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and where its answer is written. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    writer: asyncio.StreamWriter

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def respond(
        self, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        told = {"Content-Length": str(len(body)), "Connection": "close"} | dict(headers or {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        await self.send(f"HTTP/1.1 {status} Told\r\n{lines}\r\n".encode() + body)


@dataclass(slots=True)
class Web:
    """``answers`` are by path; ``asked`` are the requests that came, in order."""

    host: str
    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def says(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer a path always the same; ``_`` in the name of a header stands for ``-``."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(exchange: Exchange) -> None:
            await exchange.respond(body, status, told)

        self.answers[path] = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            exchange = await self._exchange(reader, writer)
            self.asked.append(exchange)
            await self.answers[exchange.path](exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough, which is what some of the tests are about
        finally:
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Exchange:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        lines = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in lines}
        return Exchange(head[0].split(" ")[1], headers, writer)


@asynccontextmanager
async def serving(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Web]:
    web = Web(host)
    answering: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(web.serve(reader, writer))
        answering.add(task)
        task.add_done_callback(answering.discard)

    server = await asyncio.start_server(accept, host, port)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
