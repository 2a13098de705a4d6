import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.errors import NotFoundError
from tocsin.ports.suppressions import Cause, Suppression, normal
from tocsin.together import Together


class RedisSuppressions:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._together: Together[str, Suppression | None] = Together(self._find_all)

    async def add(self, suppression: Suppression) -> bool:
        address = normal(suppression.address)
        with available():
            return bool(
                await self._redis.hsetnx(
                    keys.SUPPRESSIONS, address, _written(replace(suppression, address=address))
                )
            )

    async def remove(self, address: str) -> None:
        with available():
            removed = await self._redis.hdel(keys.SUPPRESSIONS, normal(address))
        if not removed:
            raise NotFoundError("suppression", address)

    async def find(self, address: str) -> Suppression | None:
        return await self._together.ask(normal(address))

    async def _find_all(self, addresses: Sequence[str]) -> Sequence[Suppression | None]:
        with available():
            found: Any = await self._redis.hmget(keys.SUPPRESSIONS, addresses)
        return [
            _read(address, text) if text is not None else None
            for address, text in zip(addresses, found, strict=True)
        ]

    async def all(self) -> Sequence[Suppression]:
        with available():
            found: Any = await self._redis.hgetall(keys.SUPPRESSIONS)
        return [_read(address.decode(), found[address]) for address in sorted(found)]


def _written(suppression: Suppression) -> str:
    return json.dumps(
        {
            "cause": suppression.cause,
            "reason": suppression.reason,
            "at": suppression.at.isoformat(),
            "by": suppression.by,
        }
    )


def _read(address: str, text: bytes) -> Suppression:
    fields = json.loads(text)
    return Suppression(
        address=address,
        cause=Cause(fields["cause"]),
        reason=fields["reason"],
        at=datetime.fromisoformat(fields["at"]),
        by=fields["by"],
    )
