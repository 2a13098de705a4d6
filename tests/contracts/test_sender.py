"""What every Sender promises; the fake and the real one alike."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from notifier.alerts import a_delivery
from notifier.receivers import MailServer
from tocsin.documents import ChannelDocument
from tocsin.documents.subscriber import STORED
from tocsin.ports.sender import Kind, Sender
from tocsin.testing import FakeClock, FakeSender
from tocsin_notifier.adapters import egress, http_seam, smtp_seam
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.services import install_plugins
from tocsin_notifier.settings import Relay


SECRET = "s3cr3tT0ken"


@dataclass(frozen=True)
class Bench:
    """A sender, and the ids of the deliveries that receivers got, in order."""

    sender: Sender
    arrived: Callable[[], Sequence[str]]


@pytest.fixture(params=["fake", "apprise"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    if request.param == "fake":
        fake = FakeSender()
        yield Bench(fake, lambda: [delivery_id for _, delivery_id in fake.sent])
        return
    http_seam.install()
    smtp_seam.install()
    install_plugins()
    egress.arm(egress.Policy.of([], exempt=threading.get_ident()))
    with MailServer() as server:
        relay = Relay.of(f"smtp://127.0.0.1:{server.port}?from=alerts@tocsin.example")
        sender = AppriseSender(FakeClock(), relay=relay, threads=8, patience=timedelta(seconds=20))
        yield Bench(
            sender,
            lambda: [
                message["Message-ID"].strip("<>").partition("@")[0]
                for message in server.mail.messages
            ],
        )
        sender.close()
        smtp_seam.POOL.close()
    egress.disarm()


def a_channel(id_: str = "mail", url: str = "mailto:ann@example.org") -> ChannelDocument:
    return ChannelDocument.model_validate(
        {"id": id_, "subscriber": "ann", "name": id_, "url": SecretStr(url)}, context=STORED
    )


async def test_what_is_taken_is_delivered_under_its_id(bench: Bench) -> None:
    outcome = await bench.sender.send(a_delivery("d1"), a_channel())

    assert outcome.kind is Kind.DELIVERED
    assert outcome.reason
    assert bench.arrived() == ["d1"]


async def test_the_same_delivery_keeps_its_id(bench: Bench) -> None:
    for _ in range(2):
        await bench.sender.send(a_delivery("d1"), a_channel())

    assert bench.arrived() == ["d1", "d1"]


async def test_many_at_once_all_arrive(bench: Bench) -> None:
    outcomes = await asyncio.gather(
        *(
            bench.sender.send(a_delivery(f"d{number}"), a_channel(f"mail-{number}"))
            for number in range(20)
        )
    )

    assert {outcome.kind for outcome in outcomes} == {Kind.DELIVERED}
    assert sorted(bench.arrived()) == sorted(f"d{number}" for number in range(20))


@pytest.mark.parametrize(
    "url", [f"irc://{SECRET}", f"slack://T1/{SECRET}", f"json://host/{SECRET}?template=/etc/x"]
)
async def test_a_channel_that_cannot_be_used_is_told_without_its_secret(
    bench: Bench, url: str
) -> None:
    outcome = await bench.sender.send(a_delivery(), a_channel(url=url))

    assert outcome.kind is Kind.PERMANENT
    assert SECRET not in outcome.reason
    assert bench.arrived() == []


async def test_an_alert_that_cannot_be_read_is_no_accident_of_the_moment(bench: Bench) -> None:
    outcome = await bench.sender.send(replace(a_delivery(), payload="{}"), a_channel())

    assert outcome.kind is Kind.PERMANENT
    assert bench.arrived() == []
