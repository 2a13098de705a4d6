from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import ValidationError
from redis.asyncio import Redis

from tocsin.adapters import keys, wire
from tocsin.adapters.availability import available
from tocsin.errors import NotFoundError
from tocsin.events import ArticleIngested, ArticleMatched, Event


E = TypeVar("E", bound=Event)


PAGE = 200  # entries of the stream fetched by one command


class RedisArticleLog:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def article(self, article_id: str) -> ArticleIngested:
        entry = await self._entry(article_id)
        if entry is not None:
            with available():
                found: Any = await self._redis.xrange(ArticleIngested.stream, entry, entry)
            for _, fields in found:
                return wire.decode(fields[b"__data__"], ArticleIngested)
        raise NotFoundError("article", article_id)

    async def recent_articles(self, limit: int) -> Sequence[ArticleIngested]:
        with available():
            found: Any = await self._redis.xrevrange(ArticleIngested.stream, count=limit)
        return list(_readable(found, ArticleIngested))

    async def recent_matches(self, limit: int) -> Sequence[ArticleMatched]:
        with available():
            found: Any = await self._redis.xrevrange(ArticleMatched.stream, count=limit)
        return list(_readable(found, ArticleMatched))

    async def matches_of(self, article_id: str) -> Sequence[ArticleMatched]:
        entry = await self._entry(article_id)
        if entry is None:
            return []
        matches: list[ArticleMatched] = []
        async for raw in self._matches_since(entry):
            # Most entries are of other articles: a look at the bytes spares decoding them.
            if article_id.encode() in raw:
                found = _readable([(b"", {wire.FIELD: raw})], ArticleMatched)
                matches += [match for match in found if match.article.id == article_id]
        return matches

    async def _entry(self, article_id: str) -> str | None:
        """Return the id of the article's entry in the stream, if it is remembered."""
        with available():
            entry: Any = await self._redis.get(keys.seen(article_id))
        return None if entry is None else entry.decode()

    async def _matches_since(self, entry: str) -> AsyncIterator[bytes]:
        """Yield what was matched after an article was published: its matches are among these."""
        start = entry.partition("-")[0]
        while True:
            with available():
                page: Any = await self._redis.xrange(ArticleMatched.stream, min=start, count=PAGE)
            for _, fields in page:
                yield fields.get(wire.FIELD, b"")
            if len(page) < PAGE:
                return
            start = f"({page[-1][0].decode()}"


def _readable(entries: Any, event_type: type[E]) -> Iterator[E]:
    """Yield the events of a stream's entries.

    One that holds no such event lies in the dead letters, where it is told of; it must not hide the others.
    """
    for _, fields in entries:
        with suppress(ValidationError, KeyError):
            yield wire.decode(fields[wire.FIELD], event_type)
