"""A stored rule that cannot be read is set aside and told, and hinders nobody else."""

import json

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tocsin.adapters import keys, wire
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.documents import RuleDocument
from tocsin.errors import (
    UnreadableError,
)
from tocsin.events import RuleChanged
from tocsin.ports.rules import UnreadableChange
from tocsin.testing import FakeClock


SAHEL = RuleDocument(id="sahel", name="JNIM in the Sahel", query="JNIM AND attack*")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def spoiled(redis: Redis, rule_id: str, **fields: object) -> None:
    """Have a rule stored as no version of us would."""
    stored = json.loads(await redis.hget(keys.RULES, rule_id) or b"{}")
    await redis.hset(keys.RULES, rule_id, json.dumps(stored | fields))


async def test_a_rule_that_cannot_be_read_hides_no_other(redis: Redis, clock: FakeClock) -> None:
    store = RedisRuleStore(redis, clock)
    for rule_id in ("a", "b", "c", "d"):
        await store.put(SAHEL.model_copy(update={"id": rule_id}), who="ann")
    await spoiled(redis, "b", name="")
    await spoiled(redis, "c", severity="high")

    snapshot = await store.snapshot()

    assert {rule.id for rule in snapshot.rules} == {"a", "d"}
    assert set(snapshot.unreadable) == {"b", "c"}
    assert snapshot.unreadable["c"] == "severity: Extra inputs are not permitted"
    assert store.unreadable == snapshot.unreadable
    assert [rule.id for rule in await store.all()] == ["a", "d"]
    assert [rule.id for rule in await store.page(limit=2)] == ["a", "d"]
    assert [rule.id for rule in await store.page("a", limit=1)] == ["d"]
    assert [rule.id for rule in await store.search("jnim")] == ["a", "d"]
    assert await store.count() == 4


@pytest.mark.parametrize(
    "stored", [b"", b"\xff", b"[]", b'"JNIM"', SAHEL.model_dump_json().encode()]
)
async def test_whatever_stands_in_a_rules_place_is_told_by_its_id(
    redis: Redis, clock: FakeClock, stored: bytes
) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL.model_copy(update={"id": "a"}), who="ann")
    await redis.hset(keys.RULES, "a", stored)

    assert set((await store.snapshot()).unreadable) == {"a"}
    with pytest.raises(UnreadableError, match="rule 'a' cannot be read"):
        await store.get("a")


async def test_a_rule_that_cannot_be_read_is_logged_once(redis: Redis, clock: FakeClock) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL, who="ann")
    await spoiled(redis, "sahel", name="")

    with capture_logs() as logs:
        await store.all()
        await store.all()

    (line,) = logs
    assert (line["event"], line["log_level"]) == ("document cannot be read", "error")
    assert (line["kind"], line["id"]) == ("rule", "sahel")


async def test_a_rule_that_cannot_be_read_is_replaced_at_its_version(
    redis: Redis, clock: FakeClock
) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL, who="ann")
    await spoiled(redis, "sahel", name="")
    with pytest.raises(UnreadableError) as found:
        await store.get("sahel")

    saved = await store.put(SAHEL, who="ann", expected_version=found.value.version)

    assert saved.version == 2
    assert await store.get("sahel") == saved
    assert store.unreadable == {}
    (change, _) = await store.history("sahel")
    assert (change.action, change.before, change.after) == ("changed", None, saved)


async def test_a_rule_that_cannot_be_read_can_be_deleted(redis: Redis, clock: FakeClock) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL, who="ann")
    await spoiled(redis, "sahel", name="")

    await store.delete("sahel", who="ann")

    assert await store.count() == 0
    assert (await store.history("sahel"))[0].action == "deleted"


async def logged(redis: Redis, change: RuleChanged, **fields: object) -> None:
    """Have a change logged as no version of us would."""
    body = json.dumps(json.loads(change.model_dump_json()) | fields)
    await redis.xadd(RuleChanged.stream, {wire.FIELD: body})


async def test_a_change_after_which_the_rule_cannot_be_read_is_told_between_the_others(
    redis: Redis, clock: FakeClock
) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL, who="ann")
    (made,) = await store.history("sahel")
    spoiled_rule = SAHEL.model_dump() | {"name": ""}
    await logged(redis, made, version=2, after=spoiled_rule)
    await logged(redis, made, version=3, before=spoiled_rule)
    await redis.xadd(RuleChanged.stream, {"other": "field"})
    await redis.xadd(RuleChanged.stream, {wire.FIELD: b"\xff"})

    changes = [each.change for each in await store.changes("0")]

    assert changes[0] == made
    assert isinstance(changes[1], UnreadableChange)
    assert (changes[1].rule_id, changes[1].version) == ("sahel", 2)
    assert changes[1].problem.startswith("after.name: ")
    # Of what was before nothing depends, so the change holds.
    assert changes[2] == made.model_copy(update={"version": 3})
    for unknown in changes[3:]:
        assert isinstance(unknown, UnreadableChange)
        assert (unknown.rule_id, unknown.version) == ("", 0)
    assert len(changes) == 5
    assert await store.change_at(await store.position()) is None


async def test_a_history_tells_who_changed_a_rule_to_what_cannot_be_read(
    redis: Redis, clock: FakeClock
) -> None:
    store = RedisRuleStore(redis, clock)
    await store.put(SAHEL, who="ann")
    (made,) = await store.history("sahel")
    body = json.dumps(json.loads(made.model_dump_json()) | {"after": {"id": "sahel"}})
    entry = await redis.xadd(RuleChanged.stream, {wire.FIELD: body})
    await redis.lpush(keys.rule_changes("sahel"), entry)

    newest, first = await store.history("sahel")

    assert (newest.who, newest.after) == ("ann", None)
    assert first == made
