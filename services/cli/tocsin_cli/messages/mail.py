"""Reads an email (RFC 5322). Whatever arrives is shown as well as it can be, never refused."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from tocsin_cli.messages.reading import Reading


def read_mail(raw: bytes) -> Reading:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # the policy makes these
    return Reading(_subject(message), _body(message, "plain"), _body(message, "html"))


def _subject(message: EmailMessage) -> str:
    return " ".join(str(message.get("Subject", "")).split())


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    assert isinstance(part, EmailMessage)
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    return str(content).replace("\r\n", "\n").strip()
