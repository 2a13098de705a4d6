"""The operator's own templates, and what becomes of one that breaks."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from notifier.alerts import ID, an_alert
from notifier.receivers import MailServer
from notifier.sending import relay_to, send
from tocsin.delivery import Alert, Digest
from tocsin.delivery.notice import Notice
from tocsin.ports.deliveries import Delivery
from tocsin.ports.sender import Kind, Outcome
from tocsin.testing import FakeClock
from tocsin_notifier.adapters.apprise_sender import UNWRITTEN, AppriseSender
from tocsin_notifier.messages import Letters, WritingDesk, Written, card


OURS = Letters()


def test_a_template_of_the_operator_stands_in_for_ours(tmp_path: Path) -> None:
    (tmp_path / "mail.txt.j2").write_text("News: {{ card.headline }}")

    mail = Letters(tmp_path).write(card(an_alert(), ID))

    assert mail.text == "News: Army repels assault on seven towns"
    assert mail.html == OURS.write(card(an_alert(), ID)).html


def test_styles_alone_can_be_the_operators(tmp_path: Path) -> None:
    (tmp_path / "mail.css").write_text(".headline { color: #123456 }")

    assert "#123456" in Letters(tmp_path).write(card(an_alert(), ID)).html


@pytest.mark.parametrize(
    "broken",
    [
        "{% if %}",
        "{{ card.nothing_of_the_kind }}",
        "{{ 1 / 0 }}",
        "{{ card.__class__.__mro__[1].__subclasses__() }}",
        "{% include 'missing.j2' %}",
    ],
)
def test_a_broken_template_is_told_of_and_ours_is_used(tmp_path: Path, broken: str) -> None:
    (tmp_path / "mail.txt.j2").write_text(broken)

    with capture_logs() as logs:
        mail = Letters(tmp_path).write(card(an_alert(), ID))

    assert mail == OURS.write(card(an_alert(), ID))
    (entry,) = logs
    assert (entry["event"], entry["template"]) == (
        "template is broken, ours is used",
        "mail.txt.j2",
    )


@pytest.mark.usefixtures("tamed")
async def test_a_template_that_never_ends_is_waited_for_no_longer_than_a_receiver(
    mail_server: MailServer,
) -> None:
    may_end = threading.Event()

    class Endless(WritingDesk):
        def written(self, message: Alert | Digest | Notice, delivery: Delivery) -> Written:
            may_end.wait(30)
            return super().written(message, delivery)

    sender = AppriseSender(
        FakeClock(),
        relay=relay_to(mail_server),
        desk=Endless(),
        patience=timedelta(milliseconds=50),
    )

    outcome = await send(sender, "mailto:ann@example.org")
    may_end.set()
    sender.close()

    assert outcome == Outcome(Kind.TRANSIENT, UNWRITTEN)
    assert mail_server.mail.messages == []


def test_what_can_be_seen_before_the_first_mail_is_told(tmp_path: Path) -> None:
    (tmp_path / "mail.txt.j2").write_text("{% if %}")
    (tmp_path / "mial.html.j2").write_text("hello")

    first, second = Letters(tmp_path).problems()

    assert first == "mail.txt.j2: Expected an expression, got 'end of statement block'"
    assert second.startswith("mial.html.j2 stands in for none of digest.html.j2, digest.txt.j2")
    assert list(Letters(tmp_path / "nowhere").problems()) == [
        f"there is no folder {tmp_path / 'nowhere'}"
    ]
    assert list(Letters().problems()) == []


def test_no_template_escapes_less_than_ours(tmp_path: Path) -> None:
    (tmp_path / "mail.html.j2").write_text("<p>{{ card.headline }}</p>")

    mail = Letters(tmp_path).write(card(an_alert({"title": "<script>x</script>"}), ID))

    assert "<script>" not in mail.html
