"""What every RegionStore promises; the fake and the real one alike."""

import asyncio

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.region_store import RedisRegionStore
from tocsin.documents import RegionDocument
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.ports.regions import RegionStore
from tocsin.testing import FakeRegionStore


ZEBRA = RegionDocument(
    id="place:c:zebra",
    names=("Camp Zebra", "Zébra"),
    parent="admin1:ML-1",
    latitude=14.5,
    longitude=-11,
)
ALPHA = RegionDocument(id="place:c:alpha", names=("Zone Alpha",), parent="country:ML")


@pytest.fixture(params=["fake", "redis"])
def store(request: pytest.FixtureRequest) -> RegionStore:
    if request.param == "fake":
        return FakeRegionStore()
    redis: Redis = request.getfixturevalue("redis")
    return RedisRegionStore(redis)


async def test_there_are_none_at_first(store: RegionStore) -> None:
    found = await store.all()

    assert found.regions == ()
    assert found.revision == await store.revision() == 0
    with pytest.raises(NotFoundError):
        await store.get("place:c:zebra")


async def test_what_is_put_is_there_ordered_by_id(store: RegionStore) -> None:
    assert await store.put(ZEBRA)
    assert await store.put(ALPHA)

    assert (await store.all()).regions == (ALPHA, ZEBRA)
    assert await store.get("place:c:zebra") == ZEBRA


async def test_every_change_raises_the_revision_and_nothing_else_does(store: RegionStore) -> None:
    await store.put(ZEBRA)
    first = await store.revision()

    assert not await store.put(ZEBRA)
    assert await store.revision() == first
    assert await store.put(ZEBRA.model_copy(update={"names": ("Camp Zulu",)}))
    second = await store.revision()
    await store.delete("place:c:zebra")

    assert first < second < await store.revision()
    assert (await store.all()).revision == await store.revision()
    assert (await store.all()).regions == ()


async def test_what_is_not_there_cannot_be_deleted(store: RegionStore) -> None:
    with pytest.raises(NotFoundError, match="there is no region 'place:c:zebra'"):
        await store.delete("place:c:zebra")

    assert await store.revision() == 0


async def test_changes_made_at_once_are_all_made(store: RegionStore) -> None:
    many = [ALPHA.model_copy(update={"id": f"place:c:{number}"}) for number in range(20)]

    await asyncio.gather(*(store.put(each) for each in many))

    assert len((await store.all()).regions) == 20
    assert await store.revision() == 20


async def test_a_store_that_is_away_is_said_to_be() -> None:
    store = RedisRegionStore(connect("redis://127.0.0.1:1/0"))

    for call in (
        store.put(ZEBRA),
        store.delete("x"),
        store.get("x"),
        store.all(),
        store.revision(),
    ):
        with pytest.raises(StoreUnavailableError):
            await call
