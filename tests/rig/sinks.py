"""Receivers that keep what they get: an SMTP server, and an HTTP server in Slack's place."""

import asyncio
import email
import email.policy
import json
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Self

from rig.processes import free_port


@dataclass(frozen=True, slots=True)
class Mail:
    recipient: str
    message: EmailMessage
    at: float  # seconds, time.time()

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The plain part, as somebody without HTML reads it."""
        part = self.message.get_body(("plain",))
        assert part is not None, "the mail has no plain part"
        return str(part.get_content())


@dataclass(slots=True)
class Sink(ABC):
    """A listener on loopback; what is still connected when it ends is cut off."""

    port: int = field(default_factory=free_port)
    _server: asyncio.Server | None = None
    _sessions: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)
        await asyncio.sleep(0)  # lets the transports close before the loop does

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.create_task(self._session(reader, writer))
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.talk(reader, writer)
        finally:
            writer.close()

    @abstractmethod
    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak the protocol until the other side has gone."""


@dataclass(slots=True)
class SmtpSink(Sink):
    """Speaks just enough SMTP; a mail counts before ``250`` for it is written, as for a real server.

    ``aiosmtpd`` serves the demo inbox; this one is a tenth of its cost, so that it is not what a
    benchmark measures.
    """

    mails: list[Mail] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        recipient = ""
        await say("220 sink")
        while line := (await reader.readline()).decode().strip():
            match line.split(maxsplit=1)[0].upper():
                case "EHLO" | "HELO":
                    await say("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8")
                case "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    await say("250 ok")
                case "DATA":
                    await say("354 go on")
                    raw = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                    self._keep(recipient, raw)
                    await say("250 kept")
                case "QUIT":
                    await say("221 bye")
                    return
                case _:
                    await say("250 ok")

    def _keep(self, recipient: str, raw: bytes) -> None:
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(Mail(recipient, parsed, time.time()))


@dataclass(slots=True)
class SlackSink(Sink):
    """Takes what a Slack incoming webhook takes, and answers as it does."""

    posts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            self.posts.append(json.loads(await reader.readexactly(length)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
