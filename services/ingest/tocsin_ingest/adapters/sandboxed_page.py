"""Reads the article in an HTML page, within the sandbox, with trafilatura."""

import re
from collections.abc import Mapping
from typing import Any

import trafilatura

from tocsin_ingest.stages.characters import whole
from tocsin_ingest.stages.encoding import decode


DEPTH = 2_000  # of nested elements; the price of some steps grows with its square
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)(?:[^<>]*?(/?))>", re.IGNORECASE)
_VOID = frozenset(
    """
    area base br col embed hr img input link meta param source track wbr p li td tr th dd dt
    option
    """.split()  # noqa: SIM905 -- a table
)


def read(body: bytes, details: Mapping[str, str]) -> dict[str, Any]:
    page = whole(decode(body, details["content_type"])).replace("\0", "")
    if _depth(page) > DEPTH:
        return {"problem": f"is nested more than {DEPTH} deep"}
    found: Any = trafilatura.bare_extraction(
        page, url=details["url"] or None, fast=True, with_metadata=True, include_comments=False
    )
    if found is None:
        return {}
    return {
        "title": found.title or "",
        "text": _without(found.title or "", _parted(found.text or "")),
        "url": found.url or "",
        "authors": [name.strip() for name in (found.author or "").split(";")],
        "tags": list(found.tags or ()),
        "published": found.date or "",
        "language": found.language or "",
    }


def _depth(page: str) -> int:
    """Return how deep the elements of a page are nested, by a look at its tags only.

    Elements that close by themselves are not counted.
    """
    depth = deepest = 0
    for closing, name, empty in _TAG.findall(page):
        if empty or name.lower() in _VOID:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _without(title: str, text: str) -> str:
    """Return the text without the headline that it begins with."""
    first, _, rest = text.partition("\n\n")
    return rest if first.strip() == title.strip() else text


def _parted(text: str) -> str:
    """Return the text with blank lines between paragraphs: trafilatura ends each with one break."""
    return re.sub(r"\n+", "\n\n", text)
