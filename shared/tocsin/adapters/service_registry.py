from collections.abc import Sequence

from pydantic import TypeAdapter
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.ports.streams import ServiceInstance


FORGOTTEN_AFTER_MS = 15_000

_JSON = TypeAdapter(ServiceInstance)
_KEYS = [keys.SERVICES, keys.SERVICES_SEEN]


class RedisServiceRegistry:
    """Forgets by the store's clock, so that the processes' own need not agree."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._announce = script(redis, "announce_service")
        self._list = script(redis, "list_services")

    async def announce(self, instance: ServiceInstance) -> None:
        name = _name(instance.service, instance.instance)
        with available():
            await self._announce(
                keys=_KEYS, args=[name, _JSON.dump_json(instance), FORGOTTEN_AFTER_MS]
            )

    async def withdraw(self, service: str, instance: str) -> None:
        name = _name(service, instance)
        with available():
            await self._redis.zrem(keys.SERVICES_SEEN, name)
            await self._redis.hdel(keys.SERVICES, name)

    async def instances(self) -> Sequence[ServiceInstance]:
        with available():
            told: list[bytes] = await self._list(keys=_KEYS, args=[FORGOTTEN_AFTER_MS])
        found = [_JSON.validate_json(text) for text in told]
        return sorted(found, key=lambda instance: (instance.service, instance.instance))


def _name(service: str, instance: str) -> str:
    return f"{service} {instance}"
