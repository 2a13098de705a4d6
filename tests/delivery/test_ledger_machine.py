"""Whatever happens to owners, and in whichever order: no delivery is lost or has two owners."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rig.examples import examples
from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.ports.deliveries import Claim, Delivery, DeliveryLedger, State
from tocsin.testing import FakeClock, FakeDeliveryLedger


LEASE = timedelta(seconds=1_000)  # much longer than a run, so that only the test lets it end
LATER = timedelta(seconds=5_000)
PER_LANE = 2
T = TypeVar("T")

DELIVERIES = [
    Delivery(f"d{number}", "a", "r", "s", f"c{number % 5}", "{}", f"lane{number % 5 % 2}")
    for number in range(12)
]


@dataclass
class Known:
    """What must be true of a delivery, told in the plainest way."""

    delivery: Delivery
    final: State | None = None
    due_s: float = 0
    leased_until_s: float = 0
    claimed: bool = False
    begun: bool = False
    claims: list[Claim] = field(default_factory=list)

    def is_newest(self, claim: Claim) -> bool:
        return self.claimed and self.claims[-1] == claim

    def let_go(self, *, due_s: float = 0, final: State | None = None) -> None:
        self.claimed = self.begun = False
        self.leased_until_s = 0
        self.due_s = due_s
        self.final = final


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now_s = 0.0
        self.known: dict[str, Known] = {}
        self.claims: list[Claim] = []
        self.ledger = self.do(self.make_ledger())

    async def make_ledger(self) -> DeliveryLedger:
        self.clock = FakeClock()
        return FakeDeliveryLedger(self.clock)

    async def pass_time(self, duration_s: float) -> None:
        self.clock.advance(seconds=duration_s)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def under_lease(self) -> list[Known]:
        return [known for known in self.known.values() if known.leased_until_s > self.now_s]

    @rule(some=st.lists(st.sampled_from(DELIVERIES), max_size=6))
    def enqueue(self, some: list[Delivery]) -> None:
        new = {delivery.id for delivery in some} - self.known.keys()

        assert self.do(self.ledger.enqueue(some)) == len(new)

        for delivery in some:
            self.known.setdefault(delivery.id, Known(delivery, due_s=self.now_s))

    @rule(limit=st.integers(1, 6))
    def claim(self, limit: int) -> None:
        held = self.under_lease()
        free = {
            known.delivery.channel_id
            for known in self.known.values()
            if known.final is None and known.due_s <= self.now_s
        } - {known.delivery.channel_id for known in held}
        lanes = Counter(known.delivery.lane for known in held)

        claims = self.do(self.ledger.claim("owner", limit, LEASE, per_lane=PER_LANE))

        for claim in claims:
            known = self.known[claim.delivery.id]
            assert known.final is None
            assert known.due_s <= self.now_s, "claimed under somebody else's lease, or too early"
            assert not known.claims or claim.fence > known.claims[-1].fence
            assert claim.delivery.channel_id in free, "two at once on a channel"
            assert claim.suspects >= known.begun
            free.remove(claim.delivery.channel_id)
            lanes[claim.delivery.lane] += 1
            known.claims.append(claim)
            known.claimed = True
            known.begun = False
            known.due_s = known.leased_until_s = self.now_s + LEASE.total_seconds()
            self.claims.append(claim)
        assert all(count <= PER_LANE for count in lanes.values())
        left = {channel for channel in free if lanes[f"lane{int(channel[1:]) % 2}"] < PER_LANE}
        assert len(claims) == limit or not left, "something was due and was not claimed"

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        known = self.known[claim.delivery.id]
        may = known.is_newest(claim) and not known.begun and known.leased_until_s > self.now_s

        assert self.do(self.ledger.begin(claim, LEASE)) == may

        if may:
            known.begun = True
            known.due_s = known.leased_until_s = self.now_s + LEASE.total_seconds()

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        known = self.known[claim.delivery.id]
        may = known.is_newest(claim) and known.leased_until_s > self.now_s

        assert self.do(self.ledger.renew(claim, LEASE)) == may

        if may:
            known.due_s = known.leased_until_s = self.now_s + LEASE.total_seconds()

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), outcome=st.sampled_from(["delivered", "dead", "retry", "release"]))
    def settle(self, data: st.DataObject, outcome: str) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        known = self.known[claim.delivery.id]
        counts = known.is_newest(claim)
        match outcome:
            case "delivered":
                self.do(self.ledger.delivered(claim, "ok"))
                known.let_go(final=State.DELIVERED)
            case "dead":
                self.do(self.ledger.dead(claim, "no"))
                if counts:
                    known.let_go(final=State.DEAD)
            case "retry":
                self.do(self.ledger.retry(claim, "later", LATER))
                if counts:
                    known.let_go(due_s=self.now_s + LATER.total_seconds())
            case "release":
                self.do(self.ledger.release(claim))
                if counts and not known.begun:
                    known.let_go(due_s=self.now_s)

    @rule(share=st.sampled_from([0.4, 0.7, 1.3, 6.0]))
    def time_passes(self, share: float) -> None:
        duration_s = LEASE.total_seconds() * share
        self.do(self.pass_time(duration_s))
        self.now_s += duration_s

    @precondition(lambda self: any(known.final is State.DEAD for known in self.known.values()))
    @rule(data=st.data())
    def revive(self, data: st.DataObject) -> None:
        dead = sorted(id_ for id_, known in self.known.items() if known.final is State.DEAD)
        known = self.known[data.draw(st.sampled_from(dead))]

        self.do(self.ledger.revive(known.delivery.id))

        known.let_go(due_s=self.now_s)

    @invariant()
    def every_delivery_is_in_exactly_one_state(self) -> None:
        counts = self.do(self.ledger.counts())

        assert sum(counts.values()) == len(self.known)
        for state in (State.DELIVERED, State.DEAD):
            assert counts[state] == sum(known.final is state for known in self.known.values())

    def teardown(self) -> None:
        """Whatever happened before, everything can still be brought to its end."""
        for _ in range(20):
            self.do(self.pass_time(LATER.total_seconds() * 2))
            for claim in self.do(self.ledger.claim("last", 100, LEASE, per_lane=100)):
                assert self.do(self.ledger.begin(claim, LEASE))
                self.do(self.ledger.delivered(claim, "ok"))
        counts = self.do(self.ledger.counts())
        assert counts[State.DELIVERED] + counts[State.DEAD] == len(self.known)
        self.do(self.close())
        self.runner.close()

    async def close(self) -> None:
        pass


def test_the_fake_loses_nothing_and_doubles_nothing() -> None:
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(max_examples=examples(1), stateful_step_count=40, deadline=None),
    )


def test_redis_loses_nothing_and_doubles_nothing(valkey_url: str) -> None:
    class RedisLedgerMachine(LedgerMachine):
        async def make_ledger(self) -> DeliveryLedger:
            self.redis = connect(valkey_url)
            await self.redis.flushall()
            return RedisDeliveryLedger(self.redis)

        async def pass_time(self, duration_s: float) -> None:
            async for key in self.redis.scan_iter(f"{keys.DELIVERIES_DUE}*", _type="zset"):
                members: Any = await self.redis.zrange(key, 0, -1)
                for member in members:
                    await self.redis.zadd(key, {member: -duration_s * 1000}, xx=True, incr=True)

        async def close(self) -> None:
            await self.redis.aclose()
            await asyncio.sleep(0)  # lets the transports close before the loop does

    run_state_machine_as_test(
        RedisLedgerMachine,
        settings=settings(
            max_examples=examples(0.5),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
