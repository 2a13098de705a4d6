from collections.abc import Sequence
from datetime import timedelta

from pydantic import TypeAdapter
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.ports.streams import ServiceInstance


_JSON = TypeAdapter(ServiceInstance)
_KEYS = [keys.SERVICES, keys.SERVICES_SEEN]


class RedisServiceRegistry:
    """Forgets by the store's clock, so that the processes' own need not agree."""

    def __init__(self, redis: Redis, *, forget_after: timedelta = timedelta(seconds=15)) -> None:
        self._redis = redis
        self._forget_after_ms = int(forget_after / timedelta(milliseconds=1))
        self._announce = script(redis, "announce_service")
        self._list = script(redis, "list_services")

    async def announce(self, instance: ServiceInstance) -> None:
        name = _name(instance.service, instance.instance)
        with available():
            await self._announce(
                keys=_KEYS, args=[name, _JSON.dump_json(instance), self._forget_after_ms]
            )

    async def withdraw(self, service: str, instance: str) -> None:
        name = _name(service, instance)
        with available():
            await self._redis.zrem(keys.SERVICES_SEEN, name)
            await self._redis.hdel(keys.SERVICES, name)

    async def instances(self) -> Sequence[ServiceInstance]:
        with available():
            told: list[bytes] = await self._list(keys=_KEYS, args=[self._forget_after_ms])
        found = [_JSON.validate_json(text) for text in told]
        return sorted(found, key=lambda instance: (instance.service, instance.instance))


def _name(service: str, instance: str) -> str:
    return f"{service} {instance}"
