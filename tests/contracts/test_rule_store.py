"""What every RuleStore promises; the fake and the real one alike."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.documents import RegionCondition, RuleDocument
from tocsin.errors import (
    NotFoundError,
    StoreUnavailableError,
    VersionConflictError,
)
from tocsin.events import RuleChanged
from tocsin.ports.rules import LoggedChange, RuleStore
from tocsin.testing import FakeClock, FakeRuleStore


SAHEL = RuleDocument(id="sahel", name="JNIM in the Sahel", query="JNIM AND attack*")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["fake", "redis"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> RuleStore:
    if request.param == "fake":
        return FakeRuleStore(clock)
    redis: Redis = request.getfixturevalue("redis")
    return RedisRuleStore(redis, clock)


def readable(changes: Sequence[LoggedChange]) -> Sequence[RuleChanged]:
    return [each.change for each in changes if isinstance(each.change, RuleChanged)]


def renamed(name: str) -> RuleDocument:
    return SAHEL.model_copy(update={"name": name})


async def test_a_store_is_empty_at_first(store: RuleStore) -> None:
    assert await store.all() == ()
    assert (await store.snapshot()).rules == ()
    assert await store.history("sahel") == []
    with pytest.raises(NotFoundError):
        await store.get("sahel")


async def test_a_new_rule_gets_version_1_whatever_it_says(store: RuleStore) -> None:
    saved = await store.put(SAHEL.model_copy(update={"version": 41}), who="ann")

    assert saved == SAHEL.model_copy(update={"version": 1})
    assert await store.get("sahel") == saved


async def test_every_change_raises_the_version(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")

    saved = await store.put(renamed("Sahel"), who="ann")

    assert saved.version == 2
    assert await store.get("sahel") == saved


async def test_a_rule_put_as_it_stands_keeps_its_version_and_leaves_no_trace(
    store: RuleStore,
) -> None:
    await store.put(SAHEL, who="ann")

    saved = await store.put(SAHEL, who="bob")

    assert saved.version == 1
    assert len(await store.history("sahel")) == 1


async def test_regions_survive_the_store(store: RuleStore) -> None:
    regions = RegionCondition.model_validate(
        {"any": ["ML", "area:sahel"], "except": ["ML-1"], "level": "about"}
    )
    rule = SAHEL.model_copy(update={"regions": regions, "languages": ("fr",)})

    await store.put(rule, who="ann")

    assert (await store.get("sahel")).regions == regions
    (change,) = await store.history("sahel")
    assert change.after is not None
    assert change.after.regions == regions


async def test_a_change_to_an_unexpected_version_is_refused(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")
    await store.put(renamed("second"), who="ann")

    with pytest.raises(VersionConflictError) as refusal:
        await store.put(renamed("third"), who="bob", expected_version=1)

    assert (refusal.value.expected, refusal.value.found) == (1, 2)
    assert (await store.get("sahel")).name == "second"


async def test_a_rule_expected_to_be_new_is_refused_when_there_is_one(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann", expected_version=0)

    with pytest.raises(VersionConflictError):
        await store.put(renamed("other"), who="bob", expected_version=0)


async def test_a_rule_expected_to_stand_is_refused_when_there_is_none(store: RuleStore) -> None:
    with pytest.raises(VersionConflictError) as refusal:
        await store.put(SAHEL, who="ann", expected_version=1)

    assert refusal.value.found == 0


async def test_a_deleted_rule_is_gone_but_for_its_history(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")

    await store.delete("sahel", who="bob", reason="war is over")

    assert await store.all() == ()
    deleted, created = await store.history("sahel")
    assert (deleted.action, deleted.who, deleted.reason) == ("deleted", "bob", "war is over")
    assert (deleted.version, deleted.after) == (2, None)
    assert deleted.before == created.after


async def test_versions_go_on_after_a_deletion(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")
    await store.delete("sahel", who="ann")

    saved = await store.put(SAHEL, who="ann", expected_version=0)

    assert saved.version == 3


async def test_what_is_not_there_cannot_be_deleted(store: RuleStore) -> None:
    with pytest.raises(NotFoundError):
        await store.delete("sahel", who="ann")


async def test_a_deletion_of_an_unexpected_version_is_refused(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")

    with pytest.raises(VersionConflictError):
        await store.delete("sahel", who="bob", expected_version=2)

    assert (await store.get("sahel")).version == 1


async def test_each_change_is_called_by_its_name(store: RuleStore) -> None:
    off = SAHEL.model_copy(update={"enabled": False})
    for rule in (SAHEL, off, SAHEL, renamed("Sahel"), off):
        await store.put(rule, who="ann")
    await store.delete("sahel", who="ann")

    actions = [change.action for change in await store.history("sahel")]

    assert actions == ["deleted", "changed", "changed", "enabled", "disabled", "created"]


async def test_a_change_tells_who_when_and_why(store: RuleStore, clock: FakeClock) -> None:
    await store.put(SAHEL, who="ann", reason="asked by the desk")

    (change,) = await store.history("sahel")

    assert (change.who, change.at, change.reason) == ("ann", clock.now(), "asked by the desk")
    assert change.before is None
    assert change.after == SAHEL.model_copy(update={"version": 1})


async def test_history_is_of_one_rule_newest_first_and_bounded(store: RuleStore) -> None:
    for number in range(5):
        await store.put(renamed(f"name {number}"), who="ann")
        await store.put(RuleDocument(id="other", name=f"other {number}"), who="ann")

    history = await store.history("sahel", limit=3)

    assert [change.version for change in history] == [5, 4, 3]
    assert {change.rule_id for change in history} == {"sahel"}


async def test_rules_are_ordered_by_id(store: RuleStore) -> None:
    for rule_id in ("b", "a", "a.1", "c", "a-1"):
        await store.put(RuleDocument(id=rule_id, name=rule_id), who="ann")

    assert [rule.id for rule in await store.all()] == ["a", "a-1", "a.1", "b", "c"]


async def test_rules_come_in_pages(store: RuleStore) -> None:
    for rule_id in ("b", "a", "a.1", "c", "a-1"):
        await store.put(RuleDocument(id=rule_id, name=rule_id), who="ann")
    await store.delete("b", who="ann")

    first = await store.page(limit=2)
    second = await store.page(first[-1].id, limit=2)
    third = await store.page(second[-1].id, limit=2)

    assert [rule.id for page in (first, second) for rule in page] == ["a", "a-1", "a.1", "c"]
    assert third == []
    assert await store.count() == 4


async def test_a_page_of_an_empty_store_is_empty(store: RuleStore) -> None:
    assert await store.page() == []
    assert await store.count() == 0


async def test_search_looks_into_id_name_and_query(store: RuleStore) -> None:
    await store.put(RuleDocument(id="mali", name="North", query="Azawad"), who="ann")
    await store.put(RuleDocument(id="x1", name="Kidal in MALI", query="Azawad"), who="ann")
    await store.put(RuleDocument(id="x2", name="Élection", query='"Élection au Mali"'), who="ann")
    await store.put(RuleDocument(id="niger", name="Niger", query="Niamey"), who="ann")

    assert [rule.id for rule in await store.search("mali")] == ["mali", "x1", "x2"]
    assert [rule.id for rule in await store.search("ÉLECTION")] == ["x2"]
    assert [rule.id for rule in await store.search('"é')] == ["x2"]
    await store.put(RuleDocument(id="x3", name="Two lines", query="a\\b\n\tSTRASSE\x1f"), who="ann")
    assert [rule.id for rule in await store.search("A\\b\n\tstraße\x1f")] == ["x3"]
    assert len(await store.search("a", limit=2)) == 2
    assert await store.search("nothing") == []


async def test_changes_follow_a_snapshot_without_a_gap(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")
    snapshot = await store.snapshot()
    await store.put(renamed("Sahel"), who="ann")
    await store.delete("sahel", who="ann")

    changes = await store.changes(snapshot.cursor)

    assert [rule.version for rule in snapshot.rules] == [1]
    assert [logged.change.version for logged in changes] == [2, 3]
    assert await store.changes(changes[-1].cursor) == []


async def test_changes_from_the_beginning_are_the_audit(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")
    await store.put(RuleDocument(id="other", name="other"), who="bob")

    changes = readable(await store.changes("0"))

    assert [(change.rule_id, change.who) for change in changes] == [
        ("sahel", "ann"),
        ("other", "bob"),
    ]


async def test_changes_of_an_empty_store_can_be_followed(store: RuleStore) -> None:
    snapshot = await store.snapshot()
    await store.put(SAHEL, who="ann")

    (change,) = readable(await store.changes(snapshot.cursor))

    assert change.action == "created"


async def test_the_last_change_is_found_at_the_position(store: RuleStore) -> None:
    before = await store.position()
    await store.put(SAHEL, who="ann")
    await store.put(renamed("Sahel"), who="ann")

    change = await store.change_at(await store.position())

    assert change is not None
    assert change.version == 2
    assert await store.change_at(before) is None


async def test_changes_come_as_pages_of_a_thousand(store: RuleStore) -> None:
    rules = (RuleDocument(id=f"r{number}", name="rule") for number in range(1_001))
    await asyncio.gather(*(store.put(rule, who="ann") for rule in rules))

    first = await store.changes("0")
    second = await store.changes(first[-1].cursor)

    assert [len(first), len(second)] == [1_000, 1]


async def test_who_waits_for_a_change_gets_it_at_once(store: RuleStore) -> None:
    cursor = (await store.snapshot()).cursor
    waiting = asyncio.create_task(store.changes(cursor, wait_s=60))
    await asyncio.sleep(0)

    await store.put(SAHEL, who="ann")

    async with asyncio.timeout(10):
        (logged,) = await waiting
    assert logged.change.rule_id == "sahel"


async def test_who_waits_in_vain_gets_nothing(store: RuleStore) -> None:
    assert await store.changes("0", wait_s=0.05) == []


async def test_of_two_writers_who_expect_the_same_version_one_wins(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")

    outcomes = await asyncio.gather(
        *(
            store.put(renamed(f"by {writer}"), who=str(writer), expected_version=1)
            for writer in range(20)
        ),
        return_exceptions=True,
    )

    winners = [outcome for outcome in outcomes if isinstance(outcome, RuleDocument)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, VersionConflictError)]
    assert (len(winners), len(losers)) == (1, 19)
    assert await store.get("sahel") == winners[0]


async def test_the_log_tells_a_race_as_it_was(store: RuleStore) -> None:
    await asyncio.gather(
        *(store.put(renamed(f"by {writer}"), who=str(writer)) for writer in range(20))
    )

    changes = readable(await store.changes("0"))

    assert [change.version for change in changes] == list(range(1, 21))
    assert [change.before for change in changes[1:]] == [change.after for change in changes[:-1]]
    assert await store.get("sahel") == changes[-1].after


async def test_a_rule_changed_and_deleted_in_a_race_has_one_history(store: RuleStore) -> None:
    await store.put(SAHEL, who="ann")

    await asyncio.gather(
        *(store.put(renamed(f"by {writer}"), who="writer") for writer in range(10)),
        *(store.delete("sahel", who="deleter") for _ in range(5)),
        return_exceptions=True,
    )

    changes = readable(await store.changes("0"))
    assert [change.before for change in changes[1:]] == [change.after for change in changes[:-1]]
    assert [change.version for change in changes] == list(range(1, len(changes) + 1))
    last = changes[-1].after
    assert await store.all() == (() if last is None else (last,))


async def test_two_processes_race_as_two_tasks_do(redis: Redis, valkey_url: str) -> None:
    other = connect(valkey_url)
    stores = [RedisRuleStore(client, FakeClock()) for client in (redis, other)]

    async def write(store: RuleStore, name: str) -> None:
        for number in range(50):
            await store.put(renamed(f"{name} {number}"), who=name)

    await asyncio.gather(*(write(store, str(number)) for number, store in enumerate(stores)))
    await other.aclose()

    changes = readable(await stores[0].changes("0"))
    assert [change.version for change in changes] == list(range(1, 101))
    assert [change.before for change in changes[1:]] == [change.after for change in changes[:-1]]


class Interrupted(RedisRuleStore):
    """A rule that was read is changed, and others are gone, before the next is read."""

    async def _documents(self) -> AsyncIterator[tuple[bytes, bytes]]:
        number = 0
        async for rule_id, document in super()._documents():
            yield rule_id, document
            if (number := number + 1) == 10:
                await self.put(RuleDocument(id=rule_id.decode(), name="new"), who="ann")
                for other in range(0, 20, 2):
                    await self.delete(f"r{other}", who="ann")


async def test_a_snapshot_during_changes_with_what_followed_is_what_stands(
    redis: Redis,
) -> None:
    store = RedisRuleStore(redis, FakeClock())
    for number in range(20):
        await store.put(RuleDocument(id=f"r{number}", name="old"), who="ann")

    snapshot = await Interrupted(redis, FakeClock()).snapshot()

    rules = {rule.id: rule for rule in snapshot.rules}
    versions = {rule.id: rule.version for rule in snapshot.rules}
    for logged in await store.changes(snapshot.cursor):
        assert isinstance(logged.change, RuleChanged)
        if logged.change.version > versions.get(logged.change.rule_id, 0):
            versions[logged.change.rule_id] = logged.change.version
            if logged.change.after is None:
                rules.pop(logged.change.rule_id, None)
            else:
                rules[logged.change.rule_id] = logged.change.after
    assert tuple(sorted(rules.values(), key=lambda rule: rule.id)) == await store.all()


async def test_only_the_last_thousand_changes_of_a_rule_are_indexed(redis: Redis) -> None:
    store = RedisRuleStore(redis, FakeClock())
    for number in range(1_005):
        await store.put(renamed(f"name {number}"), who="ann")

    assert await redis.llen(keys.rule_changes("sahel")) == 1_000
    assert [change.version for change in await store.history("sahel", limit=2)] == [1005, 1004]


async def test_history_leaves_out_what_was_trimmed_from_the_log(redis: Redis) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(SAHEL, who="ann")
    await store.put(renamed("Sahel"), who="ann")

    await redis.xtrim("{tocsin}:rule-changes", maxlen=1, approximate=False)

    assert [change.version for change in await store.history("sahel")] == [2]


async def test_a_store_that_is_away_says_so(unused_tcp_port: int) -> None:
    nowhere = connect(f"redis://127.0.0.1:{unused_tcp_port}/0")
    store = RedisRuleStore(nowhere, FakeClock())

    with pytest.raises(StoreUnavailableError):
        await store.all()
    with pytest.raises(StoreUnavailableError):
        await store.put(SAHEL, who="ann")
    await nowhere.aclose()


async def test_a_full_store_refuses_a_change_and_keeps_what_it_has(redis: Redis) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(SAHEL, who="ann")
    await redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailableError):
            await store.put(renamed("Sahel"), who="ann")
    finally:
        await redis.config_set("maxmemory", "0")

    assert (await store.get("sahel")).name == "JNIM in the Sahel"
