"""Feeds and pages, as they come back from the sandbox. What comes back is not trusted either."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tocsin_ingest.adapters.sandbox import Sandbox
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.stages import dates
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.feed import Entry, Feed


T = TypeVar("T", bound="_Answer")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Entry(_Answer):
    guid: str
    url: str
    title: str
    text: str
    authors: list[str]
    tags: list[str]
    published: int | None
    language: str


class _Feed(_Answer):
    language: str
    omitted: int
    entries: list[_Entry]


class _Page(_Answer):
    title: str = ""
    text: str = ""
    url: str = ""
    authors: list[str] = []
    tags: list[str] = []
    published: str = ""
    language: str = ""


class SandboxedReader:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def read_feed(self, body: bytes, *, content_type: str, url: str) -> Feed:
        answer = await self._sandbox.read("feed", body, content_type=content_type, url=url)
        feed = _checked(_Feed, answer)
        return Feed(tuple(map(_entry, feed.entries)), feed.language, feed.omitted)

    async def read_page(self, body: bytes, *, content_type: str, url: str) -> Draft:
        answer = await self._sandbox.read("page", body, content_type=content_type, url=url)
        page = _checked(_Page, answer)
        return Draft(
            title=page.title,
            text=page.text,
            url=url or page.url,
            language_hint=page.language,
            authors=tuple(page.authors),
            tags=tuple(page.tags),
            published_at=dates.parse(page.published),
        )


def _checked(kind: type[T], answer: dict[str, Any]) -> T:
    try:
        return kind.model_validate(answer)
    except ValidationError as error:
        raise UnreadableError("makes its reader give a wrong answer") from error


def _entry(entry: _Entry) -> Entry:
    return Entry(
        guid=entry.guid,
        url=entry.url,
        title=entry.title,
        text=entry.text,
        authors=tuple(entry.authors),
        tags=tuple(entry.tags),
        published_at=_moment(entry.published),
        language=entry.language,
    )


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
