"""Any interleaving of publishing, reading, dying, taking over, waking late, giving up and trimming.

However it goes, each article comes to exactly one end: its output is published once, or it
lies in the dead letters. Two seeded bugs show that the model would notice.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import Redis

from rig.examples import examples
from tocsin.adapters.connection import connect
from tocsin.adapters.consumer_group import Claimed, ConsumerGroup, trim
from tocsin.adapters.dead_letters import Burial


T = TypeVar("T")

STREAM = "{tocsin}:in"
OUTPUTS = "{tocsin}:out"
GROUP = "group"
NAMES = ("one", "two")
BURIAL = Burial(reason="given up", deliveries=1, at=datetime(2026, 1, 1, tzinfo=UTC), traceback="")

consumers = st.sampled_from(NAMES)
positions = st.integers(0, 5)

# An entry's id, and the article in it.
Held = tuple[bytes, bytes]


class Handling(RuleBasedStateMachine):
    """``hand`` is what each consumer believes to own; another may have taken it over since."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.published: list[bytes] = []
        self.hand: dict[str, list[Held]] = {name: [] for name in NAMES}

    @initialize()
    def start(self) -> None:
        self.redis = self.run(self.connected())
        self.groups = {name: ConsumerGroup(self.redis, STREAM, GROUP, name) for name in NAMES}
        self.run(self.redis.flushall())
        self.run(self.groups["one"].ensure())

    async def connected(self) -> Redis:
        return connect(self.url)

    @rule()
    def publish(self) -> None:
        article = str(len(self.published)).encode()
        self.published.append(article)
        self.run(self.redis.xadd(STREAM, {b"__data__": article}))

    @rule(name=consumers, count=st.integers(1, 3))
    def read(self, name: str, count: int) -> None:
        reply: Any = self.run(self.redis.xreadgroup(GROUP, name, {STREAM: ">"}, count=count))
        for _, entries in reply:
            self.hand[name] += [(entry_id, fields[b"__data__"]) for entry_id, fields in entries]

    @rule(name=consumers)
    def die(self, name: str) -> None:
        self.hand[name] = []

    @rule(name=consumers)
    def claim_abandoned(self, name: str) -> None:
        """Take over from anybody, also from one that is alive and at work."""
        self.take(name, self.run(self.groups[name].claim_abandoned(0)))

    @rule(name=consumers, count=st.integers(1, 3))
    def claim_set_aside(self, name: str, count: int) -> None:
        self.take(name, self.run(self.groups[name].claim_set_aside(0, count)))

    @precondition(lambda self: any(self.hand.values()))
    @rule(name=consumers, position=positions)
    def finish(self, name: str, position: int) -> None:
        """Commit, perhaps long after somebody else took over."""
        if self.hand[name]:
            entry_id, article = self.hand[name].pop(position % len(self.hand[name]))
            self.run(self.commit(name, entry_id, article))

    @precondition(lambda self: any(self.hand.values()))
    @rule(name=consumers, position=positions, counts=st.booleans())
    def fail(self, name: str, position: int, *, counts: bool) -> None:
        if self.hand[name]:
            entry_id, _ = self.hand[name].pop(position % len(self.hand[name]))
            self.run(self.groups[name].set_aside(entry_id, 0, counts=counts))

    @precondition(lambda self: any(self.hand.values()))
    @rule(name=consumers, position=positions)
    def give_up(self, name: str, position: int) -> None:
        if self.hand[name]:
            entry_id, article = self.hand[name].pop(position % len(self.hand[name]))
            self.run(self.groups[name].bury(entry_id, {b"__data__": article}, BURIAL))

    @rule(name=consumers)
    def stop(self, name: str) -> None:
        self.run(self.groups[name].release(0))

    @rule()
    def trim(self) -> None:
        self.run(self.trim_stream())

    @invariant()
    def nothing_ends_twice(self) -> None:
        ended = self.ended()
        assert len(ended) == len(set(ended)), f"ended twice: {ended}"

    def teardown(self) -> None:
        """Work off what is left, as any consumer would: then everything has ended."""
        if not hasattr(self, "redis"):
            self.runner.close()
            return
        try:
            while self.work_off():
                pass
            assert sorted(self.ended()) == sorted(self.published)
        finally:
            self.run(self.redis.aclose())
            self.runner.close()

    def work_off(self) -> bool:
        self.hand["one"] = []
        self.read("one", 100)
        self.take("one", self.run(self.groups["one"].claim_set_aside(0, 100)))
        self.take("one", self.run(self.groups["one"].claim_abandoned(0)))
        for entry_id, article in self.hand["one"]:
            self.run(self.commit("one", entry_id, article))
        return bool(self.hand["one"])

    def take(self, name: str, claimed: Claimed) -> None:
        assert claimed.vanished == ()
        self.hand[name] += [
            (entry.entry_id, entry.fields[b"__data__"]) for entry in claimed.entries
        ]

    async def commit(self, name: str, entry_id: bytes, article: bytes) -> None:
        await self.groups[name].commit(entry_id, [(OUTPUTS, article)])

    async def trim_stream(self) -> None:
        await trim(self.redis, STREAM, [GROUP], timedelta(0))

    def ended(self) -> Sequence[bytes]:
        outputs: Any = self.run(self.redis.xrange(OUTPUTS))
        letters: Any = self.run(self.redis.xrange(f"{STREAM}:dead"))
        return [fields[b"__data__"] for _, fields in [*outputs, *letters]]

    def run(self, call: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await call

        return self.runner.run(awaited())


class PublishesBeforeItAcknowledges(Handling):
    async def commit(self, name: str, entry_id: bytes, article: bytes) -> None:
        await self.redis.xadd(OUTPUTS, {b"__data__": article})
        await self.redis.xack(STREAM, GROUP, entry_id)


class TrimsByLength(Handling):
    async def trim_stream(self) -> None:
        await self.redis.xtrim(STREAM, maxlen=1, approximate=False)


@pytest.fixture
def model(valkey_url: str) -> None:
    Handling.url = valkey_url


QUICK = settings(
    max_examples=examples(0.4),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.mark.usefixtures("model")
def test_every_article_comes_to_exactly_one_end() -> None:
    run_state_machine_as_test(Handling, settings=QUICK)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("flawed", [PublishesBeforeItAcknowledges, TrimsByLength])
def test_the_model_notices(flawed: type[Handling]) -> None:
    without_shrinking = settings(QUICK, phases=[Phase.generate], max_examples=200)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(flawed, settings=without_shrinking)
