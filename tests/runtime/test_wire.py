"""Events on the wire, as FastStream writes and reads them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from faststream.redis.parser import BinaryMessageFormatV1
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tocsin.adapters import wire
from tocsin.events import ArticleIngested


NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
EVENT = ArticleIngested(id="a", title="Título", text="Статья", fetched_at=NOON)

# Whatever can be written in UTF-8.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_an_event_is_read_as_it_was_written() -> None:
    assert wire.decode(wire.encode(EVENT), ArticleIngested) == EVENT


@given(st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_headers_of_any_text_are_read_as_they_were_written(sent: dict[str, str]) -> None:
    raw = wire.encode(EVENT, sent)

    assert sent.items() <= wire.headers(raw).items()
    assert wire.decode(raw, ArticleIngested) == EVENT


def test_an_event_without_headers_is_given_an_id_to_follow_it_by() -> None:
    first, second = (wire.headers(wire.encode(EVENT))["correlation_id"] for _ in range(2))

    assert first != second


async def test_faststream_writes_the_same_bytes() -> None:
    theirs = await BinaryMessageFormatV1.encode(
        message=EVENT.model_dump(mode="json"),
        reply_to=None,
        headers={"traceparent": "00-1"},
        correlation_id="c",
    )

    ours = wire.encode(EVENT, {"correlation_id": "c", "traceparent": "00-1"})
    assert BinaryMessageFormatV1.parse(theirs)[1] == BinaryMessageFormatV1.parse(ours)[1]
    assert _body(theirs) == _body(ours)
    # Head and headers are alike to the byte; JSON may be spaced as one likes.
    assert theirs[: theirs.index(b"{")] == ours[: ours.index(b"{")]


def test_faststream_reads_what_we_write() -> None:
    body, headers = BinaryMessageFormatV1.parse(wire.encode(EVENT, {"correlation_id": "c"}))

    assert json.loads(body) == EVENT.model_dump(mode="json")
    assert headers == {"correlation_id": "c", "content-type": "application/json"}


def test_json_alone_is_read_too() -> None:
    raw = EVENT.model_dump_json().encode()

    assert wire.decode(raw, ArticleIngested) == EVENT
    assert wire.headers(raw) == {}


@pytest.mark.parametrize("raw", [b"", b"{}", b"\x89BIN\r\n\x1a\n", b"\xff\xfe"])
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(ValidationError):
        wire.decode(raw, ArticleIngested)


def _body(raw: bytes) -> Any:
    return json.loads(BinaryMessageFormatV1.parse(raw)[0])
