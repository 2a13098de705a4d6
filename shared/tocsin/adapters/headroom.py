import asyncio

from redis.asyncio import Redis

from tocsin.adapters.availability import available
from tocsin.errors import StoreUnavailableError


CHECK_EVERY_S = 1.0


class Headroom:
    """How near the store is to its memory limit; asked of it once a second at most.

    A full store refuses every write, the acknowledgements of the consumers included, so
    whoever brings new work in stops earlier.
    """

    def __init__(self, redis: Redis, *, limit: float) -> None:
        """Take ``limit`` as a share of maxmemory, 0 to 1."""
        self._redis = redis
        self._limit = limit
        self._used = 0.0
        self._checked_at = float("-inf")

    async def require(self) -> None:
        """Raise StoreUnavailableError when the limit is passed, or the store is away."""
        now = asyncio.get_running_loop().time()
        if now - self._checked_at >= CHECK_EVERY_S:
            self._used = await self._measure()
            self._checked_at = now
        if self._used >= self._limit:
            raise StoreUnavailableError(f"its memory is {self._used:.0%} full")

    async def _measure(self) -> float:
        with available():
            memory = await self._redis.info("memory")
        maximum = int(memory["maxmemory"])
        return int(memory["used_memory"]) / maximum if maximum else 0.0
