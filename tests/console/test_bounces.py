"""Bounces and complaints: what is believed of them, and what is done about it."""

from datetime import timedelta
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from console.office import CLOCK, Office
from tocsin.documents import ChannelDocument, ChannelState, SubscriberDocument
from tocsin.ports.deliveries import Delivery, State
from tocsin.ports.suppressions import Cause
from tocsin_console.routes.access import BOUNCES, Access
from tocsin_console.routes.bounce_reports import BounceKind, Report, delivery_of, read_reports


ID = "2f9355d8dff88ba9d2a040ede01efe6d"
MESSAGE_ID = f"<{ID}@alerts.example>"
ADDRESS = "desk@example.org"
LEASE = timedelta(seconds=30)


@pytest.fixture
async def desk(office: Office) -> Office:
    """A desk that was sent a mail."""
    await office.subscribers.put(SubscriberDocument(id="desk", name="Desk"))
    mail = {"id": "mail", "subscriber": "desk", "name": "m", "url": f"mailto:{ADDRESS}"}
    await office.subscribers.put(ChannelDocument.model_validate(mail))
    await office.subscribers.stand("mail", lambda it: it.confirmed(office.clock.now(), "ann"))
    delivery = Delivery(ID, "a1", "sahel", "desk-sahel", "mail", "{}")
    await office.deliveries.enqueue([delivery])
    (claim,) = await office.deliveries.claim("n", 1, LEASE)
    await office.deliveries.begin(claim, LEASE)
    await office.deliveries.delivered(claim, "250 ok")
    return office


async def post(client: httpx2.AsyncClient, *items: dict[str, str]) -> list[dict[str, Any]]:
    answer = await client.post("/api/v1/bounces", json={"items": items})
    assert answer.status_code == 200, answer.text
    taken: list[dict[str, Any]] = answer.json()["items"]
    return taken


def notification(
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such user",
    message_id: str = MESSAGE_ID,
    *,
    headers_only: bool = False,
    recipient: str = ADDRESS,
) -> bytes:
    """Return a delivery status notification as Postfix writes them."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@mx.example"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("I'm sorry to have to inform you that ..."))
    about, per_recipient = EmailMessage(), EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example"
    per_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    per_recipient["Action"] = action
    per_recipient["Status"] = status
    per_recipient["Diagnostic-Code"] = diagnostic
    statuses = MIMEMultipart()
    statuses.set_type("message/delivery-status")
    statuses.set_payload([about, per_recipient])
    report.attach(statuses)
    original = EmailMessage()
    original["Message-ID"] = message_id
    original["To"] = recipient
    if headers_only:
        report.attach(MIMEText(original.as_string(), "rfc822-headers"))
    else:
        original.set_content("text")
        report.attach(MIMEMessage(original))
    return report.as_bytes()


def complaint() -> bytes:
    return f"""From: staff@isp.example
Content-Type: multipart/report; report-type=feedback-report; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Isp/1.0
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {MESSAGE_ID}
Subject: [Sahel] news

text
--b--
""".encode()


async def mailed(client: httpx2.AsyncClient, raw: bytes) -> list[dict[str, Any]]:
    headers = {"content-type": "message/rfc822"}
    answer = await client.post("/api/v1/bounces", content=raw, headers=headers)
    assert answer.status_code == 200, answer.text
    taken: list[dict[str, Any]] = answer.json()["items"]
    return taken


async def state(office: Office) -> ChannelState:
    directory = await office.subscribers.directory()
    return directory.state(directory.channels[0])


async def test_a_permanent_bounce_marks_the_delivery_and_ends_the_address(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    bounce = {
        "kind": "permanent",
        "message_id": MESSAGE_ID,
        "status": "5.1.1",
        "reason": "550 5.1.1 no such user",
    }

    assert await post(client, bounce) == [
        {"delivery": ID, "bounced": True, "suppressed": True, "ignored": ""}
    ]

    record = await desk.deliveries.get(ID)
    assert (record.state, record.reason) == (State.BOUNCED, "550 5.1.1 no such user")
    found = await desk.suppressions.find(ADDRESS)
    assert found is not None
    assert (found.cause, found.reason) == (Cause.BOUNCE, "550 5.1.1 no such user")
    assert await state(desk) is ChannelState.DISABLED
    again = await post(client, bounce)
    assert (again[0]["bounced"], again[0]["suppressed"]) == (False, True)


@pytest.mark.parametrize(
    ("status", "suppressed"), [("5.2.2", False), ("5.7.1", False), ("5.3.4", False), ("", True)]
)
async def test_a_full_mailbox_or_a_refused_message_does_not_end_the_address(
    desk: Office, client: httpx2.AsyncClient, status: str, *, suppressed: bool
) -> None:
    bounce = {"kind": "permanent", "message_id": MESSAGE_ID, "status": status, "reason": "no"}

    (taken,) = await post(client, bounce)

    assert (taken["bounced"], taken["suppressed"]) == (True, suppressed)
    assert (await desk.suppressions.find(ADDRESS) is not None) is suppressed


async def test_what_may_arrive_yet_changes_nothing(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    (taken,) = await post(client, {"kind": "transient", "message_id": MESSAGE_ID})

    assert taken["ignored"] == "it may arrive yet"
    assert (await desk.deliveries.get(ID)).state is State.DELIVERED


async def test_a_complaint_ends_the_address(desk: Office, client: httpx2.AsyncClient) -> None:
    (taken,) = await post(client, {"kind": "complaint", "message_id": MESSAGE_ID})

    assert taken["suppressed"]
    found = await desk.suppressions.find(ADDRESS)
    assert found is not None
    assert found.cause is Cause.COMPLAINT


async def test_a_provider_may_name_an_address_alone(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    (taken,) = await post(client, {"kind": "permanent", "address": "Bob@Example.org"})

    assert taken["suppressed"]
    assert await desk.suppressions.find("bob@example.org") is not None
    (ignored,) = await post(client, {"kind": "transient", "address": "eve@example.org"})
    assert ignored["ignored"] == "names no message of ours"


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"kind": "permanent"}],
        [{"kind": "soft", "address": "a@b.example"}],
        [{"kind": "permanent", "address": "a@b.example", "extra": "1"}],
        [{"kind": "permanent", "address": "a@b\n.example"}],
    ],
)
async def test_what_is_no_bounce_is_refused_with_its_place(
    client: httpx2.AsyncClient, items: list[dict[str, str]]
) -> None:
    answer = await client.post("/api/v1/bounces", json={"items": items})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/items")
    broken = await client.post("/api/v1/bounces", content=b"{", headers={"content-type": "a/json"})
    assert broken.status_code == 422


@pytest.mark.parametrize("headers_only", [False, True])
async def test_a_notification_is_read_as_it_came(
    desk: Office, client: httpx2.AsyncClient, *, headers_only: bool
) -> None:
    (taken,) = await mailed(client, notification(headers_only=headers_only))

    assert taken == {"delivery": ID, "bounced": True, "suppressed": True, "ignored": ""}
    assert (await desk.deliveries.get(ID)).reason == "550 5.1.1 no such user"


async def test_a_complaint_is_read_as_it_came(desk: Office, client: httpx2.AsyncClient) -> None:
    (taken,) = await mailed(client, complaint())

    assert taken["suppressed"]


async def test_no_address_in_a_notification_is_believed(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    forged = notification(recipient="victim@example.org")
    unknown = notification(message_id=f"<{'0' * 32}@alerts.example>", recipient=ADDRESS)

    await mailed(client, forged)
    (ignored,) = await mailed(client, unknown)

    assert await desk.suppressions.find("victim@example.org") is None
    assert ignored["ignored"] == "names no message of ours"


async def test_the_body_of_a_report_alone_is_read_too(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    whole = notification()
    head, _, body = whole.partition(b"\n\n")
    kind = next(line for line in head.decode().split("\n") if line.startswith("Content-Type"))
    boundary = head.decode().partition('boundary="')[2].partition('"')[0]
    assert kind

    answer = await client.post(
        "/api/v1/bounces",
        content=body,
        headers={
            "content-type": f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
        },
    )

    assert answer.json()["items"][0]["bounced"] is True


def test_what_is_said_of_a_delay_or_a_success_is_no_bounce() -> None:
    assert [report.kind for report in read_reports(notification("delayed", "4.4.1"))] == [
        BounceKind.TRANSIENT
    ]
    assert [report.kind for report in read_reports(notification("failed", "4.4.7"))] == [
        BounceKind.TRANSIENT
    ]
    assert read_reports(notification("delivered", "2.0.0")) == []
    assert read_reports(b"Subject: hello\n\nno report") == []


def test_a_reason_is_one_line_however_it_came() -> None:
    (report,) = read_reports(notification(diagnostic="smtp; 550 5.1.1 <b>\x1b[31mred\u202e"))

    assert report.reason.isprintable()
    assert report == Report(ID, BounceKind.PERMANENT, "5.1.1", report.reason)


@pytest.mark.parametrize(
    ("message_id", "delivery"),
    [(MESSAGE_ID, ID), (f" {ID}@x ", ID), ("<other@x>", ""), ("", ""), (f"<{ID}>", "")],
)
def test_a_message_id_of_ours_names_its_delivery(message_id: str, delivery: str) -> None:
    assert delivery_of(message_id) == delivery


@given(st.binary(max_size=400))
def test_whatever_comes_as_a_notification_is_read_or_ignored(raw: bytes) -> None:
    read_reports(raw)
    read_reports(notification().replace(b"5.1.1", raw[:40]))


NESTED = {
    "multipart": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        for number in range(2_500)
    ),
    "message": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
}


@pytest.mark.parametrize("raw", NESTED.values(), ids=NESTED)
async def test_a_notification_of_parts_without_end_is_ignored(
    desk: Office, client: httpx2.AsyncClient, raw: bytes
) -> None:
    taken = await client.post(
        "/api/v1/bounces", content=raw, headers={"content-type": "message/rfc822"}
    )

    assert taken.status_code == 200
    assert taken.json()["items"][0]["ignored"] == "tells of no message of ours"


async def test_without_the_token_no_bounce_is_taken() -> None:
    office = Office(token="a-token-of-sixteen-or-more")
    async with office.client() as client:
        bounce = {"items": [{"kind": "permanent", "address": ADDRESS}]}
        refused = await client.post("/api/v1/bounces", json=bounce)
        mailed_ = await client.post(
            "/api/v1/bounces", content=notification(), headers={"content-type": "message/rfc822"}
        )

    assert (refused.status_code, mailed_.status_code) == (401, 401)
    assert await office.suppressions.all() == []


@pytest.mark.parametrize("address", BOUNCES)
async def test_bounces_are_taken_at_both_addresses(
    desk: Office, client: httpx2.AsyncClient, address: str
) -> None:
    items = [{"kind": "permanent", "message_id": MESSAGE_ID, "status": "5.1.1"}]

    taken = await client.post(address, json={"items": items})
    refused = await client.post(address, json={"items": "none"})

    assert taken.json()["items"][0]["bounced"]
    assert (await desk.deliveries.get(ID)).state is State.BOUNCED
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["pointer"] == "/items"


@pytest.mark.parametrize("address", BOUNCES)
async def test_a_mail_system_may_have_a_token_for_bounces_alone(address: str) -> None:
    access = Access("a-token-of-sixteen-or-more", CLOCK, bounce_token="another-of-sixteen-letters")
    headers = Headers({"authorization": "Bearer another-of-sixteen-letters"})

    assert access.who(headers, "POST", address) == "mail system"
    assert access.who(headers, "GET", address) is None
    assert access.who(headers, "PUT", "/api/v1/suppressions/a@b.example") is None
    assert access.who(headers, "POST", f"{address}/x") is None
    assert Access("a-token-of-sixteen-or-more", CLOCK).who(headers, "POST", address) is None


async def test_suppressions_are_listed_added_and_removed(client: httpx2.AsyncClient) -> None:
    put = await client.put("/api/v1/suppressions/Ann@example.org", json={"reason": "left"})
    listed = await client.get("/api/v1/suppressions")
    gone = await client.delete("/api/v1/suppressions/ann@example.org")
    missing = await client.delete("/api/v1/suppressions/ann@example.org")

    assert put.json()["address"] == "ann@example.org"
    assert [(each["cause"], each["by"]) for each in listed.json()["items"]] == [
        ("operator", "console")
    ]
    assert (gone.status_code, missing.status_code) == (204, 404)
