"""What every ServiceRegistry promises; the fake and the real one alike."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.errors import StoreUnavailableError
from tocsin.ports.streams import ServiceInstance, ServiceRegistry
from tocsin.testing import FakeClock, FakeServiceRegistry


NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
MATCHER = ServiceInstance(
    service="matcher",
    instance="host-1",
    address="http://host:8011",
    started_at=NOON,
    seen_at=NOON,
    ready=False,
    problem="the store does not answer: é",
)

# Lets as much time pass as it takes until a process is forgotten.
Silence = Callable[[], Awaitable[None]]


@pytest.fixture(params=["fake", "redis"])
def registry(request: pytest.FixtureRequest) -> tuple[ServiceRegistry, Silence]:
    if request.param == "fake":
        clock = FakeClock()

        async def pass_time() -> None:
            clock.advance(seconds=15)

        return FakeServiceRegistry(clock), pass_time

    redis: Redis = request.getfixturevalue("redis")
    return RedisServiceRegistry(redis), partial(long_ago, redis)


async def long_ago(redis: Redis) -> None:
    """Have the store believe that it last heard of every process 15 seconds before it did."""
    names: Any = await redis.zrange(keys.SERVICES_SEEN, 0, -1)
    for name in names:
        await redis.zincrby(keys.SERVICES_SEEN, -15_000, name)


async def test_processes_at_work_are_told_by_service_and_instance(
    registry: tuple[ServiceRegistry, Silence],
) -> None:
    services, _ = registry
    second = replace(MATCHER, instance="host-2")
    ingest = replace(MATCHER, service="ingest", ready=True, problem="")
    for instance in (second, MATCHER, ingest):
        await services.announce(instance)

    assert list(await services.instances()) == [ingest, MATCHER, second]


async def test_what_was_announced_last_counts(registry: tuple[ServiceRegistry, Silence]) -> None:
    services, _ = registry
    await services.announce(MATCHER)

    now_ready = replace(MATCHER, ready=True, problem="", seen_at=NOON + timedelta(seconds=5))
    await services.announce(now_ready)

    assert list(await services.instances()) == [now_ready]


async def test_a_silent_process_is_forgotten(registry: tuple[ServiceRegistry, Silence]) -> None:
    services, silence = registry
    await services.announce(MATCHER)

    await silence()

    assert list(await services.instances()) == []


async def test_a_withdrawn_process_is_gone_at_once(
    registry: tuple[ServiceRegistry, Silence],
) -> None:
    services, _ = registry
    other = replace(MATCHER, instance="host-2")
    await services.announce(MATCHER)
    await services.announce(other)

    await services.withdraw("matcher", "host-1")
    await services.withdraw("matcher", "never-seen")

    assert list(await services.instances()) == [other]


async def test_what_silent_processes_told_does_not_pile_up(redis: Redis) -> None:
    services = RedisServiceRegistry(redis)
    await services.announce(MATCHER)
    await long_ago(redis)

    await services.announce(replace(MATCHER, instance="host-2"))

    assert await redis.hlen(keys.SERVICES) == await redis.zcard(keys.SERVICES_SEEN) == 1


async def test_a_store_that_is_away_is_told_by_name() -> None:
    with pytest.raises(StoreUnavailableError):
        await RedisServiceRegistry(connect("redis://127.0.0.1:1")).instances()
