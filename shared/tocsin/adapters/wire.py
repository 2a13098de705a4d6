"""How an event stands in a stream: one field, in FastStream's binary message format.

Any FastStream consumer reads it. A sender in another language may write the JSON of the
event alone, without headers: ``XADD stream * __data__ '{"id": …}'``.

Source of the format: faststream.redis.parser.BinaryMessageFormatV1, which reads what
is written here; the tests compare.
"""

from collections.abc import Mapping
from struct import pack
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote
from uuid import uuid4

from tocsin.events import Event


if TYPE_CHECKING:
    from faststream.redis.parser import BinaryMessageFormatV1

FIELD = b"__data__"

E = TypeVar("E", bound=Event)

_VERSION = 1
# Printable ASCII but the percent sign, which introduces an escape.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")


def encode(event: Event, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the value of ``FIELD`` for an event.

    Headers may hold any text: what is not printable ASCII is percent-encoded, since the
    format counts characters where it should count bytes. A ``correlation_id`` is added
    where there is none.
    """
    sent = {"correlation_id": uuid4().hex, "content-type": "application/json"} | dict(headers or {})
    block = b"".join(_text(name) + _text(value) for name, value in sent.items())
    magic = _format().IDENTITY_HEADER
    start = len(magic) + 10  # version, then two offsets
    return b"".join(
        (
            magic,
            pack(">HIIH", _VERSION, start, start + 2 + len(block), len(sent)),
            block,
            event.model_dump_json().encode(),
        )
    )


def decode(raw: bytes, event_type: type[E]) -> E:
    """Return the event in a value of ``FIELD``.

    Raises:
        pydantic.ValidationError: it does not hold such an event.
    """
    return event_type.model_validate_json(body(raw))


def body(raw: bytes) -> bytes:
    """Return the JSON in a value of ``FIELD``, or what stands in its place."""
    found, _ = _format().parse(raw)
    return found


def headers(raw: bytes) -> dict[str, str]:
    """Return the headers in a value of ``FIELD``; none where it is JSON alone."""
    _, found = _format().parse(raw)
    return readable(found)


def readable(sent: Mapping[str, str]) -> dict[str, str]:
    """Return headers, as FastStream read them, with their text restored."""
    return {unquote(name): unquote(value) for name, value in sent.items()}


def _format() -> "type[BinaryMessageFormatV1]":
    # FastStream takes a third of a second to import: too long for a command that reads no stream.
    from faststream.redis.parser import BinaryMessageFormatV1  # noqa: PLC0415

    return BinaryMessageFormatV1


def _text(text: str) -> bytes:
    written = quote(text, safe=_PLAIN).encode("ascii")
    return pack(">H", len(written)) + written
