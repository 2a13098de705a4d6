from datetime import date, timedelta
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available


KEPT = timedelta(days=8)


class RedisPlacelessArticles:
    """A HyperLogLog for each day: 12 kB at most, and it knows what it has counted."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, article_id: str, on: date) -> None:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.pfadd(keys.placeless(on.isoformat()), article_id)
            commands.expire(keys.placeless(on.isoformat()), KEPT)
            await commands.execute()

    async def count(self, on: date) -> int:
        with available():
            return int(await self._redis.pfcount(keys.placeless(on.isoformat())))
