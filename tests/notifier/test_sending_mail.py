"""What each thing that a mail server does comes to; against real servers."""

import asyncio

import pytest

from notifier.alerts import ID, a_delivery, an_alert
from notifier.receivers import MailServer
from notifier.sending import a_channel, relay_to, send
from rig.processes import free_port
from tocsin.ports.deliveries import Blame
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters import smtp_seam
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.settings import Relay


pytestmark = pytest.mark.usefixtures("tamed")


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

    fault = Fault.NO_MAILBOX if "5.1.1" in reason else Fault.NONE
    assert outcome == Outcome(kind, reason, fault=fault)
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

    assert outcome == Outcome(Kind.TRANSIENT, "connect: ConnectionRefusedError", blame=Blame.LANE)


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


class Pipelined:
    """A server that takes commands in one piece, and refuses those who are called nobody."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.sessions: list[asyncio.Task[None]] = []

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions.append(asyncio.create_task(self.talk(reader, writer)))

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while piece := await reader.read(65_536):
            self.pieces.append(piece)
            if piece[:4].upper() == b"EHLO":
                writer.write(b"250-hello\r\n250 PIPELINING\r\n")
            elif piece.endswith(b"\r\n.\r\n"):
                writer.write(b"250 kept\r\n")
            elif b"nobody" in piece:
                writer.write(b"250 ok\r\n550 5.1.1 no such user\r\n554 no valid recipients\r\n")
            else:
                writer.write(b"250 ok\r\n" * 2 + b"354 go on\r\n")
        writer.close()


async def test_a_server_that_can_gets_all_commands_in_one_piece(sender: AppriseSender) -> None:
    pipelined = Pipelined()
    server = await asyncio.start_server(pipelined.serve, "127.0.0.1", 0)
    url = f"mailto://127.0.0.1:{server.sockets[0].getsockname()[1]}?from=a@b.example&to="

    taken = await send(sender, url + "ann@example.org")
    refused = await send(sender, url + "nobody@example.org")
    again = await send(sender, url + "ann@example.org")
    server.close()
    smtp_seam.POOL.close()
    await asyncio.gather(*pipelined.sessions)

    assert [taken, again] == [Outcome(Kind.DELIVERED, "250 kept")] * 2
    assert (refused.kind, refused.reason) == (Kind.PERMANENT, "rcpt: 550 5.1.1 no such user")
    assert pipelined.pieces[1] == (
        b"MAIL FROM:<a@b.example>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n"
    )
    assert len([piece for piece in pipelined.pieces if piece[:4].upper() == b"EHLO"]) == 2, (
        "what is left of a refusal is answered on no later mail's behalf"
    )
