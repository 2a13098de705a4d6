from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from tocsin.adapters import keys, wire
from tocsin.adapters.availability import available
from tocsin.adapters.headroom import Headroom
from tocsin.adapters.scripts import script
from tocsin.article import Article
from tocsin.events import ArticleIngested
from tocsin.ports.articles import Published


REMEMBERED = timedelta(days=14)
PIPELINED = 100  # articles sent before the answers are read; 64 KB each at most


class RedisArticlePublisher:
    def __init__(self, redis: Redis, *, memory_limit: float = 0.85) -> None:
        """Publish nothing while more than ``memory_limit`` of the store's maxmemory is used."""
        self._redis = redis
        self._headroom = Headroom(redis, limit=memory_limit)
        self._script = script(redis, "publish_article")

    async def publish(self, articles: Sequence[Article]) -> Sequence[Published]:
        published: list[Published] = []
        for start in range(0, len(articles), PIPELINED):
            await self._headroom.require()
            published += await self._publish(articles[start : start + PIPELINED])
        return published

    async def _publish(self, articles: Sequence[Article]) -> Sequence[Published]:
        with available():
            replies = await self._call(articles)
            if missing := [
                n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)
            ]:
                await self._redis.script_load(self._script.script)
                again = await self._call([articles[n] for n in missing])
                for n, reply in zip(missing, again, strict=True):
                    replies[n] = reply
            for reply in replies:
                if isinstance(reply, Exception):
                    raise reply
        return [
            Published(article.id, new=reply == 1)
            for article, reply in zip(articles, replies, strict=True)
        ]

    async def _call(self, articles: Sequence[Article]) -> list[Any]:
        """Run the script for each article; an article that failed has its error for a reply."""
        commands: Any = self._redis.pipeline(transaction=False)
        for article in articles:
            commands.evalsha(
                self._script.sha,
                2,
                ArticleIngested.stream,
                keys.seen(article.id),
                wire.encode(ArticleIngested.of(article)),
                int(REMEMBERED.total_seconds()),
            )
        replies: list[Any] = await commands.execute(raise_on_error=False)
        return replies
