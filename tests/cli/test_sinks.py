"""The demo inbox at its two doors: it says yes only to what it has kept."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import httpx2
import pytest

from tocsin.errors import StartError, StoreUnavailableError
from tocsin.ports.inbox import Inbox, InboxMessage
from tocsin.testing import FakeClock, FakeInbox
from tocsin_cli.adapters.slack_sink import LARGEST, slack_app
from tocsin_cli.adapters.smtp_sink import SmtpSink


HOOK = "/services/T1/B1/s3cret"


class FullInbox(FakeInbox):
    async def add(self, message: InboxMessage) -> None:
        raise StoreUnavailableError("full", retry_after_s=7)


@asynccontextmanager
async def mail_server(inbox: Inbox, port: int) -> AsyncIterator[None]:
    sink = SmtpSink(inbox, FakeClock(), "127.0.0.1", port)
    await sink.start()
    try:
        yield
    finally:
        await sink.stop()


def send(port: int, *recipients: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Sahel: Dembélé"
    mail.set_content("Sandaré")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(mail, "alerts@example.org", recipients)


async def test_a_mail_is_kept_as_it_came(unused_tcp_port: int) -> None:
    inbox = FakeInbox()

    async with mail_server(inbox, unused_tcp_port):
        await asyncio.to_thread(send, unused_tcp_port, "ann@example.org", "bob@example.org")

    (kept,) = await inbox.recent(10)
    assert (kept.kind, kept.recipient) == ("email", "ann@example.org, bob@example.org")
    assert (kept.subject, kept.text) == ("Sahel: Dembélé", "Sandaré")
    assert kept.received_at == FakeClock().now()
    assert b"Subject: " in kept.raw


async def test_a_mail_that_cannot_be_kept_is_asked_for_again(unused_tcp_port: int) -> None:
    async with mail_server(FullInbox(), unused_tcp_port):
        with pytest.raises(smtplib.SMTPDataError) as caught:
            await asyncio.to_thread(send, unused_tcp_port, "ann@example.org")

    assert caught.value.smtp_code == 451


async def test_a_taken_port_is_named_with_the_variable_to_change(unused_tcp_port: int) -> None:
    async with mail_server(FakeInbox(), unused_tcp_port):
        with pytest.raises(StartError, match="set TOCSIN_INBOX_SMTP_PORT"):
            async with mail_server(FakeInbox(), unused_tcp_port):
                pass


async def post(inbox: Inbox, body: bytes, path: str = HOOK) -> httpx2.Response:
    transport = httpx2.ASGITransport(slack_app(inbox, FakeClock()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://inbox") as client:
        return await client.post(path, content=body, headers={"Content-Type": "application/json"})


async def test_a_post_is_kept_without_the_hooks_password() -> None:
    inbox = FakeInbox()

    answer = await post(inbox, b'{"text": "JNIM in the Sahel"}')

    assert (answer.status_code, answer.text) == (200, "ok")
    (kept,) = await inbox.recent(10)
    assert (kept.kind, kept.recipient, kept.subject) == ("slack", "T1/B1", "JNIM in the Sahel")
    assert kept.raw == b'{"text": "JNIM in the Sahel"}'


async def test_a_post_that_cannot_be_kept_is_asked_for_again() -> None:
    answer = await post(FullInbox(), b'{"text": "x"}')

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


@pytest.mark.parametrize(
    ("body", "path", "status"),
    [
        (b"{}", HOOK, 400),
        (b"x" * (LARGEST + 1), HOOK, 413),
        (b'{"text": "x"}', "/services/T1", 404),
    ],
)
async def test_what_is_no_post_is_refused(body: bytes, path: str, status: int) -> None:
    inbox = FakeInbox()

    assert (await post(inbox, body, path)).status_code == status
    assert await inbox.recent(1) == []
