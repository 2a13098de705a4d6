"""How a client of the store is made; the only place that knows redis-py's arguments."""

from redis.asyncio import BlockingConnectionPool, Redis


# A command that has not answered after this long is taken for lost. It must exceed the
# longest BLOCK of any read, see redis-py's socket_timeout (5 s by default since 8.0).
SOCKET_TIMEOUT_S = 10
BLOCK_MS = 1_000


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
    )
    return Redis.from_pool(pool)
