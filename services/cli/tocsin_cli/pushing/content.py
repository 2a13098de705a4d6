"""What a file holds, by its name or by its first bytes."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath

from tocsin.errors import TocsinError


class Content(StrEnum):
    """The value is the name that a person gives with ``--type``."""

    TEXT = "text"
    PAGE = "html"
    JSON = "json"
    LINES = "ndjson"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Content.TEXT: "text/plain",
    Content.PAGE: "text/html",
    Content.JSON: "application/json",
    Content.LINES: "application/x-ndjson",
}
BY_SUFFIX = {
    ".txt": Content.TEXT,
    ".text": Content.TEXT,
    ".md": Content.TEXT,
    ".html": Content.PAGE,
    ".htm": Content.PAGE,
    ".xhtml": Content.PAGE,
    ".json": Content.JSON,
    ".jsonl": Content.LINES,
    ".ndjson": Content.LINES,
}


def by_name(path: PurePath) -> Content | None:
    """Return what a file holds by its ending; None where that tells nothing."""
    return BY_SUFFIX.get(path.suffix.lower())


def by_look(start: bytes) -> Content:
    """Return what a stream without a name most likely holds."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return Content.PAGE
    if text.startswith(b"["):
        return Content.JSON
    if text.startswith(b"{"):
        return Content.LINES if _is_json(text.split(b"\n", 1)[0]) else Content.JSON
    return Content.TEXT


def articles_in(body: bytes) -> Sequence[bytes] | None:
    """Return each article of a JSON list as a line; None where the JSON is no list.

    Raises:
        TocsinError: it is no JSON.
    """
    try:
        value = json.loads(body)
    except ValueError as error:
        raise TocsinError(f"no JSON: {error}") from error
    if not isinstance(value, list):
        return None
    return [json.dumps(item, ensure_ascii=False).encode() for item in value]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
