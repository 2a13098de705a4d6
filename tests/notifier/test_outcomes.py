from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ports.sender import Fault, Kind
from tocsin_notifier.adapters.attempt import (
    HttpLost,
    HttpReply,
    Refused,
    SmtpLost,
    SmtpReply,
    Stage,
    WireEvent,
)
from tocsin_notifier.adapters.outcomes import outcome


NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def http(status: int, *, retry_after: str = "", body: bytes = b"") -> HttpReply:
    return HttpReply("hooks.example", status, retry_after, body)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (SmtpReply(Stage.RCPT, 550, "5.1.1 no"), Kind.PERMANENT),
        (SmtpReply(Stage.RCPT, 552, "full"), Kind.TRANSIENT),
        (SmtpReply(Stage.ANSWER, 550, "5.2.2 full"), Kind.TRANSIENT),
        (SmtpReply(Stage.AUTH, 535, "5.7.8 bad"), Kind.PERMANENT),
        (SmtpReply(Stage.AUTH, 454, "4.7.0 later"), Kind.TRANSIENT),
        (SmtpLost(Stage.CONNECT, "TimeoutError"), Kind.TRANSIENT),
        (SmtpLost(Stage.DATA, "TimeoutError"), Kind.TRANSIENT),
        (SmtpLost(Stage.ANSWER, "TimeoutError"), Kind.AMBIGUOUS),
        (http(404), Kind.PERMANENT),
        (http(408), Kind.TRANSIENT),
        (http(425), Kind.TRANSIENT),
        (http(429), Kind.TRANSIENT),
        (http(500), Kind.TRANSIENT),
        (http(302), Kind.PERMANENT),
        (http(200, body=b"<html>"), Kind.AMBIGUOUS),
        (HttpLost("h", "ConnectTimeout", sent=False), Kind.TRANSIENT),
        (HttpLost("h", "ReadTimeout", sent=True), Kind.AMBIGUOUS),
        (Refused("127.0.0.1:22"), Kind.BLOCKED),
    ],
)
def test_a_failure_is_told_by_how_far_it_went(event: WireEvent, kind: Kind) -> None:
    assert outcome([event], NOW, succeeded=False).kind is kind


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([], Kind.PERMANENT),
        ([http(200)], Kind.DELIVERED),
        ([http(302)], Kind.PERMANENT),
        ([SmtpReply(Stage.ANSWER, 250, "ok")], Kind.DELIVERED),
        ([HttpLost("h", "ReadTimeout", sent=True)], Kind.AMBIGUOUS),
        ([Refused("10.0.0.1:80"), http(200)], Kind.BLOCKED),
    ],
)
def test_a_success_that_we_did_not_see_is_none(events: list[WireEvent], kind: Kind) -> None:
    assert outcome(events, NOW, succeeded=True).kind is kind


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.AUTH, Stage.MAIL])
def test_what_the_relay_has_against_us_may_be_put_right(stage: Stage) -> None:
    refusal = SmtpReply(stage, 550, "5.7.1 not you")

    assert outcome([refusal], NOW, succeeded=False, relay=True).kind is Kind.TRANSIENT
    assert outcome([refusal], NOW, succeeded=False).kind is Kind.PERMANENT


def test_what_the_relay_has_against_a_recipient_is_final() -> None:
    refusal = SmtpReply(Stage.RCPT, 550, "5.1.1 no such user")

    assert outcome([refusal], NOW, succeeded=False, relay=True).kind is Kind.PERMANENT


@pytest.mark.parametrize(
    ("reply", "wish"),
    [
        (http(429, retry_after="7"), timedelta(seconds=7)),
        (http(503, retry_after="1.5"), timedelta(seconds=1.5)),
        (http(429, retry_after="Wed, 04 Mar 2026 06:05:00 GMT"), timedelta(minutes=5)),
        (http(429, retry_after="Wed, 04 Mar 2026 05:00:00 GMT"), timedelta()),
        (http(429, retry_after="soon"), None),
        (http(429, retry_after="-5"), None),
        (http(429, retry_after="nan"), None),
        (http(429, retry_after="1e300"), None),
        (http(429, body=b'{"retry_after": 2.5}'), timedelta(seconds=2.5)),
        (http(429, body=b'{"parameters": {"retry_after": 11}}'), timedelta(seconds=11)),
        (http(429, body=b'{"retry_after": "x"}'), None),
        (http(429, body=b"[1]"), None),
        (http(404, retry_after="7"), None),
    ],
)
def test_the_receivers_wish_is_understood(reply: HttpReply, wish: timedelta | None) -> None:
    assert outcome([reply], NOW, succeeded=False).retry_after == wish


@given(
    status=st.integers(100, 999),
    retry_after=st.text(max_size=40),
    body=st.binary(max_size=80),
    succeeded=st.booleans(),
)
def test_no_answer_is_too_strange(
    status: int, retry_after: str, body: bytes, *, succeeded: bool
) -> None:
    told = outcome([http(status, retry_after=retry_after, body=body)], NOW, succeeded=succeeded)

    assert told.reason
    assert told.retry_after is None or told.retry_after >= timedelta()
    if told.kind is Kind.DELIVERED:
        assert succeeded


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (SmtpReply(Stage.RCPT, 550, "5.1.1 User unknown"), Fault.NO_MAILBOX),
        (SmtpReply(Stage.RCPT, 550, "5.1.10 null MX"), Fault.NO_MAILBOX),
        (SmtpReply(Stage.RCPT, 550, "no such user here"), Fault.NO_MAILBOX),
        (SmtpReply(Stage.RCPT, 550, "5.7.1 relaying denied"), Fault.NONE),
        (SmtpReply(Stage.RCPT, 554, "5.4.4 unable to route"), Fault.NONE),
        (SmtpReply(Stage.ANSWER, 550, "5.1.1 User unknown"), Fault.NONE),
        (SmtpReply(Stage.ANSWER, 554, "5.7.1 spam"), Fault.NONE),
        (SmtpReply(Stage.AUTH, 535, "5.7.8 bad credentials"), Fault.REFUSED),
        (HttpReply("h", 404, "", b"no_service"), Fault.GONE),
        (HttpReply("h", 410, "", b""), Fault.GONE),
        (HttpReply("h", 403, "", b""), Fault.REFUSED),
        (HttpReply("h", 400, "", b""), Fault.NONE),
        (HttpReply("h", 400, "", b"invalid_blocks"), Fault.NONE),
        (HttpReply("h", 413, "", b""), Fault.NONE),
        (HttpReply("h", 429, "", b""), Fault.NONE),
        (HttpReply("h", 500, "", b""), Fault.NONE),
    ],
)
def test_a_failure_says_of_the_channel_no_more_than_is_sure(
    event: SmtpReply | HttpReply, fault: Fault
) -> None:
    assert outcome([event], NOW, succeeded=False).fault is fault
