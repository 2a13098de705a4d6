"""Mails as a mail program reads them, by Python's own parser."""

import email
import email.policy
from email.message import EmailMessage
from html import unescape

import pytest

from notifier.alerts import ID, a_delivery, an_alert
from rig.secret_keys import SECRET_KEYS
from tocsin.delivery import Alert, Digest
from tocsin.delivery.digest import DigestRule
from tocsin.delivery.links import PATH, Leave, Links
from tocsin.secret_keys import SecretKeys
from tocsin_notifier.adapters.mail_plugin import message_of
from tocsin_notifier.messages import Letters, Mail, WritingDesk


KEYS = SecretKeys.parse(SECRET_KEYS)
SENDER = ("Tocsin", "alerts@tocsin.example")


def read(alert: Alert, public_url: str = "https://alerts.example.org") -> EmailMessage:
    desk = WritingDesk(Links(public_url, lambda: KEYS), public_url)
    written = desk.written(alert, a_delivery(alert=alert))
    raw = message_of(written, Letters().write(written), SENDER, "ann@example.org")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_each_header_is_there_once_and_is_what_it_should_be() -> None:
    message = read(an_alert(thread="ab12"))

    names = [name.lower() for name in message.keys()]  # noqa: SIM118 -- repeated names matter
    assert len(names) == len(set(names))
    assert message.defects == []
    assert message["Message-ID"] == f"<{ID}@tocsin.example>"
    assert message["References"] == message["In-Reply-To"] == "<story-ab12@tocsin.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://alerts.example.org/p/")
    assert message["List-Unsubscribe"].count("<") == 1
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "JNIM <sahel-jnim.tocsin.tocsin.example>"


def test_the_link_to_unsubscribe_is_the_one_in_the_text_which_has_all_links() -> None:
    message = read(an_alert())
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None
    assert html is not None

    url = message["List-Unsubscribe"].strip("<>")

    assert f"Unsubscribe: {url}" in text.get_content()
    assert an_alert().article.url in text.get_content()
    for name in ("Useful", "Not useful", "Mute this story", "Snooze", "Digest instead"):
        assert f"{name}: https://alerts.example.org/p/" in text.get_content()
        assert name in html.get_content()


def test_a_repetition_is_the_same_message() -> None:
    assert read(an_alert()).as_bytes() == read(an_alert()).as_bytes()


def test_later_alerts_of_a_story_are_in_its_thread_under_the_same_subject() -> None:
    first = read(an_alert({"title": "Army repels assault"}, thread="t"))
    later = read(
        an_alert(
            {"title": "Now 120 dead", "source": "bbc.example"},
            thread="t",
            news="new number: 120",
            first_title="Army repels assault",
            first_source="rfi.example",
        )
    )

    assert first["Subject"] == later["Subject"]
    assert first["References"] == later["References"]


def test_without_a_console_that_readers_reach_there_are_no_links() -> None:
    alert = an_alert()
    written = WritingDesk().written(alert, a_delivery(alert=alert))
    raw = message_of(written, Letters().write(written), SENDER, "ann@example.org")
    message = email.message_from_bytes(raw, policy=email.policy.default)

    assert message["List-Unsubscribe"] is None
    assert b"Unsubscribe" not in raw


def test_by_plain_http_no_one_click_is_offered() -> None:
    assert read(an_alert(), "http://127.0.0.1:8000")["List-Unsubscribe"] is None


def test_a_test_message_has_no_links() -> None:
    assert read(an_alert(subscription_id="test"))["List-Unsubscribe"] is None


def test_a_digest_of_several_rules_offers_to_end_all_of_it_by_one_click() -> None:
    desk = WritingDesk(Links("https://alerts.example.org", lambda: KEYS))
    rules = tuple(
        DigestRule(id=name, name=name, subscription_id=name, alerts=1) for name in ("a", "b")
    )
    digest = Digest(
        at=an_alert().matched_at,
        channel_id="mail",
        subscriber_id="ann",
        subscriber_name="Ann",
        alerts=2,
        rules=rules,
    )
    written = desk.written(digest, a_delivery())
    mail = Letters().write(written)
    raw = message_of(written, mail, SENDER, "ann@example.org")
    message = email.message_from_bytes(raw, policy=email.policy.default)

    link = message["List-Unsubscribe"].strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Send me nothing more: {link}" in mail.text
    token = link.partition(PATH)[2]
    assert Links("", lambda: KEYS).read(token, digest.at) == Leave("mail")


@pytest.mark.parametrize(
    ("html", "encoding"),
    [
        ("<style>p {color: red}</style>\n<p>Größe · 7 → 8</p>\n", "7bit"),
        ("<p>Größe</p>", "7bit"),
        (
            "<style>p::before {content: '→'}</style><p>a long enough text of letters</p>",
            "quoted-printable",
        ),
        (f"<p>{'long ' * 300}</p>", "quoted-printable"),
        ("<p>الجيش المالي يصد هجوما على سبع بلدات</p>", "base64"),
    ],
)
def test_a_page_is_read_as_it_was_written_however_it_is_encoded(html: str, encoding: str) -> None:
    card = WritingDesk().written(an_alert(), a_delivery())

    raw = message_of(card, Mail("news", "text", html), SENDER, "ann@example.org")
    message = email.message_from_bytes(raw, policy=email.policy.default)

    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert page is not None
    assert page["Content-Transfer-Encoding"] == encoding
    head, end, body = page.get_content().rpartition("</style>")
    assert (head + end + unescape(body)).rstrip("\n") == html.rstrip("\n")
