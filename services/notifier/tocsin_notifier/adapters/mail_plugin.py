"""Mail: Apprise's plugin with a message of our own.

Apprise gives every attempt a new Message-ID and a new date, and drops the links from the text
part; here an attempt that is repeated is the same message, which receivers may recognise.
"""

import base64
import binascii
import re
import smtplib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import Any, ClassVar

from apprise.plugins.email.base import NotifyEmail

from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.attempt import current
from tocsin_notifier.adapters.smtp_seam import PooledSMTP
from tocsin_notifier.messages import Letters, Mail, Written
from tocsin_notifier.messages.plain import one_line


MAX_LINE = 998  # bytes, RFC 5322, 2.1.1


class NewsEmail(NotifyEmail):  # type: ignore[misc]  # Apprise is not typed
    """``by_relay`` tells that the server is the operator's, who may have it in a private place.

    ``letters`` writes what is sent.
    """

    request_rate_per_sec = 0
    by_relay = False
    letters: ClassVar[Letters] = Letters()

    def send(self, *args: Any, **kwargs: Any) -> bool:
        attempt = current()
        assert attempt is not None, "a message is sent within an attempt"
        ((_, recipient),) = self.targets
        _, sender = self.from_addr
        try:
            with (
                self._reach(),
                PooledSMTP(
                    host=self.smtp_host,
                    port=self.port,
                    secure_mode=self.secure_mode,
                    user=self.user,
                    password=self.password,
                    verify_certificate=self.verify_certificate,
                ) as smtp,
            ):
                return smtp.sendmail(sender, [_ascii_domain(recipient)], attempt.mail)
        except (OSError, smtplib.SMTPException, ValueError):
            return False  # why is noted with the attempt

    def written(self, card: Written) -> bytes:
        """Return the message as it goes to the server."""
        ((_, recipient),) = self.targets
        name, sender = self.from_addr
        return message_of(card, self.letters.write(card), (name or "", sender), recipient)

    def _reach(self) -> AbstractContextManager[None]:
        return egress.lifted() if self.by_relay else nullcontext()


def message_of(card: Written, written: Mail, sender: tuple[str, str], recipient: str) -> bytes:
    """Return the message as it goes to the server; the same each time.

    Written out here: the standard library's generator takes five times as long.
    """
    domain = _ascii_domain(sender[1]).rpartition("@")[2]
    boundary = f"=_{card.delivery_id}"
    headers = {
        "From": formataddr((one_line(sender[0]), sender[1]), charset="utf-8"),
        "To": _ascii_domain(recipient),
        "Subject": _encoded(written.subject),
        "Date": format_datetime(card.matched_at),
        "Message-ID": f"<{card.delivery_id}@{domain}>",
        **_thread(card, domain),
        "List-Id": _list_id(card, domain),
        **_unsubscription(card),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **({"X-Tocsin-Rule": card.rule_id} if card.rule_id else {}),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    return b"\n".join(
        [
            *(f"{name}: {value}".encode() for name, value in headers.items()),
            b"",
            *_part("plain", written.text, boundary),
            *_part("html", written.html, boundary),
            f"--{boundary}--\n".encode(),
        ]
    )


def _thread(card: Written, domain: str) -> Mapping[str, str]:
    """Return what has mail programs show all messages of a story together.

    They name a message that was never sent, so that nothing need be remembered of the first one.
    """
    if not card.thread:
        return {}
    root = f"<story-{card.thread}@{domain}>"
    return {"In-Reply-To": root, "References": root}


def _unsubscription(card: Written) -> Mapping[str, str]:
    """Return what has mail programs offer to unsubscribe by one click (RFC 8058)."""
    if not card.unsubscribe.startswith("https://"):  # the RFC wants it so, and so do the providers
        return {}
    return {
        "List-Unsubscribe": f"<{card.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _part(subtype: str, text: str, boundary: str) -> Sequence[bytes]:
    """Return a part; readable on the wire where most of it is ASCII, short where it is not."""
    encoding, body = _on_the_wire(subtype, text)
    return [
        f"--{boundary}".encode(),
        f'Content-Type: text/{subtype}; charset="utf-8"'.encode(),
        b"Content-Transfer-Encoding: " + encoding,
        b"",
        body,
    ]


def _on_the_wire(subtype: str, text: str) -> tuple[bytes, bytes]:
    """Return how the text is encoded, and what that makes of it (RFC 2045, 6)."""
    raw = text.encode()
    if len(raw) - len(text) > len(text) / 6:
        return b"base64", base64.encodebytes(raw)
    if subtype == "html" and (plain := _in_ascii(text)) is not None:
        return b"7bit", plain
    return b"quoted-printable", binascii.b2a_qp(raw, istext=True)


def _in_ascii(html: str) -> bytes | None:
    """Return the page with references in the place of all letters beyond ASCII, as far as that can be.

    It takes a third of the time that quoted-printable does. Within a style sheet a reference means nothing.
    """
    head = html[: max(html.rfind("</style"), 0)]
    plain = html.encode("ascii", "xmlcharrefreplace")
    return plain if head.isascii() and max(map(len, plain.split(b"\n"))) <= MAX_LINE else None


def _list_id(card: Written, domain: str) -> str:
    """Return RFC 2919's name of the list, by which people filter: the rule."""
    name = re.sub(r"[<>\"\\]", " ", one_line(card.list_name))
    return f"{_encoded(name)} <{card.list_id}.tocsin.{domain}>"


def _encoded(text: str) -> str:
    """Return the text as a header may have it (RFC 2047), on lines of its own where it is long."""
    return text if text.isascii() else Header(text, "utf-8").encode()


def _ascii_domain(address: str) -> str:
    """Return the address with its domain as the DNS has it."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    return f"{local}@{domain.encode('idna').decode('ascii')}"
