"""The news item, as every service sees it once ingest has cleaned it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Article:
    """A published news item.

    ``title`` is one line and ``text`` is plain, both NFC without control characters;
    a blank line parts the paragraphs of ``text``. ``source`` is the publisher's host
    (``rfi.fr``) or what the sender called it. ``language`` is a BCP 47 tag, ``und``
    where nobody knows. ``home`` is the region id of the source's home, or empty.
    Times are aware and in UTC.
    """

    id: str
    title: str
    text: str
    fetched_at: datetime
    published_at: datetime | None = None
    url: str = ""
    source: str = ""
    language: str = "und"
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    home: str = ""
    revision: int = 1
    story_id: str | None = None

    @property
    def date(self) -> datetime:
        """When it was published, or else fetched."""
        return self.published_at or self.fetched_at
