from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tocsin.errors import NotFoundError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import (
    BREAKER_FAILURES,
    BREAKER_FIRST,
    BREAKER_LONGEST,
    FINAL,
    NO_PACES,
    NO_REST,
    RETENTION,
    REVIVABLE,
    Attempt,
    Blame,
    Claim,
    Contents,
    Delivery,
    DeliveryRecord,
    Pace,
    Paces,
    Placed,
    Placement,
    Refusal,
    Refused,
    State,
    Story,
    digest_id,
)


PAST = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Entry:
    """``due_at`` is when the lease ends while the entry is under one."""

    delivery: Delivery
    created_at: datetime
    queued_at: datetime
    updated_at: datetime
    due_at: datetime | None
    state: State = State.PENDING
    fence: int = 0
    attempts: int = 0
    suspects: int = 0
    unsure: bool = False
    reason: str = ""
    history: list[Attempt] = field(default_factory=list)
    digest_id: str = ""
    is_open: bool = False

    @property
    def under_lease(self) -> bool:
        return self.state in {State.LEASED, State.SENDING}

    def record(self) -> DeliveryRecord:
        return DeliveryRecord(
            delivery=self.delivery,
            state=self.state,
            created_at=self.created_at,
            updated_at=self.updated_at,
            attempts=self.attempts,
            suspects=self.suspects,
            reason=self.reason,
            due_at=self.due_at,
            history=tuple(self.history),
            digest_id=self.digest_id,
        )


@dataclass(slots=True)
class _Gate:
    """Where failures and pace hold up a lane or a channel."""

    rests_until: datetime = PAST
    fails: int = 0
    passed: list[datetime] = field(default_factory=list)

    def is_shut(self, pace: Pace | None, now: datetime) -> bool:
        return now < self.rests_until or (pace is not None and self._is_full(pace, now))

    def _is_full(self, pace: Pace, now: datetime) -> bool:
        """Tell whether one more would come before its theoretical arrival time, less the burst."""
        arrival = self.passed[0] if self.passed else now
        for moment in self.passed:
            arrival = max(arrival, moment) + pace.interval
        return arrival - (pace.burst - 1) * pace.interval > now

    def blame(self, rest: timedelta, now: datetime) -> None:
        if now < self.rests_until:
            self.rests_until = max(self.rests_until, now + rest)
            return
        self.fails += 1
        if self.fails >= BREAKER_FAILURES:
            growth: int = 2 ** min(self.fails - BREAKER_FAILURES, 30)
            rest = max(rest, min(BREAKER_LONGEST, BREAKER_FIRST * growth))
        self.rests_until = now + rest

    def forgive(self) -> None:
        self.fails = 0
        self.rests_until = PAST


class FakeDeliveryLedger:
    """Looks through everything at each step, which is slow and plain."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._items: defaultdict[str, list[str]] = defaultdict(list)
        self._missed: defaultdict[str, list[str]] = defaultdict(list)
        self._stories: dict[str, Story] = {}
        self._posted: dict[str, str] = {}
        self._counted: dict[str, tuple[datetime, int]] = {}
        self._gates: defaultdict[str, _Gate] = defaultdict(_Gate)

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        placed = await self.place([Placement(delivery) for delivery in deliveries])
        return sum(placed.new.values())

    async def place(self, placements: Sequence[Placement]) -> Placed:
        self._forget_old()
        new: Counter[State] = Counter()
        refused: list[Refused] = []
        for placement in placements:
            if placement.delivery.id in self._entries:
                continue
            if (refusal := self._refusal(placement)) is not None:
                refused.append(refusal)
            else:
                self._put(placement)
                new[placement.state] += 1
        return Placed(new, refused)

    async def stories(self, threads: Sequence[str]) -> Sequence[Story]:
        return [self._stories.get(thread, Story()) for thread in threads]

    async def open_digests(self, digests: Sequence[tuple[Delivery, datetime]]) -> int:
        before = len(self._entries)
        for delivery, due in digests:
            self._open(delivery, due)
        return len(self._entries) - before

    async def claim(
        self,
        owner: str,
        limit: int,
        lease: timedelta,
        *,
        per_lane: int = 8,
        paces: Mapping[str, Paces] = NO_PACES,
    ) -> Sequence[Claim]:
        claims: list[Claim] = []
        due = [entry for entry in self._entries.values() if self._is_due(entry)]
        for entry in sorted(due, key=lambda entry: (entry.due_at, entry.delivery.id)):
            delivery = entry.delivery
            pace = paces.get(delivery.lane.partition(" ")[0], Paces())
            lane, channel = self._gates_of(delivery)
            now = self._clock.now()
            most = 1 if lane.fails >= BREAKER_FAILURES else per_lane
            if lane.is_shut(pace.lane, now) or channel.is_shut(pace.channel, now):
                continue
            if len(claims) < limit and self._has_room(delivery, most):
                claims.append(self._take(entry, lease))
                lane.passed.append(now)
                channel.passed.append(now)
        return claims

    async def close(self, claim: Claim) -> Contents | None:
        entry = self._live(claim)
        if entry is None:
            return None
        if entry.is_open:
            entry.is_open = False
            for item in self._items[entry.delivery.id]:
                if self._entries[item].state is State.HELD:
                    self._finish(self._entries[item], State.GATHERED, self._entries[item].reason)
            self._missed[entry.delivery.id] += self._missed.pop(entry.delivery.channel_id, [])
        return await self.contents(entry.delivery.id)

    async def seal(self, claim: Claim, payload: str) -> bool:
        entry = self._live(claim)
        if entry is None:
            return False
        entry.delivery = replace(entry.delivery, payload=payload)
        return True

    async def drop(self, items: Mapping[str, str]) -> None:
        for id_, gate in items.items():
            if self._entries[id_].state is State.GATHERED:
                self._finish(self._entries[id_], State.SUPPRESSED, gate)

    async def begin(self, claim: Claim, lease: timedelta) -> bool:
        entry = self._live(claim)
        if entry is None or entry.state is not State.LEASED or not self._holds(entry):
            return False
        entry.attempts += 1
        self._enter(entry, State.SENDING, self._clock.now() + lease)
        return True

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        entry = self._live(claim)
        if entry is None or not self._holds(entry):
            return False
        entry.due_at = self._clock.now() + lease
        return True

    async def delivered(self, claim: Claim, reason: str, *, posted: str = "") -> None:
        await self.confirm(claim.delivery.id, reason, posted=posted)

    async def confirm(self, delivery_id: str, reason: str, *, posted: str = "") -> None:
        entry = self._entries.get(delivery_id)
        if entry is not None and entry.state not in {State.DELIVERED, State.BOUNCED}:
            for gate in self._gates_of(entry.delivery):
                gate.forgive()
            self._finish(entry, State.DELIVERED, reason)
            if posted and entry.delivery.thread:
                self._posted.setdefault(entry.delivery.thread, posted)

    async def retry(
        self,
        claim: Claim,
        reason: str,
        after: timedelta,
        *,
        unsure: bool = False,
        blame: Blame = Blame.NOTHING,
        rest: timedelta = NO_REST,
    ) -> None:
        if (entry := self._live(claim)) is not None:
            lane, channel = self._gates_of(entry.delivery)
            if blame is not Blame.NOTHING:
                (lane if blame is Blame.LANE else channel).blame(rest, self._clock.now())
            entry.reason = reason
            entry.unsure = entry.unsure or unsure
            entry.history.append(Attempt(self._clock.now(), "retry", reason))
            self._enter(entry, State.RETRY, self._clock.now() + after)

    async def dead(self, claim: Claim, reason: str) -> None:
        if (entry := self._live(claim)) is not None:
            self._finish(entry, State.DEAD, reason)

    async def suppressed(self, claim: Claim, gate: str) -> None:
        if (entry := self._live(claim)) is not None:
            self._finish(entry, State.SUPPRESSED, gate)

    async def expired(self, claim: Claim, reason: str, tell_at: datetime) -> None:
        if (entry := self._live(claim)) is not None:
            self._finish(entry, State.EXPIRED, reason)
            self._missed[entry.delivery.channel_id].append(entry.delivery.id)
            self._open(entry.delivery, tell_at)

    async def postpone(self, claim: Claim, gate: str, until: datetime) -> None:
        entry = self._live(claim)
        if entry is not None and entry.state is State.LEASED:
            now = self._clock.now()
            entry.queued_at += max(timedelta(), until - now)
            if entry.reason != gate:
                entry.history.append(Attempt(now, "postponed", gate))
            entry.reason = gate
            self._enter(entry, State.HELD, until)

    async def release(self, claim: Claim) -> None:
        entry = self._live(claim)
        if entry is not None and entry.state is State.LEASED:
            state = State.HELD if entry.is_open else State.PENDING
            self._enter(entry, state, self._clock.now())

    async def bounced(self, delivery_id: str, reason: str) -> bool:
        self._forget_old()
        entry = self._entries.get(delivery_id)
        if entry is None or entry.state is not State.DELIVERED:
            return False
        self._finish(entry, State.BOUNCED, reason)
        return True

    async def revive(self, delivery_id: str) -> None:
        entry = self._entries.get(delivery_id)
        if entry is None or entry.state not in REVIVABLE:
            raise NotFoundError("dead delivery", delivery_id)
        if delivery_id in self._missed[entry.delivery.channel_id]:
            self._missed[entry.delivery.channel_id].remove(delivery_id)
        entry.attempts = 0
        entry.queued_at = self._clock.now()
        entry.history.append(Attempt(self._clock.now(), "revived", ""))
        self._enter(entry, State.PENDING, self._clock.now())

    async def get(self, delivery_id: str) -> DeliveryRecord:
        self._forget_old()
        if delivery_id not in self._entries:
            raise NotFoundError("delivery", delivery_id)
        return self._entries[delivery_id].record()

    async def contents(self, digest_id: str) -> Contents:
        return Contents(
            items=self._records(self._items[digest_id]),
            missed=self._records(self._missed[digest_id]),
        )

    async def recent(
        self,
        limit: int,
        *,
        state: State | None = None,
        article_id: str | None = None,
        rule_id: str | None = None,
        channel_id: str | None = None,
        subscriber_id: str | None = None,
    ) -> Sequence[DeliveryRecord]:
        self._forget_old()
        found = [
            entry
            for entry in self._entries.values()
            if state in {None, entry.state}
            and article_id in {None, entry.delivery.article_id}
            and rule_id in {None, entry.delivery.rule_id}
            and channel_id in {None, entry.delivery.channel_id}
            and subscriber_id in {None, entry.delivery.subscriber_id}
        ]
        found.sort(key=lambda entry: (entry.queued_at, entry.delivery.id), reverse=True)
        return [entry.record() for entry in found[:limit]]

    async def counts(self) -> dict[State, int]:
        self._forget_old()
        states = [entry.state for entry in self._entries.values()]
        return {state: states.count(state) for state in State}

    async def lag(self) -> timedelta:
        now = self._clock.now()
        due = [
            max(entry.due_at, *(gate.rests_until for gate in self._gates_of(entry.delivery)))
            for entry in self._entries.values()
            if entry.due_at is not None and self._is_free(entry.delivery.channel_id)
        ]
        return max((now - at for at in due if at <= now), default=timedelta())

    def _refusal(self, placement: Placement) -> Refused | None:
        """Return why the placement cannot be made; count it where it can."""
        delivery = placement.delivery
        if placement.told and self._stories.get(delivery.thread, Story()) != placement.story:
            return Refused(placement, Refusal.OVERTAKEN, placement.until)
        if placement.state is State.HELD:
            assert placement.until is not None
            digest = self._entries.get(digest_id(delivery.channel_id, placement.until))
            if digest is not None and not digest.is_open:
                return Refused(placement, Refusal.CLOSED, placement.until)
        elif placement.limit is not None:
            now = self._clock.now()
            ends, used = self._counted.get(placement.limit.key, (now, 0))
            if ends <= now:
                ends, used = now + placement.limit.per, 0
            if used >= placement.limit.messages:
                return Refused(placement, Refusal.THROTTLED, ends)
            self._counted[placement.limit.key] = (ends, used + 1)
        return None

    def _put(self, placement: Placement) -> None:
        delivery, now = placement.delivery, self._clock.now()
        entry = self._entries[delivery.id] = _Entry(delivery, now, now, now, now)
        if placement.told:
            version = placement.story.version + 1
            self._stories[delivery.thread] = Story(version, placement.told)
        if placement.state is State.HELD:
            assert placement.until is not None
            entry.reason = placement.gate
            entry.history.append(Attempt(now, "held", placement.gate))
            entry.digest_id = self._open(delivery, placement.until)
            self._items[entry.digest_id].append(delivery.id)
            self._enter(entry, State.HELD, None)
        elif placement.state is not State.PENDING:
            self._finish(entry, placement.state, placement.gate)

    def _open(self, of: Delivery, due: datetime) -> str:
        """Return the digest of the delivery's channel at that time, made where there is none."""
        id_, now = digest_id(of.channel_id, due), self._clock.now()
        if id_ not in self._entries:
            digest = Delivery(
                id=id_,
                article_id="",
                rule_id="",
                subscription_id="",
                channel_id=of.channel_id,
                payload="",
                lane=of.lane,
                subscriber_id=of.subscriber_id,
                is_digest=True,
            )
            entry = _Entry(digest, now, now, now, due, State.HELD, is_open=True)
            self._entries[id_] = entry
        return id_

    def _gates_of(self, delivery: Delivery) -> tuple[_Gate, _Gate]:
        return (
            self._gates[delivery.lane],
            self._gates[f"{delivery.lane}:{delivery.channel_id}"],
        )

    def _records(self, ids: Sequence[str]) -> Sequence[DeliveryRecord]:
        return [self._entries[id_].record() for id_ in ids if id_ in self._entries]

    def _is_due(self, entry: _Entry) -> bool:
        return entry.due_at is not None and entry.due_at <= self._clock.now()

    def _holds(self, entry: _Entry) -> bool:
        return entry.under_lease and not self._is_due(entry)

    def _is_free(self, channel_id: str) -> bool:
        return not any(
            self._holds(entry)
            for entry in self._entries.values()
            if entry.delivery.channel_id == channel_id
        )

    def _has_room(self, delivery: Delivery, per_lane: int) -> bool:
        held = [
            entry
            for entry in self._entries.values()
            if entry.delivery.lane == delivery.lane and self._holds(entry)
        ]
        return len(held) < per_lane and self._is_free(delivery.channel_id)

    def _take(self, entry: _Entry, lease: timedelta) -> Claim:
        if entry.state is State.SENDING:
            entry.history.append(
                Attempt(self._clock.now(), "lost", "its sender was lost while sending")
            )
        if entry.state is State.SENDING or entry.unsure:
            entry.suspects += 1
            entry.unsure = False
        entry.fence += 1
        if entry.is_open:
            entry.queued_at = self._clock.now()
        self._enter(entry, State.LEASED, self._clock.now() + lease)
        return Claim(
            delivery=entry.delivery,
            fence=entry.fence,
            attempts=entry.attempts,
            created_at=entry.created_at,
            queued_at=entry.queued_at,
            suspect=entry.suspects > 0,
            suspects=entry.suspects,
            posted=self._posted.get(entry.delivery.thread, ""),
        )

    def _live(self, claim: Claim) -> _Entry | None:
        entry = self._entries.get(claim.delivery.id)
        if entry is None or entry.fence != claim.fence or not entry.under_lease:
            return None
        return entry

    def _enter(self, entry: _Entry, state: State, due_at: datetime | None) -> None:
        entry.state = state
        entry.due_at = due_at
        entry.updated_at = self._clock.now()

    def _finish(self, entry: _Entry, state: State, reason: str) -> None:
        entry.reason = reason
        entry.unsure = False
        if reason or state not in {State.FOLDED, State.SUPPRESSED}:
            entry.history.append(Attempt(self._clock.now(), state.value, reason))
        self._enter(entry, state, None)

    def _forget_old(self) -> None:
        horizon = self._clock.now() - RETENTION
        self._entries = {
            id_: entry
            for id_, entry in self._entries.items()
            if entry.state not in FINAL or entry.updated_at > horizon
        }
