from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as it was handed in, before it is cleaned.

    ``language`` is what the sender knows, ``language_hint`` what a feed or page claims of
    itself, which is believed only where nothing better is known. ``guid`` is the sender's own
    identifier, told apart from that of others by ``scope``.
    """

    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    language_hint: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    guid: str = ""
    scope: str = ""
    home: str = ""
