"""What every ListStore promises; the fake and the real one alike."""

import asyncio

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.list_store import RedisListStore
from tocsin.documents import ListDocument
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.ports.lists import ListStore
from tocsin.testing import FakeListStore


GROUPS = ListDocument(id="groups", entries=("JNIM", "Jama'at Nasr al-Islam", "case:IS"))
ARMIES = ListDocument(id="armies", entries=("FAMa",))


@pytest.fixture(params=["fake", "redis"])
def store(request: pytest.FixtureRequest) -> ListStore:
    if request.param == "fake":
        return FakeListStore()
    redis: Redis = request.getfixturevalue("redis")
    return RedisListStore(redis)


async def test_there_are_none_at_first(store: ListStore) -> None:
    found = await store.all()

    assert found.lists == ()
    assert found.revision == await store.revision() == 0
    with pytest.raises(NotFoundError):
        await store.get("groups")


async def test_what_is_put_is_there_ordered_by_id(store: ListStore) -> None:
    assert await store.put(GROUPS)
    assert await store.put(ARMIES)

    assert (await store.all()).lists == (ARMIES, GROUPS)
    assert await store.get("groups") == GROUPS


async def test_every_change_raises_the_revision_and_nothing_else_does(store: ListStore) -> None:
    await store.put(GROUPS)
    first = await store.revision()

    assert not await store.put(GROUPS)
    assert await store.revision() == first
    assert await store.put(GROUPS.model_copy(update={"entries": ("GSIM",)}))
    second = await store.revision()
    await store.delete("groups")

    assert first < second < await store.revision()
    assert (await store.all()).revision == await store.revision()
    assert (await store.all()).lists == ()


async def test_what_is_not_there_cannot_be_deleted(store: ListStore) -> None:
    with pytest.raises(NotFoundError, match="there is no list 'groups'"):
        await store.delete("groups")

    assert await store.revision() == 0


async def test_changes_made_at_once_are_all_made(store: ListStore) -> None:
    many = [ARMIES.model_copy(update={"id": f"{number}"}) for number in range(20)]

    await asyncio.gather(*(store.put(each) for each in many))

    assert len((await store.all()).lists) == 20
    assert await store.revision() == 20


async def test_a_store_that_is_away_is_said_to_be() -> None:
    store = RedisListStore(connect("redis://127.0.0.1:1/0"))

    for call in (
        store.put(GROUPS),
        store.delete("x"),
        store.get("x"),
        store.all(),
        store.revision(),
    ):
        with pytest.raises(StoreUnavailableError):
            await call
