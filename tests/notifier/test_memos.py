"""What we tell by ourselves: the question to a new address, and that a channel broke."""

import html
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.receivers import MailServer, WebServer
from notifier.sending import a_channel, relay_to
from rig.secret_keys import KEYS
from tocsin.delivery.identity import ASK, TELL
from tocsin.delivery.links import PATH, Confirm, Links
from tocsin.delivery.notice import Breakdown, Notice, Question
from tocsin.ports.deliveries import Delivery
from tocsin.ports.sender import Kind
from tocsin.testing import FakeClock
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.messages import Form, WritingDesk, blocks, mail, note
from tocsin_notifier.messages.memo import memo


NOW = datetime(2026, 3, 4, 6, 15, tzinfo=UTC)
ID = "40b6c4bbba28c00c1bceb9e9df446203"
LINKS = Links("https://alerts.example", lambda: KEYS)
QUESTION = Question(at=NOW, channel_id="mail", proof="proof", subscriber_name="Ann")
BREAKDOWN = Breakdown(
    at=NOW,
    channel_id="hook",
    channel_name="#sahel",
    address="slack://…",
    reason="hooks.slack.com: HTTP 404 Not Found, no_service",
    subscriber_name="Ann",
)


def delivery(notice: Notice) -> Delivery:
    kind = ASK if isinstance(notice, Question) else TELL
    return Delivery(ID, kind, kind, kind, "mail", notice.model_dump_json())


@pytest.mark.usefixtures("tamed")
async def test_the_question_arrives_by_mail_with_a_link_that_confirms(
    mail_server: MailServer,
) -> None:
    desk = WritingDesk(LINKS, "https://alerts.example")
    sender = AppriseSender(FakeClock(), relay=relay_to(mail_server), threads=1, desk=desk)

    outcome = await sender.send(delivery(QUESTION), a_channel("mailto:ann@example.org"))
    sender.close()

    assert outcome.kind is Kind.DELIVERED
    (message,) = mail_server.mail.messages
    assert message["Subject"] == "Do you want alerts from Tocsin at this address?"
    assert message["Message-ID"] == f"<{ID}@tocsin.example>"
    assert message["List-Unsubscribe"] is None
    text = message.get_body(("plain",))
    page = message.get_body(("html",))
    assert text is not None
    assert page is not None
    link = next(line for line in text.get_content().split() if PATH in line)
    assert link in html.unescape(page.get_content())
    token = link.partition(PATH)[2]
    assert LINKS.read(token, NOW) == Confirm("mail", "proof")


@pytest.mark.usefixtures("tamed")
async def test_a_breakdown_is_told_on_slack(slack: WebServer) -> None:
    sender = AppriseSender(FakeClock(), threads=1, desk=WritingDesk(LINKS, "https://a.example"))

    outcome = await sender.send(delivery(BREAKDOWN), a_channel("slack://T1/B2/C3"))
    sender.close()

    assert outcome.kind is Kind.DELIVERED
    (request,) = slack.requests
    assert "no longer reach #sahel" in request.json["text"]
    assert "no_service" in str(request.json["blocks"])


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("notice", [QUESTION, BREAKDOWN])
def test_every_form_says_what_it_is_about(notice: Notice, form: Form) -> None:
    written = memo(notice, ID, LINKS, "https://alerts.example")

    short = note(written, form, 4_000)

    assert "https://alerts.example/" in short
    assert len(note(written, form, 400)) <= 400


def test_without_a_console_there_is_no_link() -> None:
    written = memo(BREAKDOWN, ID, None)

    assert written.url == ""
    assert "Open the console" not in mail(written).html
    assert "Open the console" not in mail(written).text


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_nothing_of_a_name_or_a_reason_becomes_markup_or_a_line(
    name: str, reason: str, subscriber: str
) -> None:
    nasty = BREAKDOWN.model_copy(
        update={
            "channel_name": f"<b>{name}",
            "reason": f"<script>{reason}",
            "subscriber_name": f"<img>{subscriber}",
        }
    )
    written = memo(nasty, ID, None)

    page = mail(written).html
    assert "<script>" not in page
    assert "<img>" not in page
    assert "\n" not in written.subject
    assert "\r" not in written.subject
    assert blocks(written)
