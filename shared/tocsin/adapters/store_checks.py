"""Whether a server may be trusted with what must not be lost."""

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from tocsin.errors import StartError, UnsafeStoreError


# With anything else the server may lose what it acknowledged: on a kill or a power cut
# (the first two), or when it needs room (the last).
WANTED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
OLDEST_VERSION = (7, 0)


async def check_reachable(redis: Redis, url: str) -> None:
    """Raise StartError unless a server that we can use answers.

    Args:
        redis: a client of it.
        url: what to call it in the message; must hold no password.
    """
    try:
        server = await redis.info("server")
        replication = await redis.info("replication")
    except (RedisError, OSError) as error:
        raise StartError(
            f"cannot reach the store at {url} ({error}): start it, or set TOCSIN_REDIS_URL"
        ) from error
    version = str(server["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
        raise StartError(f"the store at {url} is of version {version}: 7.0 or newer is needed")
    if replication["role"] != "master":
        raise StartError(f"the store at {url} is a replica: TOCSIN_REDIS_URL must name its primary")


async def check_durable(redis: Redis) -> None:
    """Raise UnsafeStoreError unless the server keeps all that it acknowledges."""
    for setting, wanted in WANTED.items():
        found = await _setting(redis, setting)
        if found != wanted:
            raise UnsafeStoreError(setting, found, wanted)


async def _setting(redis: Redis, name: str) -> str:
    try:
        answer = await redis.config_get(name)
    except ResponseError:
        return "unknown (the server does not tell)"
    return str(answer.get(name))
