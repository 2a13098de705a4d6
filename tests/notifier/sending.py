"""Channels, and how the tests send to them."""

from zlib import crc32

from pydantic import SecretStr

from notifier.alerts import ID, a_delivery
from notifier.receivers import MailServer
from tocsin.documents import ChannelDocument
from tocsin.ports.sender import Outcome
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.settings import Relay


def a_channel(url: str, id_: str = "mail") -> ChannelDocument:
    return ChannelDocument(id=id_, subscriber="ann", name=id_, url=SecretStr(url))


def relay_to(server: MailServer) -> Relay:
    return Relay.of(f"smtp://127.0.0.1:{server.port}?from=alerts@tocsin.example&name=Tocsin")


async def send(sender: AppriseSender, url: str, id_: str = ID) -> Outcome:
    """Send to a channel of its own for each URL."""
    channel = a_channel(url, id_=f"channel-{crc32(url.encode())}")
    return await sender.send(a_delivery(id_), channel)
