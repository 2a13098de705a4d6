"""What each service's answers come to, by the real way through Apprise, against a stand-in."""

import logging
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apprise import NotificationManager

from notifier.alerts import a_delivery
from notifier.receivers import WebServer
from notifier.sending import a_channel
from notifier.test_services import CHANNELS, FIXED
from tocsin.documents import ChannelDocument
from tocsin.documents.channel_url import describe_url
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.slack_plugin import NewsSlack


pytestmark = pytest.mark.usefixtures("tamed")

# Of each the part that nobody but its owner may know.
SECRETS = {
    "discord": "abc-DEF_1",
    "form": "S3CR3Tform",
    "gchat": "S3CR3Ttoken",
    "gotify": "S3CR3Tgotify",
    "json": "S3CR3Tjson",
    "matrix": "S3CR3Tmatrix",
    "mmost": "3ccdd113474722377935511fc85d3dd4",
    "ntfy": "S3CR3Tntfy",
    "pover": "t" * 30,
    "rocket": "S3CR3Trocket",
    "signal": "15557654321",
    "slack": "S3CR3Tslack",
    "slack-bot": "S3CR3Tbot",
    "tgram": "abcdefg_hijklmnopqrstuvwxyzabcdefgh",
    "workflow": "S3CR3Tsignature",
    "xml": "S3CR3Txml",
    "zulip": "a" * 32,
}
URLS = CHANNELS | {
    "form": "form://{host}/S3CR3Tform",
    "gchat": "gchat://space/key/S3CR3Ttoken",
    "gotify": "gotify://{host}/S3CR3Tgotify",
    "json": "json://{host}/S3CR3Tjson?+X-Token=S3CR3Tjson",
    "matrix": "matrix://user:S3CR3Tmatrix@{host}/#room",
    "ntfy": "ntfy://user:S3CR3Tntfy@{host}/topic",
    "rocket": "rocket://user:S3CR3Trocket@{host}/#news",
    "slack": "slack://T1/B2/S3CR3Tslack",
    "slack-bot": "slack://xoxb-1234-1234-S3CR3Tbot/#news",
    "workflow": "workflow://{tls}/ab12/S3CR3Tsignature",
    "xml": "xml://{host}/S3CR3Txml",
}
SERVICES = sorted(URLS)


@pytest.fixture
async def sender() -> AsyncIterator[AppriseSender]:
    sender = AppriseSender(FakeClock(), threads=2, patience=timedelta(seconds=20))
    yield sender
    sender.close()


@pytest.fixture
def stand_in(
    name: str, server_context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WebServer]:
    """Return who stands in for the service; Teams is called by HTTPS only."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with WebServer(ssl_context=server_context if name == "workflow" else None) as server:
        manager = NotificationManager()
        for schema, url in FIXED.items():
            monkeypatch.setattr(manager[schema], "notify_url", url.format(url=server.url))
        monkeypatch.setattr(NewsSlack, "webhook_url", f"{server.url}/services")
        monkeypatch.setattr(NewsSlack, "api_url", server.url + "/api/{}")
        yield server


def channel_of(name: str, port: int) -> ChannelDocument:
    host = f"127.0.0.1:{port}"
    return a_channel(URLS[name].format(host=host, tls=host), id_=name)


def posts(server: WebServer) -> int:
    return sum(request.is_message for request in server.requests)


@pytest.mark.parametrize("name", SERVICES)
async def test_what_a_service_takes_is_delivered(
    sender: AppriseSender, stand_in: WebServer, name: str
) -> None:
    outcome = await sender.send(a_delivery(), channel_of(name, stand_in.port))

    assert outcome.kind is Kind.DELIVERED, outcome.reason
    assert posts(stand_in) == 1


ANSWERS = [
    ((429, "Retry-After: 7", b"{}"), Kind.TRANSIENT, timedelta(seconds=7), Fault.NONE),
    ((503, "Retry-After: 7", b"{}"), Kind.TRANSIENT, timedelta(seconds=7), Fault.NONE),
    ((500, "", b"{}"), Kind.TRANSIENT, None, Fault.NONE),
    ((404, "", b"{}"), Kind.PERMANENT, None, Fault.GONE),
    ((403, "", b"{}"), Kind.PERMANENT, None, Fault.REFUSED),
    ((400, "", b"{}"), Kind.PERMANENT, None, Fault.NONE),
    ((302, "Location: https://evil.example/", b""), Kind.PERMANENT, None, None),
]


@pytest.mark.parametrize("name", SERVICES)
async def test_an_answer_means_the_same_whoever_gives_it(
    sender: AppriseSender, stand_in: WebServer, name: str, subtests: pytest.Subtests
) -> None:
    channel = channel_of(name, stand_in.port)
    for answer, kind, retry_after, fault in ANSWERS:
        with subtests.test(status=answer[0]):
            stand_in.to_messages = answer
            stand_in.requests.clear()

            outcome = await sender.send(a_delivery(), channel)

            assert (outcome.kind, outcome.retry_after) == (kind, retry_after), outcome.reason
            assert fault is None or outcome.fault is fault
            assert posts(stand_in) == 1, "nothing is tried twice, and no redirect followed"


@pytest.mark.parametrize("name", SERVICES)
async def test_who_hangs_up_without_an_answer_leaves_it_open(
    sender: AppriseSender, stand_in: WebServer, name: str
) -> None:
    stand_in.aborts_messages = True

    outcome = await sender.send(a_delivery(), channel_of(name, stand_in.port))

    assert outcome.kind is Kind.AMBIGUOUS, outcome.reason


@pytest.mark.parametrize("name", SERVICES)
async def test_no_service_reaches_a_private_address_on_a_users_word(
    sender: AppriseSender, stand_in: WebServer, name: str
) -> None:
    egress.arm(egress.Policy.of([], exempt=threading.get_ident()))

    outcome = await sender.send(a_delivery(), channel_of(name, stand_in.port))

    assert outcome.kind is Kind.BLOCKED, outcome.reason
    assert stand_in.connections == 0


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("trouble", ["404", "500", "abort", "blocked", "away"])
async def test_no_secret_is_in_an_outcome_or_in_anybodys_log(
    sender: AppriseSender,
    stand_in: WebServer,
    name: str,
    trouble: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = channel_of(name, stand_in.port)
    match trouble:
        case "abort":
            stand_in.aborts_messages = True
        case "blocked":
            egress.arm(egress.Policy.of([], exempt=threading.get_ident()))
        case "away":
            channel = a_channel(
                channel.url.get_secret_value().replace(str(stand_in.port), "1"), id_=name
            )
        case status:
            stand_in.to_messages = (int(status), "", f"no: {SECRETS[name]}".encode())

    with caplog.at_level(logging.DEBUG):
        outcome: Outcome = await sender.send(a_delivery(), channel)

    said = outcome.reason + caplog.text + describe_url(channel.url.get_secret_value())
    assert SECRETS[name] not in said + repr(channel) + repr(outcome)
