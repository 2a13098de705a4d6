import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.receivers import MailServer, WebServer
from notifier.sending import relay_to
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import egress, http_seam, smtp_seam
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.services import install_plugins
from tocsin_notifier.adapters.slack_plugin import NewsSlack


@pytest.fixture
def tamed() -> Iterator[None]:
    """Apprise as the notifier has it, with this machine let through as an operator may do."""
    http_seam.install()
    smtp_seam.install()
    install_plugins()
    egress.arm(egress.Policy.of(["127.0.0.0/8"], exempt=threading.get_ident()))
    yield
    egress.disarm()
    smtp_seam.POOL.close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def slack(tamed: None, web_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    """A server in Slack's place, for webhooks and bots."""
    monkeypatch.setattr(NewsSlack, "webhook_url", f"{web_server.url}/services")
    monkeypatch.setattr(NewsSlack, "api_url", web_server.url + "/api/{}")
    return web_server


@pytest.fixture
async def sender(tamed: None, mail_server: MailServer) -> AsyncIterator[AppriseSender]:
    sender = AppriseSender(
        FakeClock(), relay=relay_to(mail_server), threads=8, patience=timedelta(seconds=20)
    )
    yield sender
    sender.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture(scope="session")
def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
