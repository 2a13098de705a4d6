"""A store that would lose what it acknowledged, or cannot be used, is refused by name."""

from collections.abc import AsyncIterator

import pytest

from rig.streams import Stage
from tocsin.adapters.connection import connect
from tocsin.adapters.store_checks import check_durable, check_reachable
from tocsin.errors import StartError, UnsafeStoreError


async def test_a_store_that_keeps_everything_is_accepted(durable: Stage) -> None:
    await check_reachable(durable.redis, "redis://here")
    await check_durable(durable.redis)


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("appendonly", "no"),
        ("appendfsync", "everysec"),
        ("appendfsync", "no"),
        ("maxmemory-policy", "allkeys-lru"),
    ],
)
async def test_a_setting_that_may_lose_data_is_named(
    durable: Stage, setting: str, found: str
) -> None:
    await durable.redis.config_set(setting, found)

    with pytest.raises(UnsafeStoreError) as caught:
        await check_durable(durable.redis)

    assert (caught.value.setting, caught.value.found) == (setting, found)


@pytest.fixture
async def guest(durable: Stage) -> AsyncIterator[Stage]:
    """A client that may not ask for the settings."""
    await durable.redis.acl_setuser(
        "guest", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@all", "-config"]
    )
    address = durable.redis.connection_pool.connection_kwargs
    client = connect(f"redis://guest:pw@{address['host']}:{address['port']}/0")
    yield Stage(client)
    await client.aclose()


async def test_a_store_that_does_not_tell_its_settings_is_not_trusted(guest: Stage) -> None:
    with pytest.raises(UnsafeStoreError, match="unknown"):
        await check_durable(guest.redis)


async def test_a_replica_is_refused(durable: Stage) -> None:
    await durable.redis.replicaof("127.0.0.1", 1)

    with pytest.raises(StartError, match="is a replica"):
        await check_reachable(durable.redis, "redis://here")


async def test_a_store_that_is_away_is_refused() -> None:
    client = connect("redis://127.0.0.1:1")

    with pytest.raises(StartError, match="cannot reach the store at redis://here"):
        await check_reachable(client, "redis://here")
