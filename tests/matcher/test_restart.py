"""A matcher starts from its snapshot where that is good, and from the store where it is not."""

from functools import partial
from pathlib import Path

import pytest

from tocsin.documents import ListDocument, RuleDocument
from tocsin.documents.rule import compile_rule, draft_of
from tocsin.matching import Engine, Shard
from tocsin.matching.presearch import presearcher
from tocsin.runtime.word_lists import WordLists
from tocsin.testing import FakeClock, FakeListStore, FakeRuleStore
from tocsin_matcher.adapters.preparing import prepared
from tocsin_matcher.adapters.snapshot_file import SnapshotFile
from tocsin_matcher.live_rules import LiveRules, Preparing


WHOLE = Shard()


class NoRegions:
    revision = 0

    async def catch_up(self) -> bool:
        return False

    def resolve(self, name: str) -> str:
        raise AssertionError(f"no rule here names a region; one names {name!r}")


class Store(FakeRuleStore):
    """Tells how many pages of rules were read."""

    pages = 0

    async def page(self, after: str = "", *, limit: int = 100) -> tuple[RuleDocument, ...]:
        self.pages += 1
        return tuple(await super().page(after, limit=limit))


class World:
    """The stores and the disk, which outlive every matcher."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(FakeClock())
        self.lists = FakeListStore()
        self.folder = folder

    async def started(
        self, shard: Shard = WHOLE, *, settings: tuple[str, ...] = ()
    ) -> tuple[LiveRules, Engine]:
        engine = Engine(presearcher("python"))
        lists = WordLists(self.lists)
        regions = NoRegions()
        rules = LiveRules(
            self.store,
            engine,
            partial(compile_rule, regions=regions, lists=lists),
            regions,
            lists,
            shard=shard,
            snapshots=SnapshotFile(self.folder, settings),
        )
        await rules.load()
        return rules, engine

    async def put(self, rule_id: str, query: str, *, enabled: bool = True) -> None:
        rule = RuleDocument(id=rule_id, name=rule_id, query=query, enabled=enabled)
        await self.store.put(rule, who="ann")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "snapshots")


def queries(engine: Engine) -> dict[str, str]:
    return {rule.id: rule.query for rule in engine}


async def test_the_second_start_reads_no_rule_from_the_store(world: World) -> None:
    await world.put("a", "army")
    await world.put("b", "convoy")
    await world.started()
    before = world.store.pages

    _, engine = await world.started()

    assert queries(engine) == {"a": "army", "b": "convoy"}
    assert world.store.pages == before


async def test_what_changed_since_the_snapshot_is_in_force_after_a_start(world: World) -> None:
    await world.put("a", "army")
    await world.put("b", "convoy")
    await world.put("off", "police", enabled=False)
    await world.started()
    await world.put("a", "army OR soldiers")
    await world.put("off", "police")
    await world.store.delete("b", who="ann")

    rules, engine = await world.started()

    assert queries(engine) == {"a": "army OR soldiers", "off": "police"}
    assert rules.in_force == 2


async def test_a_matcher_that_stops_keeps_what_changed_since(world: World) -> None:
    await world.put("a", "army")
    rules, _ = await world.started()
    await world.put("b", "convoy")
    await rules.catch_up()
    await rules.save()
    before = world.store.pages

    _, engine = await world.started()

    assert queries(engine) == {"a": "army", "b": "convoy"}
    assert world.store.pages == before


async def test_a_rule_whose_document_cannot_be_read_is_told_after_each_start(
    world: World,
) -> None:
    await world.put("a", "army")
    world.store.unreadable = {"b": "name: Field required"}
    await world.started()
    world.store.unreadable = {}

    rules, engine = await world.started()

    assert queries(engine) == {"a": "army"}
    assert rules.broken == {"b": "name: Field required"}


async def test_the_snapshot_of_another_store_is_left_alone(world: World) -> None:
    await world.put("a", "army")
    await world.started()
    world.store = Store(FakeClock())
    await world.put("c", "convoy")

    _, engine = await world.started()

    assert queries(engine) == {"c": "convoy"}


async def test_other_settings_have_a_snapshot_of_their_own(world: World) -> None:
    await world.put("a", "army")
    await world.started()
    before = world.store.pages

    await world.started(settings=("another gazetteer",))

    assert world.store.pages > before


async def test_a_broken_snapshot_is_read_over(world: World) -> None:
    await world.put("a", "army")
    await world.started()
    (file,) = world.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-100])

    _, engine = await world.started()

    assert queries(engine) == {"a": "army"}


async def test_where_no_snapshot_can_be_kept_the_matcher_starts_all_the_same(world: World) -> None:
    world.folder.write_text("a file, not a folder")
    await world.put("a", "army")

    _, engine = await world.started()

    assert queries(engine) == {"a": "army"}


async def test_a_list_that_changed_while_the_matcher_was_away_is_known(world: World) -> None:
    await world.lists.put(ListDocument(id="names", entries=("JNIM",)))
    await world.put("a", "@names AND army")
    await world.started()
    await world.lists.put(ListDocument(id="names", entries=("JNIM", "GSIM")))

    _, engine = await world.started()

    (rule,) = engine
    assert "GSIM" in repr(rule.expression)


async def test_a_changed_list_changes_the_rules_that_name_it_and_no_other(world: World) -> None:
    await world.lists.put(ListDocument(id="names", entries=("JNIM",)))
    await world.put("a", "@names AND army")
    await world.put("b", "convoy")
    rules, engine = await world.started()

    await world.lists.put(ListDocument(id="names", entries=("GSIM",)))
    await rules.catch_up()

    meant = {rule.id: repr(rule.expression) for rule in engine}
    assert "GSIM" in meant["a"]
    assert "JNIM" not in meant["a"]
    assert len(meant) == 2


async def test_a_list_is_known_to_a_rule_saved_right_after_it(world: World) -> None:
    rules, engine = await world.started()

    await world.lists.put(ListDocument(id="names", entries=("JNIM",)))
    await world.put("a", "@names AND army")
    await rules.catch_up()

    assert queries(engine) == {"a": "@names AND army"}


async def test_a_rule_whose_list_is_gone_is_told_and_comes_back_with_it(world: World) -> None:
    names = ListDocument(id="names", entries=("JNIM",))
    await world.lists.put(names)
    await world.put("a", "@names AND army")
    rules, engine = await world.started()

    await world.lists.delete("names")
    await rules.catch_up()
    broken = dict(rules.broken)
    await world.lists.put(names)
    await rules.catch_up()

    assert broken == {"a": "there is no list 'names' at column 1"}
    assert rules.broken == {}
    assert queries(engine) == {"a": "@names AND army"}


async def test_shards_together_have_every_rule_once_and_follow_only_their_own(world: World) -> None:
    for number in range(40):
        await world.put(f"r{number}", "army")
    shards = [await world.started(Shard(n, 3), settings=(f"{n}/3",)) for n in (1, 2, 3)]
    for number in range(40, 60):
        await world.put(f"r{number}", "army")
    for rules, _ in shards:
        await rules.catch_up()

    found = [rule.id for _, engine in shards for rule in engine]

    assert sorted(found) == sorted(f"r{number}" for number in range(60))
    assert all(0 < len(engine) < 60 for _, engine in shards)


async def loaded(world: World, *, many: bool) -> tuple[LiveRules, Engine]:
    engine = Engine(presearcher("python"))
    lists, regions = WordLists(world.lists), NoRegions()
    rules = LiveRules(
        world.store,
        engine,
        partial(compile_rule, regions=regions, lists=lists),
        regions,
        lists,
        preparing=Preparing(
            partial(draft_of, regions=regions), partial(prepared, "python", 2, few=0)
        )
        if many
        else None,
    )
    await rules.load()
    return rules, engine


@pytest.mark.slow
async def test_rules_read_by_several_processes_are_those_read_by_one(world: World) -> None:
    await world.lists.put(ListDocument(id="names", entries=("JNIM",)))
    await world.put("plain", "army AND mali")
    await world.put("named", "@names")
    await world.put("off", "army", enabled=False)
    await world.put("broken", "army AND (")
    await world.store.put(RuleDocument(id="fr", name="fr", query="x", languages=("fr",)), who="ann")

    rules, engine = await loaded(world, many=True)
    others, other = await loaded(world, many=False)

    assert {rule.id: rule for rule in engine} == {rule.id: rule for rule in other}
    assert rules.broken == others.broken
    assert set(rules.broken) == {"broken"}
    await world.put("off", "army", enabled=True)
    await rules.catch_up()
    assert queries(engine)["off"] == "army"
