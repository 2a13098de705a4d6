"""What every Suppressions promises; the fake and the real one alike."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from rig.processes import free_port
from tocsin.adapters.connection import connect
from tocsin.adapters.suppressions import RedisSuppressions
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.ports.suppressions import Cause, Suppression, Suppressions
from tocsin.testing import FakeSuppressions


ANN = Suppression(
    "ann@example.org", Cause.BOUNCE, "550 5.1.1 unknown", datetime(2026, 1, 1, tzinfo=UTC)
)


@pytest.fixture(params=["fake", "redis"])
def suppressions(request: pytest.FixtureRequest) -> Suppressions:
    if request.param == "fake":
        return FakeSuppressions()
    redis: Redis = request.getfixturevalue("redis")
    return RedisSuppressions(redis)


async def test_nobody_is_suppressed_at_first(suppressions: Suppressions) -> None:
    assert await suppressions.all() == []
    assert await suppressions.find("ann@example.org") is None


async def test_an_address_is_found_however_it_is_written(suppressions: Suppressions) -> None:
    assert await suppressions.add(replace(ANN, address="Ann@Example.ORG"))

    assert await suppressions.find("ANN@example.org") == ANN
    assert await suppressions.find("bob@example.org") is None
    assert str(ANN) == "suppressed since 2026-01-01 (bounce: 550 5.1.1 unknown)"


async def test_what_was_known_first_stays(suppressions: Suppressions) -> None:
    await suppressions.add(ANN)

    assert not await suppressions.add(replace(ANN, cause=Cause.COMPLAINT))
    assert await suppressions.all() == [ANN]


async def test_all_are_listed_by_address(suppressions: Suppressions) -> None:
    for name in ("zoe", "ann", "bob"):
        await suppressions.add(replace(ANN, address=f"{name}@example.org"))

    listed = [each.address.partition("@")[0] for each in await suppressions.all()]
    assert listed == ["ann", "bob", "zoe"]


async def test_who_is_removed_may_be_written_to(suppressions: Suppressions) -> None:
    await suppressions.add(ANN)

    await suppressions.remove("ANN@example.org")

    assert await suppressions.find("ann@example.org") is None
    with pytest.raises(NotFoundError):
        await suppressions.remove("ann@example.org")


async def test_without_the_store_nobody_is_said_to_be_free() -> None:
    redis = connect(f"redis://127.0.0.1:{free_port()}/0")

    with pytest.raises(StoreUnavailableError):
        await RedisSuppressions(redis).find("ann@example.org")
    await redis.aclose()
