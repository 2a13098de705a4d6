"""What each thing that a web server does comes to; against real servers."""

import asyncio
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.alerts import a_delivery
from notifier.receivers import MailServer, WebServer
from notifier.sending import a_channel, relay_to, send
from rig.processes import free_port
from tocsin.ports.deliveries import Blame
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import apprise_sender
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.self_test import expect_tamed_apprise


pytestmark = pytest.mark.usefixtures("tamed")


async def test_the_operators_passwords_are_sent_to_nobody(
    sender: AppriseSender, web_server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login operator password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    await send(sender, f"json://127.0.0.1:{web_server.port}/ok")

    (request,) = web_server.requests
    assert "authorization" not in {name.lower() for name in request.headers}


def test_apprise_is_what_we_tamed() -> None:
    expect_tamed_apprise()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ok", Outcome(Kind.DELIVERED, "127.0.0.1: HTTP 200 OK")),
        ("s302", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 302 Found")),
        ("s400", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 400 Bad Request")),
        ("s401", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 401 Unauthorized", fault=Fault.REFUSED)),
        ("s404", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 404 Not Found", fault=Fault.GONE)),
        ("s410", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 410 Gone", fault=Fault.GONE)),
        (
            "s429",
            Outcome(
                Kind.TRANSIENT,
                "127.0.0.1: HTTP 429 Too Many Requests",
                timedelta(seconds=7),
                Blame.CHANNEL,
            ),
        ),
        (
            "s500",
            Outcome(
                Kind.TRANSIENT, "127.0.0.1: HTTP 500 Internal Server Error", None, Blame.CHANNEL
            ),
        ),
        (
            "s503",
            Outcome(
                Kind.TRANSIENT,
                "127.0.0.1: HTTP 503 Service Unavailable",
                timedelta(seconds=7),
                Blame.CHANNEL,
            ),
        ),
        ("s999", Outcome(Kind.TRANSIENT, "127.0.0.1: HTTP 999", None, Blame.CHANNEL)),
        (
            "abort",
            Outcome(Kind.AMBIGUOUS, "no answer from 127.0.0.1 (ConnectionError)", None, Blame.LANE),
        ),
    ],
)
async def test_an_answer_is_told_by_its_status(
    sender: AppriseSender, web_server: WebServer, path: str, expected: Outcome
) -> None:
    assert await send(sender, f"json://127.0.0.1:{web_server.port}/{path}") == expected
    assert len(web_server.requests) == 1, "nothing is tried twice, and no redirect is followed"


async def test_a_host_that_is_away_may_come_back(sender: AppriseSender) -> None:
    outcome = await send(sender, f"json://127.0.0.1:{free_port()}/x")

    assert outcome == Outcome(
        Kind.TRANSIENT, "cannot reach 127.0.0.1 (ConnectionError)", blame=Blame.LANE
    )


async def test_who_never_answers_is_left_and_it_stays_open_whether_it_was_taken(
    web_server: WebServer,
) -> None:
    sender = AppriseSender(FakeClock(), threads=1, patience=timedelta(seconds=0.3))

    outcome = await send(sender, f"json://127.0.0.1:{web_server.port}/hang")
    sender.close()

    assert outcome.kind is Kind.AMBIGUOUS


async def test_who_answers_a_little_for_ever_is_left_too(web_server: WebServer) -> None:
    sender = AppriseSender(FakeClock(), threads=1, patience=timedelta(seconds=0.5))

    outcome = await send(sender, f"json://127.0.0.1:{web_server.port}/drip")

    assert outcome.kind is Kind.AMBIGUOUS
    assert (await send(sender, f"json://127.0.0.1:{web_server.port}/ok")).kind is Kind.DELIVERED
    sender.close()


async def test_a_mail_server_that_never_answers_is_left(mail_server: MailServer) -> None:
    sender = AppriseSender(
        FakeClock(), relay=relay_to(mail_server), threads=1, patience=timedelta(seconds=0.3)
    )

    outcome = await send(sender, "mailto:hang@example.org")
    sender.close()

    assert outcome.kind is Kind.AMBIGUOUS
    assert mail_server.mail.arrived.is_set()


async def test_who_is_looked_up_for_ever_is_left_and_not_called_later(
    web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, answered = threading.Event(), threading.Event()

    def slowly(*arguments: Any, **options: Any) -> Any:
        answer.wait()
        answered.set()
        return look_up(*arguments, **options)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    monkeypatch.setattr(apprise_sender, "LAST_WORDS", timedelta(seconds=0.1))
    sender = AppriseSender(FakeClock(), threads=1, patience=timedelta(seconds=0.1))

    outcome = await send(sender, f"json://127.0.0.1:{web_server.port}/x")
    answer.set()

    assert outcome == Outcome(Kind.TRANSIENT, "could not connect in time")
    assert await asyncio.to_thread(answered.wait, 20)
    sender._threads.close(wait=True)
    assert (web_server.connections, web_server.requests) == (0, [])
    sender.close()


async def test_of_a_flood_only_a_little_is_read(
    sender: AppriseSender, web_server: WebServer
) -> None:
    outcome = await send(sender, f"json://127.0.0.1:{web_server.port}/flood")

    assert outcome.kind is Kind.DELIVERED


async def test_http_connections_are_kept(sender: AppriseSender, web_server: WebServer) -> None:
    for number in range(5):
        await send(sender, f"json://127.0.0.1:{web_server.port}/{number}")

    assert (len(web_server.requests), web_server.connections) == (5, 1)


async def test_a_channel_that_hangs_holds_up_no_other(web_server: WebServer) -> None:
    sender = AppriseSender(FakeClock(), threads=10, patience=timedelta(seconds=60))
    hanging = asyncio.create_task(send(sender, f"json://127.0.0.1:{web_server.port}/hang"))
    assert await asyncio.to_thread(web_server.arrived.wait, 20)

    outcomes = await asyncio.gather(
        *(send(sender, f"json://127.0.0.1:{web_server.port}/{number}") for number in range(9))
    )

    assert {outcome.kind for outcome in outcomes} == {Kind.DELIVERED}
    assert not hanging.done()
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    sender.close()


async def test_a_changed_url_counts_from_the_next_message(
    sender: AppriseSender, web_server: WebServer
) -> None:
    for path in ("old", "new"):
        channel = a_channel(f"json://127.0.0.1:{web_server.port}/{path}", id_="hook")
        assert (await sender.send(a_delivery(), channel)).kind is Kind.DELIVERED

    assert [request.path for request in web_server.requests] == ["/old", "/new"]
