"""Every service of the door can be sent to by Apprise, in a form that it shows well."""

import html
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from apprise import NotificationManager
from pydantic import SecretStr

from delivery.channel_urls import TAKEN
from notifier.alerts import a_delivery, an_alert
from notifier.receivers import WebServer
from tocsin.documents import ChannelDocument
from tocsin.documents.channel_services import SERVICES
from tocsin.documents.channel_url import schema_of
from tocsin.ports.sender import Kind
from tocsin.testing import FakeClock
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.services import UnusableChannelError, service_for, writing_for
from tocsin_notifier.messages import Form
from tocsin_notifier.settings import Relay


pytestmark = pytest.mark.usefixtures("tamed")

RELAY = Relay.of("smtp://127.0.0.1:25?from=alerts@tocsin.example")
FIXED = {
    "discord": "{url}/discord",
    "gchat": "{url}/gchat/{{workspace}}",
    "pover": "{url}/pover",
    "tgram": "{url}/bot",
    "zulip": "{url}/zulip/{{org}}.{{hostname}}",
}
CHANNELS = {
    "discord": "discord://123456/abc-DEF_1",
    "gchat": "gchat://space/key/token",
    "pover": f"pover://{'u' * 30}@{'t' * 30}",
    "tgram": "tgram://123456789:abcdefg_hijklmnopqrstuvwxyzabcdefgh/12315544/",
    "zulip": f"zulip://botname@organization/{'a' * 32}/news",
    "form": "form://{host}/x",
    "gotify": "gotify://{host}/abcdefgh",
    "json": "json://{host}/x?+X-Token=1",
    "matrix": "matrix://user:pass@{host}/#room",
    "mmost": "mmost://{host}/3ccdd113474722377935511fc85d3dd4",
    "ntfy": "ntfy://{host}/topic",
    "rocket": "rocket://user:pass@{host}/#news",
    "signal": "signal://{host}/+15551234567/+15557654321",
    "xml": "xml://{host}/x",
}
NASTY = an_alert(
    {
        "title": "<!channel> @everyone *bold* [x](http://evil.example) & co",
        "lead": "@here @room <@123> <users/all> _under_",
    }
)


@pytest.fixture
async def sender() -> AsyncIterator[AppriseSender]:
    sender = AppriseSender(FakeClock(), threads=2, patience=timedelta(seconds=20))
    yield sender
    sender.close()


@pytest.fixture
def everywhere(web_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    """One server in the place of all that have one host for everybody."""
    manager = NotificationManager()
    for schema, url in FIXED.items():
        monkeypatch.setattr(manager[schema], "notify_url", url.format(url=web_server.url))
    return web_server


def a_channel(schema: str, server: WebServer) -> ChannelDocument:
    url = CHANNELS[schema].format(host=f"127.0.0.1:{server.port}")
    return ChannelDocument(id=schema, subscriber="ann", name=schema, url=SecretStr(url))


def written(server: WebServer) -> str:
    """Return everything that the message says, whatever it is wrapped in."""
    (request,) = (request for request in server.requests if len(request.body) > 200)
    kind = request.headers["content-type"]
    if kind.startswith("application/json"):
        return " ".join(value for value in request.json.values() if isinstance(value, str))
    text = request.body.decode()
    if kind.startswith("application/x-www-form-urlencoded"):
        return " ".join(value for values in parse_qs(text).values() for value in values)
    return html.unescape(text)


def test_every_service_has_an_example_that_its_plugin_reads_as_one_recipient() -> None:
    seen = set()
    for url in TAKEN:
        assert len(service_for(url, RELAY)) == 1, schema_of(url)
        seen.add(schema_of(url).removesuffix("s"))

    assert seen == {service.schemas[0].removesuffix("s") for service in SERVICES}


def test_every_service_is_hardened() -> None:
    for url in TAKEN:
        service = service_for(url, RELAY)
        assert (service.retry, service.redirects, service.optional) == (0, False, False)
        assert service.verify_certificate
        assert service.request_rate_per_sec == 0


@pytest.mark.parametrize(
    "url", ["syslog://", "slack://A/B", "irc://host/x", "slack://T1/B2/C3?template=/x"]
)
def test_what_the_door_refuses_the_sender_refuses_too(url: str) -> None:
    with pytest.raises(UnusableChannelError, match="the channel's URL"):
        service_for(url, RELAY)


@pytest.mark.parametrize("schema", sorted(CHANNELS))
async def test_a_message_arrives_whole(
    sender: AppriseSender, everywhere: WebServer, schema: str
) -> None:
    outcome = await sender.send(a_delivery(), a_channel(schema, everywhere))

    assert outcome.kind is Kind.DELIVERED, outcome.reason
    text = written(everywhere)
    assert "Army repels assault on seven towns" in text
    assert "https://www.rfi.example/afrique/assault?id=1" in text
    assert "JNIM" in text


@pytest.mark.parametrize("schema", sorted(CHANNELS))
async def test_no_headline_calls_everybody(
    sender: AppriseSender, everywhere: WebServer, schema: str
) -> None:
    await sender.send(a_delivery(alert=NASTY), a_channel(schema, everywhere))

    form = writing_for(schema).form
    body = written(everywhere).partition("rfi.example")[2]  # behind a title, which nobody parses
    calls = {
        Form.TEXT: (),
        Form.HTML: ("@everyone", "@here", "@room"),
        Form.MARKDOWN: ("@everyone", "@here", "@room", "<@", "<users", "<!"),
    }
    for call in calls[form]:
        assert call not in body


@pytest.mark.parametrize("schema", sorted(CHANNELS))
async def test_a_message_is_within_the_services_limit(
    sender: AppriseSender, everywhere: WebServer, schema: str
) -> None:
    long = an_alert(
        {"title": "Army " * 100, "lead": "word " * 2_000, "url": "https://x.example/" + "y" * 900}
    )
    channel = a_channel(schema, everywhere)

    outcome = await sender.send(a_delivery(alert=long), channel)

    assert outcome.kind is Kind.DELIVERED, outcome.reason
    posts = [request for request in everywhere.requests if b"Army" in request.body]
    assert len(posts) == 1, "a message is never split"


async def test_discord_and_telegram_say_in_their_own_ways_when_to_come_back(
    sender: AppriseSender, everywhere: WebServer
) -> None:
    bot = "/bot123456789:abcdefg_hijklmnopqrstuvwxyzabcdefgh/sendMessage"
    everywhere.answers[bot] = (429, "", b'{"ok": false, "parameters": {"retry_after": 11}}')

    outcome = await sender.send(a_delivery(), a_channel("tgram", everywhere))

    assert (outcome.kind, outcome.retry_after) == (Kind.TRANSIENT, timedelta(seconds=11))
