"""How a client of the store is made; the only place that knows redis-py's arguments."""

import asyncio
from collections.abc import Iterable

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.driver_info import DriverInfo
from redis.exceptions import TimeoutError as RedisTimeoutError


# A command that has not answered after this long is taken for lost. It must exceed the
# longest BLOCK of any read, see redis-py's socket_timeout (5 s by default since 8.0).
SOCKET_TIMEOUT_S = 10
BLOCK_MS = 1_000
# Each connection tells the server who connects. By itself it would read redis-py's version from the disk each time.
_DRIVER = DriverInfo()


class _Cancellable(AbstractConnection):
    """Sends without ``asyncio.wait_for``, with which redis-py limits the time of sending.

    Before Python 3.12 that may swallow a cancellation, and the task goes on as if nobody had
    stopped it: https://github.com/python/cpython/issues/86296.
    """

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002 -- redis-py's signature
    ) -> None:
        limit, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(command, check_health)
        except TimeoutError as error:
            raise RedisTimeoutError("timeout writing to socket") from error
        finally:
            self.socket_timeout = limit


def connect(url: str, *, max_connections: int = 64) -> Redis:
    """Return a client that speaks bytes, waits for a free connection, and retries nothing.

    A script may have run though its answer was lost, so whoever calls decides
    whether to call again.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=2,
        timeout=SOCKET_TIMEOUT_S,
        health_check_interval=30,
        driver_info=_DRIVER,
    )
    pool.connection_class = type("Connection", (_Cancellable, pool.connection_class), {})
    return Redis.from_pool(pool)
