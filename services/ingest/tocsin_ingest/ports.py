"""What ingest asks of the outside world."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.errors import TocsinError
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.feed import Feed
from tocsin_ingest.stages.schedule import Validators


class FetchError(TocsinError):
    """Nothing came from an address that we could use; ``reason`` is for the source's owner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedError(FetchError):
    """We do not ask this address at all."""


class UnreadableError(TocsinError):
    """A document is not what it should be, or costs more to read than it may."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """A server's answer, after redirects. The body is there only where ``status`` is 200.

    ``url`` is who answered. Headers are as received, empty where missing.
    """

    status: int
    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    retry_after: str = ""


class Fetcher(Protocol):
    async def fetch(self, url: str, known: Validators) -> Fetched:
        """Fetch an address, unless it is as ``known`` (then ``status`` is 304).

        Raises:
            FetchError: nothing usable came, in time and within the limits.
        """
        ...


class FeedReader(Protocol):
    async def read_feed(self, body: bytes, *, content_type: str, url: str) -> Feed:
        """Return what a feed holds.

        Raises:
            UnreadableError: it is no feed.
        """
        ...


class PageReader(Protocol):
    async def read_page(self, body: bytes, *, content_type: str, url: str) -> Draft:
        """Return the article in an HTML page; its text may be empty.

        Raises:
            UnreadableError: the page cannot be read, or only at too high a price.
        """
        ...
