"""A mail server that keeps what it gets; it says 250 only when the message is stored."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from tocsin.errors import StartError, StoreUnavailableError, cause_of
from tocsin.ports.clock import Clock
from tocsin.ports.inbox import Inbox, InboxMessage
from tocsin_cli.messages.mail import read_mail


LARGEST = 10 * 1024 * 1024  # bytes of a mail; an alert has a few thousand


class SmtpSink:
    def __init__(self, inbox: Inbox, clock: Clock, host: str, port: int) -> None:
        self._inbox = inbox
        self._clock = clock
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            StartError: the port is taken.
        """
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._session, self._host, self._port
            )
        except OSError as error:
            raise StartError(
                f"cannot listen for mail on {self._host}:{self._port} "
                f"({cause_of(error)}): set TOCSIN_INBOX_SMTP_PORT"
            ) from error

    async def stop(self) -> None:
        """Take no new connections."""
        if self._server is not None:
            self._server.close()

    async def handle_DATA(  # noqa: N802 -- aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Return the answer to a message; aiosmtpd calls this."""
        raw = envelope.content
        assert isinstance(raw, bytes)  # as decode_data is off
        reading = read_mail(raw)
        try:
            await self._inbox.add(
                InboxMessage(
                    id="",
                    kind="email",
                    received_at=self._clock.now(),
                    recipient=", ".join(envelope.rcpt_tos),
                    subject=reading.subject,
                    text=reading.text,
                    html=reading.html,
                    raw=raw,
                )
            )
        except StoreUnavailableError:
            return "451 4.3.0 the inbox cannot keep it now, try again"
        return "250 2.0.0 kept"

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="tocsin.localhost",
            ident="Tocsin demo inbox",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
