"""Reads JSON Feed, within the sandbox.

Source: https://www.jsonfeed.org/version/1.1/
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from tocsin_ingest.stages import dates
from tocsin_ingest.stages.feed import ENTRIES
from tocsin_ingest.stages.markup import text_of


VERSION = "https://jsonfeed.org/version/"


def read(text: str, url: str) -> dict[str, Any] | None:
    """Return what the feed holds, or None where the text is no JSON Feed."""
    try:
        feed = json.loads(text)
    except ValueError:
        return None
    if not isinstance(feed, dict) or not _text(feed, "version").startswith(VERSION):
        return None
    items = [item for item in _list(feed, "items") if isinstance(item, dict)]
    return {
        "language": _text(feed, "language"),
        "omitted": max(0, len(items) - ENTRIES),
        "entries": [_entry(item, url) for item in items[:ENTRIES]],
    }


def _entry(item: Mapping[str, Any], url: str) -> dict[str, Any]:
    published = dates.parse(_text(item, "date_published", "date_modified"))
    return {
        "guid": _identifier(item),
        "url": _joined(url, _text(item, "url", "external_url")),
        "title": _text(item, "title"),
        "text": _text(item, "content_text") or text_of(_text(item, "content_html", "summary")),
        "authors": _authors(item),
        "tags": [tag for tag in _list(item, "tags") if isinstance(tag, str)],
        "published": int(published.timestamp()) if published else None,
        "language": _text(item, "language"),
    }


def _identifier(item: Mapping[str, Any]) -> str:
    """Return the id, which the standard wants to be text, but some feeds count."""
    identifier = item.get("id")
    return str(identifier) if isinstance(identifier, str | int) else ""


def _authors(item: Mapping[str, Any]) -> list[str]:
    authors = [*_list(item, "authors"), item.get("author")]
    names = [_text(author, "name") for author in authors if isinstance(author, dict)]
    return [name for name in names if name]


def _text(part: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds text."""
    found = (part.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value.strip()), "")


def _list(part: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = part.get(name)
    return value if isinstance(value, list) else []


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link else ""
    except ValueError:
        return ""
