"""A relay that is encrypted and asks for a password; its certificate must be right."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from notifier.alerts import a_delivery
from notifier.receivers import MailServer
from tocsin.documents import ChannelDocument
from tocsin.ports.deliveries import Blame
from tocsin.ports.sender import Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import smtp_seam
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.settings import Relay


pytestmark = pytest.mark.usefixtures("tamed")

CHANNEL = ChannelDocument(
    id="mail", subscriber="ann", name="mail", url=SecretStr("mailto:ann@example.org")
)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    smtp_seam._tls.cache_clear()
    yield
    smtp_seam._tls.cache_clear()


def knows(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == b"right"
    return AuthResult(success=right, handled=False)


async def send_by(relay: str) -> Outcome:
    sender = AppriseSender(FakeClock(), relay=Relay.of(relay), threads=1)
    outcome = await sender.send(a_delivery(), CHANNEL)
    sender.close()
    return outcome


def strict(context: ssl.SSLContext) -> MailServer:
    return MailServer(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=knows
    )


@pytest.mark.usefixtures("trusted")
async def test_a_relay_is_spoken_to_in_secret_and_by_password(
    server_context: ssl.SSLContext,
) -> None:
    with strict(server_context) as server:
        relay = f"smtp://user:right@127.0.0.1:{server.port}?from=a@b.example&tls=starttls"

        assert (await send_by(relay)).kind is Kind.DELIVERED
        assert len(server.mail.messages) == 1


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_says_so_and_may_be_put_right(
    server_context: ssl.SSLContext,
) -> None:
    with strict(server_context) as server:
        outcome = await send_by(
            f"smtp://user:wr0ng@127.0.0.1:{server.port}?from=a@b.example&tls=starttls"
        )

    assert outcome.kind is Kind.TRANSIENT
    assert "TOCSIN_NOTIFIER_RELAY: auth: 535" in outcome.reason
    assert "wr0ng" not in outcome.reason


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    server_context: ssl.SSLContext,
) -> None:
    smtp_seam._tls.cache_clear()
    with strict(server_context) as server:
        outcome = await send_by(
            f"smtp://user:right@127.0.0.1:{server.port}?from=a@b.example&tls=starttls"
        )

    assert outcome == Outcome(Kind.TRANSIENT, "connect: SSLCertVerificationError", blame=Blame.LANE)
    assert server.mail.messages == []


@pytest.mark.usefixtures("trusted")
async def test_a_relay_may_be_encrypted_from_the_first_byte(
    server_context: ssl.SSLContext,
) -> None:
    with MailServer(ssl_context=server_context) as server:
        outcome = await send_by(f"smtps://127.0.0.1:{server.port}?from=a@b.example")

    assert outcome.kind is Kind.DELIVERED
