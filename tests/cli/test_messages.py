"""Mail and posts as the demo inbox shows them."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_cli.messages.mail import read_mail
from tocsin_cli.messages.reading import Reading
from tocsin_cli.messages.slack import RefusedError, read_slack


JSON = "application/json"


def test_both_parts_of_a_mail_are_read() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Sahel: Dembélé"
    mail.set_content("Sandaré\n")
    mail.add_alternative("<p>Sandaré</p>\n", subtype="html")

    assert read_mail(bytes(mail)) == Reading("Sahel: Dembélé", "Sandaré", "<p>Sandaré</p>")


def test_a_folded_subject_is_one_line() -> None:
    assert read_mail(b"Subject: a\r\n  b\r\n\r\n").subject == "a b"


def test_an_unknown_charset_is_read_as_well_as_it_can_be() -> None:
    raw = b"Content-Type: text/plain; charset=x-unknown\r\n\r\nJNIM \xff"

    assert read_mail(raw).text == "JNIM \N{REPLACEMENT CHARACTER}"


def test_a_mail_without_text_has_none() -> None:
    assert read_mail(b"Content-Type: image/png\r\n\r\nxxxx") == Reading("", "")


@given(st.binary(max_size=300))
def test_whatever_arrives_is_read(raw: bytes) -> None:
    read_mail(raw)


@given(st.text(max_size=60))
def test_every_subject_survives(subject: str) -> None:
    read_mail(f"Subject: {subject}\r\n\r\n".encode(errors="replace"))


def test_a_plain_post_is_read() -> None:
    assert read_slack(b'{"text": "one\\ntwo"}', JSON) == Reading("one", "one\ntwo")


def test_a_post_in_a_form_is_read() -> None:
    form = b"payload=%7B%22text%22%3A%22hi%22%7D"

    assert read_slack(form, "application/x-www-form-urlencoded").subject == "hi"


def test_blocks_are_read_in_order_and_links_show_where_they_lead() -> None:
    post = b"""{
      "text": "JNIM in the Sahel",
      "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "JNIM in the Sahel"}},
        {"type": "divider"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "a"}, {"text": "b"}]},
        {"type": "rich_text", "elements": [
          {"type": "rich_text_section", "elements": [
            {"type": "link", "url": "https://x.example/1", "text": "Army repels"},
            {"type": "text", "text": " raids"}]},
          {"type": "rich_text_section", "elements": [
            {"type": "link", "url": "https://x.example/2"}]}]}
      ]}"""

    reading = read_slack(post, JSON)

    assert reading.subject == "JNIM in the Sahel"
    assert reading.text.split("\n") == [
        "JNIM in the Sahel",
        "",
        "ab",
        "Army repels <https://x.example/1> raids",
        "https://x.example/2",
        "",
    ]


def test_attachments_are_read() -> None:
    post = b'{"attachments": [{"title": "JNIM", "text": "Army repels"}, 7]}'

    assert read_slack(post, JSON) == Reading("JNIM", "JNIM\nArmy repels")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no json", "invalid_payload"),
        (b"[]", "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"text": " "}', "no_text"),
        (b'{"text": 7}', "no_text"),
        (b"[" * 100_000, "invalid_blocks"),
    ],
)
def test_what_slack_refuses_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        read_slack(body, JSON)
