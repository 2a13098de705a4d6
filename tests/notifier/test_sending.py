"""What each thing that a receiver does comes to; against real servers."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest
from pydantic import SecretStr

from notifier.alerts import ID, a_delivery, an_alert
from notifier.receivers import MailServer, WebServer
from rig.processes import free_port
from tocsin.documents import ChannelDocument
from tocsin.ports.sender import Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import apprise_sender, egress
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.self_test import expect_tamed_apprise
from tocsin_notifier.adapters.services import install_plugins
from tocsin_notifier.settings import Relay


pytestmark = pytest.mark.usefixtures("tamed")


def a_channel(url: str, id_: str = "mail") -> ChannelDocument:
    return ChannelDocument(id=id_, subscriber="ann", name=id_, url=SecretStr(url))


def relay_to(server: MailServer) -> Relay:
    return Relay.of(f"smtp://127.0.0.1:{server.port}?from=alerts@tocsin.example&name=Tocsin")


@pytest.fixture
async def sender(mail_server: MailServer) -> AsyncIterator[AppriseSender]:
    sender = AppriseSender(
        FakeClock(), relay=relay_to(mail_server), threads=8, patience=timedelta(seconds=20)
    )
    yield sender
    sender.close()


async def send(sender: AppriseSender, url: str, id_: str = ID) -> Outcome:
    """Send to a channel of its own for each URL."""
    channel = a_channel(url, id_=f"channel-{crc32(url.encode())}")
    return await sender.send(a_delivery(id_), channel)


def test_apprise_is_what_we_tamed() -> None:
    expect_tamed_apprise()


# Mail


async def test_a_mail_that_is_taken_is_delivered(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    outcome = await send(sender, "mailto:ann@example.org")

    assert outcome == Outcome(Kind.DELIVERED, "250 2.0.0 queued as 4711")
    assert mail_server.mail.recipients == ["ann@example.org"]


@pytest.mark.parametrize(
    ("recipient", "kind", "reason"),
    [
        ("c550", Kind.PERMANENT, "rcpt: 550 5.1.1 User unknown"),
        ("c554", Kind.PERMANENT, "rcpt: 554 5.7.1 Spam rejected"),
        ("c450", Kind.TRANSIENT, "rcpt: 450 4.2.0 mailbox busy"),
        ("c451", Kind.TRANSIENT, "rcpt: 451 4.7.1 Greylisted, retry later"),
        ("c421", Kind.TRANSIENT, "rcpt: 421 4.7.0 Try again later, closing connection"),
        ("c552", Kind.TRANSIENT, "rcpt: 552 5.2.2 Mailbox full"),
        ("d451", Kind.TRANSIENT, "answer: 451 4.7.1 Greylisted, retry later"),
        ("d554", Kind.PERMANENT, "answer: 554 5.7.1 Spam rejected"),
    ],
)
async def test_a_refusal_is_told_by_stage_and_code(
    sender: AppriseSender, mail_server: MailServer, recipient: str, kind: Kind, reason: str
) -> None:
    outcome = await send(sender, f"mailto:{recipient}@example.org")

    assert outcome == Outcome(kind, reason)
    assert mail_server.mail.messages == []


async def test_a_mail_taken_without_an_answer_leaves_it_open(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    outcome = await send(sender, "mailto:drop@example.org")

    assert outcome.kind is Kind.AMBIGUOUS
    assert len(mail_server.mail.messages) == 1


async def test_a_repeated_mail_is_the_same_to_the_byte(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    await send(sender, "mailto:drop@example.org")
    await send(sender, "mailto:drop@example.org")

    first, second = mail_server.mail.raw
    assert first == second
    assert mail_server.mail.messages[0]["Message-ID"] == f"<{ID}@tocsin.example>"


async def test_after_a_failure_the_next_mail_goes_through(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    for recipient in ("c421", "ann", "drop", "ann", "c550", "ann", "d451", "ann"):
        await send(sender, f"mailto:{recipient}@example.org")

    assert mail_server.mail.recipients.count("ann@example.org") == 4


async def test_connections_are_kept(sender: AppriseSender, mail_server: MailServer) -> None:
    for number in range(5):
        await send(sender, f"mailto:ann{number}@example.org")

    assert mail_server.mail.connections == 1


async def test_a_kept_connection_that_the_server_closed_is_replaced_unseen(
    sender: AppriseSender,
) -> None:
    with MailServer(timeout=0.2) as hasty:
        url = f"mailto://127.0.0.1:{hasty.port}?from=a@b.example&to=ann@example.org"
        assert (await send(sender, url)).kind is Kind.DELIVERED
        await asyncio.sleep(0.5)  # the server hangs up on who says nothing for 0.2 s

        assert (await send(sender, url)).kind is Kind.DELIVERED
        assert hasty.mail.connections == 2


async def test_a_server_that_is_away_may_come_back(sender: AppriseSender) -> None:
    url = f"mailto://127.0.0.1:{free_port()}?from=a@b.example&to=ann@example.org"

    outcome = await send(sender, url)

    assert outcome == Outcome(Kind.TRANSIENT, "connect: ConnectionRefusedError")


async def test_a_relay_without_encryption_says_what_it_lacks(mail_server: MailServer) -> None:
    relay = Relay.of(f"smtp://127.0.0.1:{mail_server.port}?from=a@b.example&tls=starttls")
    sender = AppriseSender(FakeClock(), relay=relay, threads=1)

    outcome = await send(sender, "mailto:ann@example.org")
    sender.close()

    assert outcome.kind is Kind.TRANSIENT
    assert "STARTTLS" in outcome.reason


async def test_without_a_relay_the_reason_says_what_to_set() -> None:
    sender = AppriseSender(FakeClock(), threads=1)

    outcome = await send(sender, "mailto:ann@example.org")
    sender.close()

    assert outcome.kind is Kind.PERMANENT
    assert "TOCSIN_NOTIFIER_RELAY" in outcome.reason


async def test_a_relay_that_refuses_us_is_not_the_recipients_fault() -> None:
    with MailServer(denial="530 5.7.0 Authentication required") as strict:
        sender = AppriseSender(FakeClock(), relay=relay_to(strict), threads=1)

        outcome = await send(sender, "mailto:ann@example.org")
        sender.close()

    assert outcome.kind is Kind.TRANSIENT
    assert "TOCSIN_NOTIFIER_RELAY" in outcome.reason


async def test_an_international_address_reaches_a_server_that_knows_them(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    outcome = await send(sender, "mailto:jörg@bücher.example")

    assert outcome.kind is Kind.DELIVERED
    assert mail_server.mail.recipients == ["jörg@xn--bcher-kva.example"]


async def test_a_mail_has_both_parts_with_links_and_the_headers_that_machines_read(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    await send(sender, "mailto:ann@example.org")

    (message,) = mail_server.mail.messages
    text, html = message.iter_parts()
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    for part in (text, html):
        assert "https://www.rfi.example/afrique/assault?id=1" in part.get_content()
    assert message["Subject"] == "[Sahel] JNIM: Army repels assault on seven towns (rfi.example)"
    assert message["From"] == "Tocsin <alerts@tocsin.example>"
    assert message["To"] == "ann@example.org"
    assert message["Date"] == "Wed, 04 Mar 2026 06:16:02 +0000"
    assert message["List-Id"] == "JNIM <sahel-jnim.tocsin.tocsin.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert len(message.get_all("Message-ID", [])) == 1
    assert message["Bcc"] is None


async def test_no_text_of_an_article_or_rule_adds_a_header(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    nasty = "x\r\nBcc: evil@example.org\r\n\r\n<script>\n.\r\nMAIL FROM:<a@b>"
    alert = an_alert(
        {"title": nasty, "source": nasty, "lead": nasty}, {"rule_name": nasty, "query": nasty}
    )

    await sender.send(a_delivery(alert=alert), a_channel("mailto:ann@example.org"))

    (message,) = mail_server.mail.messages
    assert message.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted"),
        *("X-Auto-Response-Suppress", "X-Tocsin-Rule", "MIME-Version", "Content-Type"),
    ]
    assert message["Bcc"] is None
    assert mail_server.mail.recipients == ["ann@example.org"]
    assert "<script>" not in message.get_body(["html"]).get_content()  # type: ignore[union-attr]


async def test_arabic_survives_the_way(sender: AppriseSender, mail_server: MailServer) -> None:
    title = "الجيش المالي يصد هجوما على سبع بلدات"
    alert = an_alert({"title": title, "lead": title * 5}, {"rule_name": "جيش"})

    await sender.send(a_delivery(alert=alert), a_channel("mailto:ann@example.org"))

    (message,) = mail_server.mail.messages
    assert title in message["Subject"]
    assert message["List-Id"].startswith("جيش")
    body = message.get_body(["plain"])
    assert body is not None
    assert body.get_content().startswith(title)


# HTTP


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ok", Outcome(Kind.DELIVERED, "127.0.0.1: HTTP 200 OK")),
        ("s302", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 302 Found")),
        ("s400", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 400 Bad Request")),
        ("s401", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 401 Unauthorized")),
        ("s404", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 404 Not Found")),
        ("s410", Outcome(Kind.PERMANENT, "127.0.0.1: HTTP 410 Gone")),
        (
            "s429",
            Outcome(Kind.TRANSIENT, "127.0.0.1: HTTP 429 Too Many Requests", timedelta(seconds=7)),
        ),
        ("s500", Outcome(Kind.TRANSIENT, "127.0.0.1: HTTP 500 Internal Server Error")),
        (
            "s503",
            Outcome(
                Kind.TRANSIENT, "127.0.0.1: HTTP 503 Service Unavailable", timedelta(seconds=7)
            ),
        ),
        ("s999", Outcome(Kind.TRANSIENT, "127.0.0.1: HTTP 999")),
        ("abort", Outcome(Kind.AMBIGUOUS, "no answer from 127.0.0.1 (ConnectionError)")),
    ],
)
async def test_an_answer_is_told_by_its_status(
    sender: AppriseSender, web_server: WebServer, path: str, expected: Outcome
) -> None:
    assert await send(sender, f"json://127.0.0.1:{web_server.port}/{path}") == expected
    assert len(web_server.requests) == 1, "nothing is tried twice, and no redirect is followed"


async def test_a_host_that_is_away_may_come_back(sender: AppriseSender) -> None:
    outcome = await send(sender, f"json://127.0.0.1:{free_port()}/x")

    assert outcome == Outcome(Kind.TRANSIENT, "cannot reach 127.0.0.1 (ConnectionError)")


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
    sender._threads.shutdown(wait=True)
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


# Slack


async def test_a_webhook_gets_blocks_that_nothing_is_parsed_in(
    sender: AppriseSender, slack: WebServer
) -> None:
    nasty = an_alert({"title": "<!channel> <@U1> *bold* <https://evil.example|x> & co"})

    outcome = await sender.send(a_delivery(alert=nasty), a_channel("slack://T1/B2/C3"))

    assert outcome == Outcome(Kind.DELIVERED, "127.0.0.1: HTTP 200 OK")
    (request,) = slack.requests
    assert request.path == "/services/T1/B2/C3"
    assert request.json["text"] == (
        "[Sahel] JNIM: &lt;!channel&gt; &lt;@U1&gt; *bold* "
        "&lt;https://evil.example|x&gt; &amp; co (rfi.example)"
    )
    assert request.json["blocks"][0]["type"] == "rich_text"
    assert set(request.json) == {"text", "blocks", "unfurl_links", "unfurl_media"}


async def test_a_bot_names_its_channel_and_the_delivery(
    sender: AppriseSender, slack: WebServer
) -> None:
    outcome = await send(sender, "slack://xoxb-1234-1234-abcdef/#news")

    assert outcome.kind is Kind.DELIVERED
    (request,) = slack.requests
    assert request.path == "/api/chat.postMessage"
    assert request.headers["authorization"] == "Bearer xoxb-1234-1234-abcdef"
    assert request.json["channel"] == "#news"
    assert request.json["metadata"]["event_payload"]["delivery_id"] == ID


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"no_service", Kind.PERMANENT),
        (403, b"invalid_token", Kind.PERMANENT),
        (410, b"channel_is_archived", Kind.PERMANENT),
        (400, b"invalid_blocks", Kind.PERMANENT),
        (429, b"rate_limited", Kind.TRANSIENT),
        (500, b"rollup_error", Kind.TRANSIENT),
        (200, b"something else", Kind.AMBIGUOUS),
    ],
)
async def test_slacks_words_are_understood(
    sender: AppriseSender, slack: WebServer, status: int, body: bytes, kind: Kind
) -> None:
    slack.answers["/services/T1/B2/C3"] = (status, "", body)

    outcome = await send(sender, "slack://T1/B2/C3")

    assert outcome.kind is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", Kind.PERMANENT),
        ("not_in_channel", Kind.PERMANENT),
        ("token_revoked", Kind.PERMANENT),
        ("ratelimited", Kind.TRANSIENT),
        ("internal_error", Kind.TRANSIENT),
    ],
)
async def test_a_bots_error_is_in_the_answer_not_in_its_status(
    sender: AppriseSender, slack: WebServer, error: str, kind: Kind
) -> None:
    slack.answers["/api/chat.postMessage"] = (200, "", f'{{"ok":false,"error":"{error}"}}'.encode())

    outcome = await send(sender, "slack://xoxb-1234-1234-abcdef/#news")

    assert outcome == Outcome(kind, f"127.0.0.1: HTTP 200 OK, {error}")


# One of many


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


# Whom nobody may call


@pytest.mark.parametrize(
    "target",
    [
        "json://127.0.0.1:{port}/x",
        "json://localhost:{port}/x",
        "json://2130706433:{port}/x",
        "json://0x7f000001:{port}/x",
        "json://[::1]:{port}/x",
        "json://[::ffff:127.0.0.1]:{port}/x",
        "json://169.254.169.254/latest",
        "mailto://127.0.0.1:{port}?from=a@b.example&to=c@d.example",
        "ntfy://127.0.0.1:{port}/topic",
    ],
)
async def test_no_user_reaches_a_private_address(
    sender: AppriseSender, web_server: WebServer, target: str
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    outcome = await send(sender, target.format(port=web_server.port))

    assert outcome.kind in {Kind.BLOCKED, Kind.PERMANENT}
    assert web_server.requests == []
    assert web_server.connections == 0


async def test_the_relay_is_reached_where_users_are_blocked(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    ours = await send(sender, "mailto:ann@example.org")
    theirs = await send(
        sender, f"mailto://127.0.0.1:{mail_server.port}?from=a@b.example&to=c@d.example"
    )

    assert ours.kind is Kind.DELIVERED
    assert theirs.kind is Kind.BLOCKED
    assert "TOCSIN_EGRESS_ALLOW" in theirs.reason


async def test_a_stand_in_for_slack_is_reached_where_users_are_blocked(
    sender: AppriseSender, web_server: WebServer
) -> None:
    install_plugins(f"{web_server.url}/services")
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    ours = await send(sender, "slack://T1/B2/C3")
    theirs = await send(sender, f"json://127.0.0.1:{web_server.port}/x")

    assert (ours.kind, theirs.kind) == (Kind.DELIVERED, Kind.BLOCKED)
    assert [request.path for request in web_server.requests] == ["/services/T1/B2/C3"]


async def test_the_operator_may_let_one_address_through(
    sender: AppriseSender, web_server: WebServer
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([f"127.0.0.1:{web_server.port}"], exempt=0))

    assert (await send(sender, f"json://127.0.0.1:{web_server.port}/x")).kind is Kind.DELIVERED
    assert (await send(sender, f"json://127.0.0.1:{free_port()}/x")).kind is Kind.BLOCKED
