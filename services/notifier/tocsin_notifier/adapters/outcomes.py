"""What the notes of an attempt mean: by how far it went and by the code, never by a log's words."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from tocsin.ports.deliveries import Blame
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin_notifier.adapters.attempt import (
    HttpLost,
    HttpReply,
    Refused,
    SmtpLost,
    SmtpReply,
    Stage,
    WireEvent,
)


PASSING_HTTP = frozenset({408, 409, 421, 423, 425, 429})

# What Slack says in words. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
SLACK_FINAL = frozenset(
    {
        *("account_inactive", "action_prohibited", "channel_is_archived", "channel_not_found"),
        *("invalid_auth", "invalid_blocks", "invalid_payload", "invalid_token", "is_archived"),
        *("missing_scope", "no_active_hooks", "no_service", "no_service_id", "no_team"),
        *("no_text", "not_authed", "not_in_channel", "org_login_required", "posting_to_general"),
        *("restricted_action", "team_disabled", "token_expired", "token_revoked", "user_not_found"),
    }
)
SLACK_PASSING = frozenset(
    {
        *("fatal_error", "internal_error", "rate_limited", "ratelimited", "request_timeout"),
        *("rollup_error", "service_unavailable", "team_added_to_org"),
    }
)

# Of these, what is about the message and not about who gets it.
SLACK_MESSAGE = frozenset({"invalid_blocks", "invalid_payload", "no_text"})

# RFC 3463: bad destination mailbox, system, syntax; moved; null MX (RFC 7505).
NO_MAILBOX = re.compile(r"5\.1\.(1|2|3|6|10)\b")
ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")

SLACK_STAMP = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")

# A mailbox that is full may be emptied; RFC 3463, X.2.2.
MAILBOX_FULL = ("552", "5.2.2")


def outcome(
    events: Sequence[WireEvent], now: datetime, *, succeeded: bool, relay: bool = False
) -> Outcome:
    """Return what became of an attempt.

    ``succeeded`` is what Apprise says, which alone proves nothing. ``relay`` tells that the mail
    server is the operator's: what it has against us is not the recipient's fault. A host that
    cannot be reached or falls silent is to blame for all of its lane; what it says to one request
    is about that channel.
    """
    if blocked := next((event for event in events if isinstance(event, Refused)), None):
        return Outcome(
            Kind.BLOCKED, f"{blocked.address} is not public, and TOCSIN_EGRESS_ALLOW lacks it"
        )
    if not events:
        return Outcome(Kind.PERMANENT, "the service's plugin refused it and sent nothing")
    last = events[-1]
    if succeeded:
        return _success(last)
    match last:
        case SmtpReply():
            return _smtp_refusal(last, relay=relay)
        case SmtpLost():
            return _smtp_loss(last)
        case HttpReply():
            return _http_refusal(last, now)
        case HttpLost(host, error, sent):
            if sent:
                reason = f"no answer from {host} ({error})"
                return Outcome(Kind.AMBIGUOUS, reason, blame=Blame.LANE)
            return Outcome(Kind.TRANSIENT, f"cannot reach {host} ({error})", blame=Blame.LANE)
    raise AssertionError(last)


def _success(last: WireEvent) -> Outcome:
    match last:
        case HttpReply() if 300 <= last.status < 400:
            return Outcome(Kind.PERMANENT, _status(last))
        case HttpReply():
            return Outcome(
                Kind.DELIVERED, f"{last.host}: {_status(last)}", posted=_posted(last.body)
            )
        case SmtpReply():
            return Outcome(Kind.DELIVERED, f"{last.code} {last.text}")
        case _:
            return Outcome(Kind.AMBIGUOUS, "the service's plugin saw a success that we did not")


def _smtp_refusal(reply: SmtpReply, *, relay: bool) -> Outcome:
    reason = f"{reply.stage.name.lower()}: {reply.code} {reply.text}"
    if reply.stage <= Stage.MAIL and reply.code < 500:
        return Outcome(Kind.TRANSIENT, reason, blame=Blame.LANE)
    if reply.code < 500 or reply.text.startswith(MAILBOX_FULL) or reply.code == 552:
        return Outcome(Kind.TRANSIENT, reason)
    if relay and reply.stage <= Stage.MAIL:
        return Outcome(
            Kind.TRANSIENT,
            f"the relay refuses us, see TOCSIN_NOTIFIER_RELAY: {reason}",
            blame=Blame.LANE,
        )
    return Outcome(Kind.PERMANENT, reason, fault=_smtp_fault(reply))


def _smtp_fault(reply: SmtpReply) -> Fault:
    """Return whose fault it is: what is said of the recipient, not of us or the message."""
    if reply.stage is Stage.RCPT and (
        NO_MAILBOX.match(reply.text) or (reply.code == 550 and not ENHANCED.match(reply.text))
    ):
        return Fault.NO_MAILBOX
    return Fault.REFUSED if reply.stage is Stage.AUTH else Fault.NONE


def _smtp_loss(loss: SmtpLost) -> Outcome:
    stage = loss.stage.name.lower()
    if loss.stage is Stage.ANSWER:
        reason = f"no answer to the message ({loss.error})"
        return Outcome(Kind.AMBIGUOUS, reason, blame=Blame.LANE)
    return Outcome(Kind.TRANSIENT, f"{stage}: {loss.error}", blame=Blame.LANE)


def _http_refusal(reply: HttpReply, now: datetime) -> Outcome:
    said = _slack_says(reply.body)
    reason = f"{reply.host}: {_status(reply)}" + (f", {said}" if said else "")
    if said in SLACK_FINAL:
        fault = Fault.NONE if said in SLACK_MESSAGE else Fault.GONE
        return Outcome(Kind.PERMANENT, reason, fault=fault)
    if said in SLACK_PASSING or reply.status in PASSING_HTTP or reply.status >= 500:
        return Outcome(Kind.TRANSIENT, reason, _retry_after(reply, now), Blame.CHANNEL)
    if 200 <= reply.status < 300:
        return Outcome(Kind.AMBIGUOUS, f"{reason}, but not the service's usual answer")
    return Outcome(Kind.PERMANENT, reason, fault=_http_fault(reply.status))


def _http_fault(status: int) -> Fault:
    match status:
        case 404 | 410:
            return Fault.GONE
        case 401 | 402 | 403:
            return Fault.REFUSED
        case _:
            return Fault.NONE


def _status(reply: HttpReply) -> str:
    try:
        return f"HTTP {reply.status} {HTTPStatus(reply.status).phrase}"
    except ValueError:
        return f"HTTP {reply.status}"


def _slack_says(body: bytes) -> str:
    """Return Slack's word for what is wrong, if it is one that we know."""
    word = body.decode("utf-8", "replace").strip()
    if (answer := _json(body)) is not None:
        word = str(answer.get("error", ""))
    return word if word in SLACK_FINAL | SLACK_PASSING else ""


def _posted(body: bytes) -> str:
    """Return what Slack calls the message that a bot posted: its time stamp."""
    stamp = (_json(body) or {}).get("ts")
    return stamp if isinstance(stamp, str) and SLACK_STAMP.fullmatch(stamp) else ""


def _retry_after(reply: HttpReply, now: datetime) -> timedelta | None:
    """Return how long the receiver wants us to wait: RFC 9110, Discord's and Telegram's ways."""
    if reply.retry_after:
        return _header(reply.retry_after, now)
    answer = _json(reply.body) or {}
    parameters = answer.get("parameters")
    found = answer.get("retry_after")
    if found is None and isinstance(parameters, Mapping):
        found = parameters.get("retry_after")
    return _seconds(found) if isinstance(found, int | float) else None


def _header(value: str, now: datetime) -> timedelta | None:
    try:
        return _seconds(float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(), aware - now)


def _seconds(value: float) -> timedelta | None:
    # Also rejects what is not a number (NaN), and what no timedelta holds.
    return timedelta(seconds=value) if 0 <= value < 10**9 else None


def _json(body: bytes) -> Mapping[str, object] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
