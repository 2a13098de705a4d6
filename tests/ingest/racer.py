"""A replica in a process of its own: publishes the same articles as every other, one by one.

Writes the ids of those that it was told are new, each on a line.
"""

import asyncio
import sys
from datetime import UTC, datetime

from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.connection import connect
from tocsin.article import Article


async def race(url: str, count: int) -> None:
    async with connect(url) as redis:
        publisher = RedisArticlePublisher(redis)
        for number in range(count):
            [answer] = await publisher.publish([article(number)])
            if answer.new:
                sys.stdout.write(f"{answer.article_id}\n")
                sys.stdout.flush()


def article(number: int) -> Article:
    fetched = datetime(2026, 1, 1, tzinfo=UTC)
    return Article(id=f"article-{number}", title="Raced", text="Text.", fetched_at=fetched)


if __name__ == "__main__":
    asyncio.run(race(sys.argv[1], int(sys.argv[2])))
