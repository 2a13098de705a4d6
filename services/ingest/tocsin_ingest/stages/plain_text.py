"""An article as people save it from a page: headline, counters, byline, date, text, leftovers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin_ingest.stages import dates
from tocsin_ingest.stages.characters import line, paragraphs
from tocsin_ingest.stages.draft import Draft


HEADLINE = 300  # characters: a first line that is longer begins the text

_BYLINE = re.compile(r"(?:by|par|por|von)[:\s]\s*(\S.{1,118})", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:date|published|posted|updated|last updated)(?: on)?\s*[:\-\u2013]\s*(.{4,60})",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+(?:and|&|et|y|und)\s+|,\s+(?=\S+\s+\S)")

# Counters of comments and shares, and the labels of buttons.
_COUNTER = re.compile(
    r"\d{1,7}(?:[.,]\d)?[km]?(?: (?:comments?|shares?|views?|likes?))?", re.IGNORECASE
)
_BUTTON = re.compile(
    r"leave a (?:reply|comment)|(?:post|add) a comment|share(?: this(?: article| post| story)?)?:?"
    r"|tweet|print|e-?mail|comments? ?\(?\d*\)?|advertisement|related (?:posts|articles|stories):?"
    r"|click to share .*|previous (?:article|post)|next (?:article|post)|tags?:?|facebook|twitter|x"
    r"|whatsapp|linkedin|telegram|pinterest|reddit|copy (?:url|link)|loading\.*|subscribe|sign up"
    r"|log ?in|read more|like this:?|skip to content",
    re.IGNORECASE,
)
_GLUED_BUTTON = re.compile(r"\s*\bleave a (?:reply|comment)\s*$", re.IGNORECASE)
# A publisher's word about itself at the end; its places are not where the news is.
_SIGN_OFF = re.compile(
    r"\b(?:follow us (?:for|on|at)|subscribe to our|sign up (?:for|to) our|join our (?:whatsapp|telegram))\b",
    re.IGNORECASE,
)
SIGN_OFF = 300  # characters: what is longer says something too


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before the text, and at which line the text begins."""

    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    end: int


def read(text: str, *, title: str = "") -> Draft:
    """Return the article that a text file holds.

    A ``title`` that is known already is looked for at its head; otherwise the first line that
    is no leftover is the title. The dateline stays in the text.
    """
    lines = paragraphs(text).split("\n")
    head = _head(lines, line(title))
    return Draft(
        title=title or head.title,
        text=_body(lines[head.end :]),
        authors=head.authors,
        published_at=head.published_at,
    )


def _head(lines: Sequence[str], known_title: str) -> _Head:
    title = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    for number, written in enumerate(lines):
        if not written or _is_leftover(written):
            continue
        if title and not authors and (byline := _BYLINE.fullmatch(written)):
            authors = tuple(_AND.split(byline[1]))
        elif moment := _date(written):
            published = published or moment
        elif not title and (
            written == known_title or (not known_title and len(written) <= HEADLINE)
        ):
            title = written
        else:
            return _Head(title, authors, published, number)
    return _Head(title, authors, published, len(lines))


def _body(lines: Sequence[str]) -> str:
    end = len(lines)
    while end and (not lines[end - 1] or _is_leftover(lines[end - 1])):
        end -= 1
    kept = "\n".join(written for written in lines[:end] if not _BUTTON.fullmatch(written))
    return _without_sign_off(_GLUED_BUTTON.sub("", kept))


def _without_sign_off(text: str) -> str:
    before, _, last = text.rpartition("\n\n")
    if before and len(last) <= SIGN_OFF and _SIGN_OFF.search(last):
        return before.rstrip()
    return text


def _is_leftover(written: str) -> bool:
    return bool(_COUNTER.fullmatch(written) or _BUTTON.fullmatch(written))


def _date(written: str) -> datetime | None:
    """Return the date in a line that holds nothing else."""
    labelled = _PUBLISHED.fullmatch(written)
    return dates.parse(labelled[1] if labelled else written) if len(written) <= 80 else None
