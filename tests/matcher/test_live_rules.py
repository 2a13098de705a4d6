"""An article is never matched against yesterday's rules."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tocsin.adapters import keys, wire
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.documents import RuleDocument
from tocsin.errors import RuleSyntaxError, UnknownRegionError
from tocsin.events import RuleChanged
from tocsin.matching import PreparedRule
from tocsin.ports.rules import LoggedChange, RuleStore
from tocsin.rules import Rule
from tocsin.testing import FakeClock, FakeRuleStore
from tocsin_matcher.live_rules import LiveRules


class Engine:
    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self.rules)

    def version_of(self, rule_id: str) -> int | None:
        return self.rules[rule_id].version if rule_id in self.rules else None

    def put(self, rule: Rule) -> None:
        self.rules[rule.id] = rule
        self.filled.set()

    def put_prepared(self, rules: Sequence[PreparedRule]) -> None:
        raise AssertionError("nothing prepares rules here")

    def remove(self, rule_id: str) -> None:
        self.rules.pop(rule_id, None)

    def dump(self) -> dict[str, NDArray[Any]]:
        return {"ids": np.array([*self.rules]), "versions": np.array(self._versions())}

    def load(self, saved: Mapping[str, NDArray[Any]]) -> None:
        for rule_id, version in zip(saved["ids"], saved["versions"], strict=True):
            self.put(Rule(id=str(rule_id), name="", version=int(version)))

    def _versions(self) -> list[int]:
        return [rule.version for rule in self.rules.values()]


class CountingStore(FakeRuleStore):
    reads = 0

    async def changes(self, after: str, *, wait_s: float = 0) -> Sequence[LoggedChange]:
        self.reads += 1
        await asyncio.sleep(0)  # as a real store would, lets others run
        return await super().changes(after, wait_s=wait_s)


def compiled(document: RuleDocument) -> Rule:
    if document.query == "(":
        raise RuleSyntaxError(document.query, 1, "expected a word")
    return Rule(id=document.id, name=document.name, version=document.version, query=document.query)


def rule(query: str = "mali", *, enabled: bool = True) -> RuleDocument:
    return RuleDocument(id="r", name="R", query=query, enabled=enabled)


class NoRegions:
    """Where nobody defines a region of their own."""

    revision = 0

    async def catch_up(self) -> bool:
        return False


class NoLists:
    revision = 0

    async def catch_up(self) -> frozenset[str]:
        return frozenset()


class Regions:
    """Knows what was saved once it has caught up."""

    def __init__(self) -> None:
        self.saved: set[str] = set()
        self.known: set[str] = set()

    @property
    def revision(self) -> int:
        return len(self.known)

    async def catch_up(self) -> bool:
        news = self.known != self.saved
        self.known = set(self.saved)
        return news

    def compile(self, document: RuleDocument) -> Rule:
        if document.query not in self.known:
            raise UnknownRegionError(document.query)
        return Rule(id=document.id, name=document.name, version=document.version)


async def followed(store: RuleStore) -> tuple[LiveRules, Engine]:
    engine = Engine()
    rules = LiveRules(store, engine, compiled, NoRegions(), NoLists())
    await rules.load()
    return rules, engine


async def test_rules_that_stand_at_the_start_are_in_force() -> None:
    store = FakeRuleStore(FakeClock())
    await store.put(rule(), who="a")

    _, engine = await followed(store)

    assert engine.rules["r"].version == 1


async def test_a_rule_saved_before_catching_up_is_in_force_after() -> None:
    store = FakeRuleStore(FakeClock())
    rules, engine = await followed(store)

    await store.put(rule("mali"), who="a")
    await store.put(rule("niger"), who="a")
    await rules.catch_up()

    assert engine.rules["r"].query == "niger"


async def test_a_rule_disabled_or_deleted_is_no_longer_in_force() -> None:
    store = FakeRuleStore(FakeClock())
    await store.put(rule(), who="a")
    rules, engine = await followed(store)

    await store.put(rule(enabled=False), who="a")
    await rules.catch_up()
    disabled = dict(engine.rules)
    await store.put(rule(), who="a")
    await store.delete("r", who="a")
    await rules.catch_up()

    assert disabled == {}
    assert engine.rules == {}
    assert rules.in_force == 0


async def test_a_rule_that_cannot_be_read_is_told_and_the_others_hold() -> None:
    store = FakeRuleStore(FakeClock())
    await store.put(rule("("), who="a")
    await store.put(RuleDocument(id="s", name="S", query="chad"), who="a")

    rules, engine = await followed(store)

    assert set(engine.rules) == {"s"}
    assert rules.broken == {"r": "expected a word at column 2"}


async def test_those_who_ask_while_a_read_is_on_its_way_share_the_next() -> None:
    store = CountingStore(FakeClock())
    rules, _ = await followed(store)

    store.reads = 0

    await asyncio.gather(*(rules.catch_up() for _ in range(50)))

    assert store.reads == 1


async def test_an_answer_never_comes_from_a_read_that_began_before_the_question() -> None:
    store = CountingStore(FakeClock())
    rules, engine = await followed(store)
    first = asyncio.create_task(rules.catch_up())
    await asyncio.sleep(0)  # its read has begun

    await store.put(rule(), who="a")
    await rules.catch_up()

    assert "r" in engine.rules
    await first


async def test_a_rule_may_name_a_region_that_was_defined_the_moment_before() -> None:
    store, engine, regions = FakeRuleStore(FakeClock()), Engine(), Regions()
    rules = LiveRules(store, engine, regions.compile, regions, NoLists())
    await rules.load()

    regions.saved.add("zebra")
    await store.put(rule("zebra"), who="a")
    await rules.catch_up()

    assert set(engine.rules) == {"r"}


async def test_a_rule_whose_region_was_missing_holds_once_it_is_there() -> None:
    store, engine, regions = FakeRuleStore(FakeClock()), Engine(), Regions()
    await store.put(rule("zebra"), who="a")
    rules = LiveRules(store, engine, regions.compile, regions, NoLists())
    await rules.load()
    before = dict(rules.broken)

    regions.saved.add("zebra")
    following = asyncio.create_task(rules.follow())
    await engine.filled.wait()
    following.cancel()

    assert before == {"r": "no region is called 'zebra'"}
    assert rules.broken == {}
    assert rules.in_force == 1


async def test_a_rule_whose_document_cannot_be_read_is_told_and_the_others_hold(
    redis: Redis,
) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(rule(), who="a")
    await store.put(RuleDocument(id="s", name="S", query="chad"), who="a")
    await redis.hset(keys.RULES, "r", b'{"id": "r"}')

    rules, engine = await followed(RedisRuleStore(redis, FakeClock()))

    assert set(engine.rules) == {"s"}
    assert rules.broken == {"r": "name: Field required"}


async def test_a_rule_whose_document_cannot_be_read_holds_once_it_is_put_anew(
    redis: Redis,
) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(rule(), who="a")
    await redis.hset(keys.RULES, "r", b"{")
    rules, engine = await followed(store)

    await store.put(rule("niger"), who="a")
    await rules.catch_up()

    assert engine.rules["r"].query == "niger"
    assert rules.broken == {}


async def test_a_change_that_cannot_be_read_takes_its_rule_out_of_force_and_no_other(
    redis: Redis,
) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(rule(), who="a")
    rules, engine = await followed(store)

    await redis.xadd(
        RuleChanged.stream, {wire.FIELD: b'{"rule_id": "r", "version": 2, "after": {"id": "r"}}'}
    )
    await redis.xadd(RuleChanged.stream, {wire.FIELD: b"{"})
    await store.put(RuleDocument(id="s", name="S", query="chad"), who="a")
    with capture_logs() as logs:
        await rules.catch_up()

    assert set(engine.rules) == {"s"}
    assert set(rules.broken) == {"r"}
    told = [line for line in logs if line["event"] == "change of a rule cannot be read"]
    assert [line["rule"] for line in told] == ["r", ""]


async def test_a_change_that_cannot_be_read_is_overtaken_by_the_next(redis: Redis) -> None:
    store = RedisRuleStore(redis, FakeClock())
    await store.put(rule(), who="a")
    rules, engine = await followed(store)
    await redis.xadd(RuleChanged.stream, {wire.FIELD: b'{"rule_id": "r", "version": 2}'})
    await redis.hset(keys.RULE_VERSIONS, "r", 2)
    await rules.catch_up()

    await store.put(rule("niger"), who="a")
    await rules.catch_up()

    assert engine.rules["r"].query == "niger"
    assert rules.broken == {}
