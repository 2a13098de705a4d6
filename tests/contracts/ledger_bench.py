"""A ledger of deliveries, the fake or the real one, and time that passes as the test wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.ports.deliveries import (
    Claim,
    Delivery,
    DeliveryLedger,
)
from tocsin.testing import FakeClock, FakeDeliveryLedger


LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


class Bench(Protocol):
    """A ledger, and time that passes as the test wants."""

    @property
    def ledger(self) -> DeliveryLedger: ...

    async def pass_time(self, duration: timedelta) -> None: ...

    async def now(self) -> datetime: ...


@dataclass(frozen=True)
class FakeBench:
    ledger: DeliveryLedger
    clock: FakeClock

    async def now(self) -> datetime:
        return self.clock.now()

    async def pass_time(self, duration: timedelta) -> None:
        self.clock.advance(seconds=duration.total_seconds())


@dataclass(frozen=True)
class RedisBench:
    """The server's clock cannot be turned, so everything that is noted becomes earlier."""

    ledger: DeliveryLedger
    redis: Redis

    async def now(self) -> datetime:
        seconds, microseconds = await self.redis.time()
        return datetime.fromtimestamp(seconds + microseconds / 1_000_000, UTC)

    async def pass_time(self, duration: timedelta) -> None:
        ms = -duration.total_seconds() * 1000
        async for key in self.redis.scan_iter(f"{keys.PREFIX}:deliveries:*", _type="zset"):
            members: Any = await self.redis.zrange(key, 0, -1)
            for member in members:
                await self.redis.zadd(key, {member: ms}, xx=True, incr=True)
        async for key in self.redis.scan_iter(keys.delivery("*")):
            if await self.redis.hexists(key, "due"):
                await self.redis.hincrby(key, "due", round(ms))
        async for key in self.redis.scan_iter(f"{keys.DELIVERIES_DUE}:gate:*"):
            for name in ("rest", "next", "tat"):
                if await self.redis.hexists(key, name):
                    await self.redis.hincrby(key, name, round(ms))
        async for key in self.redis.scan_iter(keys.limit("*")):
            left: int = await self.redis.pttl(key)
            await self.redis.pexpire(key, max(0, left + round(ms)))


@pytest.fixture(params=["fake", "redis"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        clock = FakeClock()
        return FakeBench(FakeDeliveryLedger(clock), clock)
    redis: Redis = request.getfixturevalue("redis")
    return RedisBench(RedisDeliveryLedger(redis), redis)


@pytest.fixture
def ledger(bench: Bench) -> DeliveryLedger:
    return bench.ledger


def delivery(
    id_: str = "d1", *, channel: str = "", lane: str = "relay", article: str = "a1"
) -> Delivery:
    return Delivery(
        id=id_,
        article_id=article,
        rule_id="sahel",
        subscription_id="sahel-ann",
        channel_id=channel or f"channel-{id_}",
        payload='{"text": "Größe ≠ 🌍"}',
        lane=lane,
    )


async def only_claim(ledger: DeliveryLedger) -> Claim:
    (claim,) = await ledger.claim("me", 10, LEASE)
    return claim


def ids(claims: Sequence[Claim]) -> list[str]:
    return [claim.delivery.id for claim in claims]
