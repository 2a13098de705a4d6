"""Receivers that do what a test asks: an SMTP server, and an HTTP server in the services' place.

Both read the script from the address: ``c550@`` is refused with 550, ``/s429/`` answers 429.
"""

import asyncio
import email
import email.policy
import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from rig.processes import free_port


REPLIES = {
    "421": "421 4.7.0 Try again later, closing connection",
    "450": "450 4.2.0 mailbox busy",
    "451": "451 4.7.1 Greylisted, retry later",
    "550": "550 5.1.1 User unknown",
    "552": "552 5.2.2 Mailbox full",
    "554": "554 5.7.1 Spam rejected",
}


# What services say when all is well, where it matters.
USUAL = {
    "api/chat.postMessage": b'{"ok": true, "channel": "C1", "ts": "1700000000.000100"}',
    "api/v1/login": b'{"status": "success", "data": {"authToken": "t", "userId": "u"}}',
    "api/v1/chat.postMessage": b'{"success": true}',
    "v3/login": b'{"access_token": "t", "home_server": "h", "user_id": "@u:h", "device_id": "D"}',
    "v3/joined_rooms": b'{"joined_rooms": ["!abc:h"]}',
    "join/%23room%3Ah": b'{"room_id": "!abc:h"}',
}


class MailHandler:
    """``c550@`` is refused as a recipient, ``d451@`` after the message.

    ``grey@`` is put off the first time. ``drop@`` is taken, and the connection cut before the answer; ``hang@`` is taken, and answered
    when the test says so. Where there is a ``denial``, every sender gets it.
    """

    def __init__(self, denial: str) -> None:
        self.denial = denial
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.arrived = threading.Event()
        self.released = threading.Event()
        self.connections = 0
        self.put_off: set[str] = set()

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.denial:
            return self.denial
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.startswith("c") and (reply := REPLIES.get(address[1:4])):
            return reply
        if address.startswith("grey") and address not in self.put_off:
            self.put_off.add(address)
            return REPLIES["451"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (recipient,) = envelope.rcpt_tos
        if recipient.startswith("d") and (reply := REPLIES.get(recipient[1:4])):
            return reply
        self._keep(recipient, envelope.content)
        if recipient.startswith("hang"):
            await asyncio.to_thread(self.released.wait)
        if recipient.startswith("drop"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 2.0.0 queued as 4711"

    def _keep(self, recipient: str, content: bytes | str | None) -> None:
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        self.raw.append(content)
        self.recipients.append(recipient)
        self.arrived.set()


class MailServer(Controller):
    """An SMTP server in a thread of its own."""

    def __init__(
        self, denial: str = "", ssl_context: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self.mail = MailHandler(denial)
        self._options = options
        super().__init__(
            self.mail,
            hostname="127.0.0.1",
            port=free_port(),
            ready_timeout=30,
            ssl_context=ssl_context,
        )

    def factory(self) -> SMTP:
        return SMTP(self.mail, enable_SMTPUTF8=True, hostname="sink", **self._options)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.mail.released.set()
        self.stop()


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_message(self) -> bool:
        """Tell whether it carries an alert, and no login or the like."""
        return len(self.body) > 200

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class WebServer:
    """Answers by the path: ``s500`` with that status, ``hang``, ``abort``, ``flood``, ``drip``,
    ``notok``; anything else is taken as each service takes it. ``to_messages`` answers whatever
    carries an alert, which ``aborts_messages`` hangs up on.
    """

    port: int = field(default_factory=free_port)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    to_messages: tuple[int, str, bytes] | None = None
    aborts_messages: bool = False
    ssl_context: ssl.SSLContext | None = None
    released: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(ready.set,))
        self._thread.start()
        assert ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def _run(self, ready: Callable[[], None]) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: Callable[[], None]) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(
            self._session, "127.0.0.1", self.port, ssl=self.ssl_context
        )
        ready()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # lets the transports close before the loop does

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while True:
                    await self._answer(await self._read(reader), writer)
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(method, path, headers, body)
        self.requests.append(request)
        self.arrived.set()
        return request

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        parts = request.path.partition("?")[0].strip("/").split("/")
        if "hang" in parts:
            await self._stop.wait()
        if "abort" in parts or (self.aborts_messages and request.is_message):
            writer.transport.abort()
            raise ConnectionAbortedError
        if "drip" in parts:
            await self._drip(writer)
        status, headers, body = self._scripted(request, parts)
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers.splitlines()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        """Promise an answer again and again; a client that waits for each has no end to wait for."""
        while not self._stop.is_set():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    def _scripted(self, request: Request, parts: list[str]) -> tuple[int, str, bytes]:
        if (answer := self.answers.get(request.path)) is not None:
            return answer
        if self.to_messages is not None and request.is_message:
            return self.to_messages
        for part in parts:
            if part[:1] == "s" and part[1:].isdecimal():
                code = int(part[1:])
                extra = {
                    302: f"Location: {self.url}/elsewhere",
                    429: "Retry-After: 7",
                    503: "Retry-After: 7",
                }
                return code, extra.get(code, ""), b"scripted"
        if "notok" in parts:
            return 200, "", b"accepted"
        if "flood" in parts:
            return 200, "", b"x" * 5_000_000
        for ending, usual in USUAL.items():
            if "/".join(parts).endswith(ending):
                return 200, "Content-Type: application/json", usual
        if "services" in parts:
            return 200, "", b"ok"
        return 200, "Content-Type: application/json", b'{"ok": true, "id": 1, "result": {}}'
