"""What every Collection promises; the fakes and the real ones alike, of lists and of regions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tocsin.adapters import keys
from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.connection import connect
from tocsin.documents import ListDocument, RegionDocument
from tocsin.errors import NotFoundError, StoreUnavailableError, UnreadableError
from tocsin.ports.collection import Collection
from tocsin.testing import FakeListStore, FakeRegionStore


@dataclass(frozen=True)
class Case:
    """``first`` comes before ``second`` by id; ``changed`` is the second, changed."""

    first: Any
    second: Any
    changed: Any


LISTS = Case(
    ListDocument(id="armies", entries=("FAMa",)),
    ListDocument(id="groups", entries=("JNIM", "Jama'at Nasr al-Islam", "case:IS")),
    ListDocument(id="groups", entries=("GSIM",)),
)
ZEBRA = RegionDocument(
    id="place:c:zebra",
    names=("Camp Zebra", "Zébra"),
    parent="admin1:ML-1",
    latitude=14.5,
    longitude=-11,
)
REGIONS = Case(
    RegionDocument(id="place:c:alpha", names=("Zone Alpha",), parent="country:ML"),
    ZEBRA,
    ZEBRA.model_copy(update={"names": ("Camp Zulu",)}),
)
KINDS: dict[str, tuple[Case, Callable[[], Any], Callable[[Redis], Any]]] = {
    "list": (LISTS, FakeListStore, RedisListStore),
    "region": (REGIONS, FakeRegionStore, RedisRegionStore),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def case(kind: str) -> Case:
    return KINDS[kind][0]


@pytest.fixture(params=["fake", "redis"])
def store(kind: str, request: pytest.FixtureRequest) -> Collection[Any]:
    _, fake, real = KINDS[kind]
    made: Collection[Any] = (
        fake() if request.param == "fake" else real(request.getfixturevalue("redis"))
    )
    return made


async def test_there_are_none_at_first(store: Collection[Any], case: Case) -> None:
    found = await store.all()

    assert found.documents == ()
    assert found.revision == await store.revision() == 0
    with pytest.raises(NotFoundError):
        await store.get(case.first.id)


async def test_what_is_put_is_there_ordered_by_id(store: Collection[Any], case: Case) -> None:
    assert await store.put(case.second)
    assert await store.put(case.first)

    assert (await store.all()).documents == (case.first, case.second)
    assert await store.get(case.second.id) == case.second


async def test_every_change_raises_the_revision_and_nothing_else_does(
    store: Collection[Any], case: Case
) -> None:
    await store.put(case.second)
    first = await store.revision()

    assert not await store.put(case.second)
    assert await store.revision() == first
    assert await store.put(case.changed)
    second = await store.revision()
    await store.delete(case.second.id)

    assert first < second < await store.revision()
    assert (await store.all()).revision == await store.revision()
    assert (await store.all()).documents == ()


async def test_what_is_not_there_cannot_be_deleted(
    store: Collection[Any], kind: str, case: Case
) -> None:
    with pytest.raises(NotFoundError, match=f"there is no {kind} '{case.first.id}'"):
        await store.delete(case.first.id)

    assert await store.revision() == 0


async def test_changes_made_at_once_are_all_made(store: Collection[Any], case: Case) -> None:
    many = [case.first.model_copy(update={"id": f"{case.first.id}{n}"}) for n in range(20)]

    await asyncio.gather(*(store.put(each) for each in many))

    assert len((await store.all()).documents) == 20
    assert await store.revision() == 20


async def test_lists_and_regions_are_kept_apart(redis: Redis) -> None:
    lists, regions = RedisListStore(redis), RedisRegionStore(redis)

    await lists.put(LISTS.first)

    assert await regions.revision() == 0
    assert (await regions.all()).documents == ()


async def test_a_store_that_is_away_is_said_to_be(kind: str, case: Case) -> None:
    store: Collection[Any] = KINDS[kind][2](connect("redis://127.0.0.1:1/0"))

    for call in (
        store.put(case.first),
        store.delete("x"),
        store.get("x"),
        store.all(),
        store.revision(),
    ):
        with pytest.raises(StoreUnavailableError):
            await call


@pytest.fixture
def real(kind: str, redis: Redis) -> Collection[Any]:
    made: Collection[Any] = KINDS[kind][2](redis)
    return made


HASHES = {"list": keys.LISTS, "region": keys.REGIONS}


async def test_a_document_that_cannot_be_read_hides_no_other(
    real: Collection[Any], case: Case, kind: str, redis: Redis
) -> None:
    await real.put(case.first)
    await real.put(case.second)
    await redis.hset(HASHES[kind], case.first.id, f'{{"id": "{case.first.id}", "colour": 1}}')

    with capture_logs() as logs:
        found = await real.all()
        again = await real.all()

    assert found == again
    assert found.documents == (case.second,)
    assert set(found.unreadable) == {case.first.id}
    assert "colour: Extra inputs are not permitted" in found.unreadable[case.first.id]
    assert [(line["log_level"], line["kind"], line["id"]) for line in logs] == [
        ("error", kind, case.first.id)
    ]
    with pytest.raises(UnreadableError):
        await real.get(case.first.id)


async def test_a_document_that_cannot_be_read_can_be_replaced_and_deleted(
    real: Collection[Any], case: Case, kind: str, redis: Redis
) -> None:
    for document in (case.first, case.second):
        await real.put(document)
        await redis.hset(HASHES[kind], document.id, b"\xff")

    await real.put(case.first)
    await real.delete(case.second.id)

    found = await real.all()
    assert (found.documents, found.unreadable) == ((case.first,), {})
