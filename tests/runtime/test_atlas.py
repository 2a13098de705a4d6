"""The gazetteer with the regions that subscribers define."""

from datetime import UTC, date, datetime

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.documents import RegionDocument
from tocsin.errors import UnknownRegionError
from tocsin.regions.gazetteer import Gazetteer
from tocsin.runtime.atlas import Atlas
from tocsin.testing import FakeRegionStore


ZEBRA = RegionDocument(id="zebra", names=("Camp Zebra", "Zebra Point"), parent="admin1:ML-1")
SHOTS = Article(
    id="a",
    title="",
    text="Shots were heard near Camp Zebra.",
    fetched_at=datetime(2025, 7, 2, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def world() -> Gazetteer:
    return load()


async def test_a_region_is_known_once_caught_up_and_forgotten_once_removed(
    world: Gazetteer,
) -> None:
    store = FakeRegionStore()
    atlas = Atlas(world, store)
    await store.put(ZEBRA)
    with pytest.raises(UnknownRegionError):
        atlas.resolve("Camp Zebra")

    assert await atlas.catch_up()
    found = atlas.locate(SHOTS)

    assert atlas.resolve("zebra point") == "place:c:zebra"
    assert atlas.name("place:c:zebra") == "Camp Zebra"
    assert atlas.path("place:c:zebra", "country:ML", date(2025, 7, 2)) == (
        "Camp Zebra",
        "Kayes Region",
        "Mali",
    )
    assert found.regions["place:c:zebra"].probability > 0.5
    assert found.regions["country:ML"].probability > 0.5

    await store.delete("place:c:zebra")
    assert await atlas.catch_up()

    assert atlas.gazetteer.own == ()
    assert "place:c:zebra" not in atlas.locate(SHOTS).regions


async def test_without_a_change_nothing_is_made_anew(world: Gazetteer) -> None:
    store = FakeRegionStore()
    await store.put(ZEBRA)
    atlas = Atlas(world, store)
    await atlas.catch_up()
    known = atlas.gazetteer

    assert not await atlas.catch_up()
    assert atlas.gazetteer is known


async def test_a_region_whose_parent_is_gone_is_told_and_the_others_hold(world: Gazetteer) -> None:
    store = FakeRegionStore()
    await store.put(ZEBRA)
    await store.put(RegionDocument(id="lost", names=("Camp Lost",), parent="admin1:XX-1"))
    atlas = Atlas(world, store)

    await atlas.catch_up()

    assert atlas.broken == {"place:c:lost": "/parent: no region is called 'admin1:XX-1'"}
    assert atlas.resolve("Camp Zebra") == "place:c:zebra"


async def test_a_region_in_a_town_lies_in_all_that_is_around_the_town(world: Gazetteer) -> None:
    store = FakeRegionStore()
    await store.put(RegionDocument(id="yard", names=("Yard Nine",), parent="place:2455518"))
    atlas = Atlas(world, store)
    await atlas.catch_up()

    around = atlas.gazetteer.ancestors("place:c:yard")

    assert around[:3] == ("place:2455518", "admin1:ML-1", "country:ML")
    assert "area:sahel" in around
    assert atlas.gazetteer.children("place:2455518") == ("place:c:yard",)
    assert atlas.path("place:c:yard", "country:ML", date(2025, 7, 2)) == (
        "Yard Nine",
        "Kayes",
        "Kayes Region",
        "Mali",
    )
