"""Reads feeds, within the sandbox: RSS and Atom with feedparser, which knows every dialect."""

import io
import re
from calendar import timegm
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urljoin

import feedparser

from tocsin_ingest.adapters import sandboxed_json_feed
from tocsin_ingest.stages.characters import whole
from tocsin_ingest.stages.encoding import decode
from tocsin_ingest.stages.feed import ENTRIES
from tocsin_ingest.stages.markup import text_of, title_of


BODY = 512 * 1024  # characters of an entry's body that are looked at; 64 KB of text are kept
NO_FEED = "is neither RSS nor Atom nor JSON Feed"
CLAIMED = 2_000  # characters of anything shorter

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_PAGE = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL
)
_LINK = re.compile(r"<link\s[^>]{1,1000}>", re.IGNORECASE)
_IS_FEED = re.compile(r"type\s*=\s*[\"']?application/(?:rss|atom)\+xml", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"\s*[^\s()@]+@[^\s()]+\s*\(\s*([^()]+?)\s*\)\s*")
_NAME_AND_MAIL = re.compile(r"\s*([^<>()]+?)\s*[<(][^<>()\s@]+@[^<>()\s]+[>)]\s*")
HEAD = 200_000  # characters of a page in which its feeds are named


def read(body: bytes, details: Mapping[str, str]) -> dict[str, Any]:
    url = details["url"]
    text = whole(decode(body, details["content_type"]))
    if not text.strip():
        return {"problem": "is empty"}
    if _PAGE.match(text):
        return {"problem": _instead_of_a_feed(text, url)}
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return sandboxed_json_feed.read(text.lstrip("\ufeff"), url) or {"problem": NO_FEED}
    parsed = feedparser.parse(
        # Never a string: feedparser would take it for an address and fetch it.
        io.BytesIO(_DECLARATION.sub("", text.lstrip("\ufeff")).encode()),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return {"problem": NO_FEED}
    return {
        "language": str(parsed.feed.get("language", "")),
        "omitted": max(0, len(parsed.entries) - ENTRIES),
        "entries": [_entry(entry, url) for entry in parsed.entries[:ENTRIES]],
    }


def _entry(entry: Any, url: str) -> dict[str, Any]:
    link = str(entry.get("feedburner_origlink") or entry.get("link") or "")
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    return {
        "guid": str(entry.get("id", ""))[:CLAIMED],
        "url": _joined(url, link)[:CLAIMED],
        "title": _title(entry)[:CLAIMED],
        "text": _text(entry),
        "authors": _authors(entry),
        "tags": [
            str(tag.get("label") or tag.get("term") or "")[:CLAIMED]
            for tag in entry.get("tags", [])[:50]
        ],
        "published": _seconds(published),
        "language": str(entry.get("title_detail", {}).get("language") or ""),
    }


def _title(entry: Any) -> str:
    title = str(entry.get("title", ""))[:BODY]
    if entry.get("title_detail", {}).get("type", "text/plain") == "text/plain":
        return title_of(title)
    return text_of(title)


def _text(entry: Any) -> str:
    """Return the body, else the summary, as text."""
    for content in [*entry.get("content", []), entry.get("summary_detail", {})]:
        kind, value = content.get("type") or "", str(content.get("value") or "")[:BODY]
        if not value or not (kind.startswith("text/") or kind == "application/xhtml+xml"):
            continue
        text = value if kind == "text/plain" else text_of(value)
        if text.strip():
            return text
    return ""


def _authors(entry: Any) -> list[str]:
    named = [str(author.get("name") or "") for author in entry.get("authors", [])[:20]]
    if len(named) <= 1:
        # What feedparser takes for the name is what its list of top-level domains leaves over
        # of the mail address.
        named = [str(entry.get("author") or "")]
    return [_person(unescape(name[:CLAIMED])) for name in named if name]


def _person(written: str) -> str:
    """Return the name of an author of whom a mail address is told too, before or after it."""
    found = _MAIL_AND_NAME.fullmatch(written) or _NAME_AND_MAIL.fullmatch(written)
    return found[1] if found else written


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link else ""
    except ValueError:
        return ""


def _seconds(moment: Any) -> int | None:
    """Return seconds since 1970 of a struct_time in UTC."""
    try:
        return timegm(moment) if moment else None
    except (ValueError, OverflowError):
        return None


def _instead_of_a_feed(page: str, url: str) -> str:
    feeds = [link for link in _LINK.findall(page[:HEAD]) if _IS_FEED.search(link)]
    for link in feeds:
        if found := _HREF.search(link):
            return f"is a web page, not a feed; its feed may be {_joined(url, unescape(found[1]))}"
    return "is a web page, not a feed"
