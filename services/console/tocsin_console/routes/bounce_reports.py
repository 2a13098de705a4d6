"""Reads what mail systems send back: delivery status notifications and complaints.

A notification comes by mail, so anybody can write one. All that is believed of it is what it says
of a message of ours, by the Message-ID that only its receiver knows; never an address in it.

Sources: RFC 3464 (delivery status), RFC 3462 (multipart/report), RFC 5965 (complaints).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum


MAX_REASON = 300

# Message-IDs of ours begin with the id of the delivery.
MESSAGE_ID = re.compile(r"<?\s*([0-9a-f]{32})@[^\s<>]+>?")
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class BounceKind(StrEnum):
    PERMANENT = "permanent"
    TRANSIENT = "transient"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Report:
    """``delivery`` is the id of the delivery, ``status`` an RFC 3463 code such as 5.1.1 or empty."""

    delivery: str
    kind: BounceKind
    status: str = ""
    reason: str = ""

    @property
    def condemns_the_address(self) -> bool:
        """Tell whether nothing more should go there.

        Not where the mailbox is full (X.2.2), and not where the message or its sender is what
        was refused (X.3 to X.7): that is about us.
        """
        match self.kind:
            case BounceKind.COMPLAINT:
                return True
            case BounceKind.TRANSIENT:
                return False
            case BounceKind.PERMANENT:
                return not self.status or self.status.startswith(("5.1.", "5.2.1", "5.0.0"))


def delivery_of(message_id: str) -> str:
    """Return the id of the delivery that a Message-ID names; empty where it is none of ours."""
    found = MESSAGE_ID.fullmatch(message_id.strip())
    return found[1] if found else ""


def read_reports(raw: bytes) -> list[Report]:
    """Return what a notification says of messages of ours; nothing where it says none."""
    try:
        parts = list(message_from_bytes(raw, policy=policy.compat32).walk())
    except RecursionError:  # parts within parts, deeper than any mail that somebody meant to read
        return []
    delivery = next((id_ for part in parts if (id_ := _original(part))), "")
    if not delivery:
        return []
    return [*_complaints(parts, delivery), *_statuses(parts, delivery)]


def _original(part: Message) -> str:
    """Return the delivery whose message a part returns, whole or its head."""
    match part.get_content_type():
        case "message/rfc822":
            return next((delivery_of(_text(each.get("Message-ID"))) for each in _parts(part)), "")
        case "text/rfc822-headers":
            head = part.get_payload(decode=True)
            if not isinstance(head, bytes):
                return ""
            return delivery_of(_text(message_from_bytes(head).get("Message-ID")))
        case _:
            return ""


def _statuses(parts: list[Message], delivery: str) -> Iterator[Report]:
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _parts(part):
            report = _status(block, delivery)
            if report is not None:
                yield report


def _status(block: Message, delivery: str) -> Report | None:
    """Return what a block says of a recipient; None for the block about the whole message."""
    action = _text(block.get("Action")).lower()
    if not action:
        return None
    found = STATUS.search(_text(block.get("Status")))
    status = found[0] if found else ""
    diagnostic = _text(block.get("Diagnostic-Code")).partition(";")[2].strip()
    reason = diagnostic or status or action
    if action == "failed" and not status.startswith("4."):
        return Report(delivery, BounceKind.PERMANENT, status, reason[:MAX_REASON])
    if action in {"failed", "delayed"}:
        return Report(delivery, BounceKind.TRANSIENT, status, reason[:MAX_REASON])
    return None


def _complaints(parts: list[Message], delivery: str) -> Iterator[Report]:
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        kind = _feedback_type(part)
        if kind not in {"not-spam", ""}:
            yield Report(delivery, BounceKind.COMPLAINT, reason=f"feedback: {kind}"[:MAX_REASON])


def _feedback_type(part: Message) -> str:
    # The parser takes each message/* for one that holds a message.
    inner = next(iter(_parts(part)), None)
    return _text(inner.get("Feedback-Type")).lower() if inner is not None else ""


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    found = payload if isinstance(payload, list) else []
    return [each for each in found if isinstance(each, Message)]


def _text(value: object) -> str:
    """Return a header's value as one printable line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in str(value or ""))
    return " ".join(shown.split())
