from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.errors import NotFoundError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import (
    FINAL,
    RETENTION,
    Attempt,
    Claim,
    Delivery,
    DeliveryRecord,
    State,
)


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
        )


class FakeDeliveryLedger:
    """Looks through everything at each step, which is slow and plain."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        self._forget_old()
        now = self._clock.now()
        new = [delivery for delivery in deliveries if delivery.id not in self._entries]
        for delivery in new:
            self._entries[delivery.id] = _Entry(delivery, now, now, now, now)
        return len({delivery.id for delivery in new})

    async def claim(
        self, owner: str, limit: int, lease: timedelta, *, per_lane: int = 8
    ) -> Sequence[Claim]:
        claims: list[Claim] = []
        due = [entry for entry in self._entries.values() if self._is_due(entry)]
        for entry in sorted(due, key=lambda entry: (entry.due_at, entry.delivery.id)):
            if len(claims) < limit and self._has_room(entry.delivery, per_lane):
                claims.append(self._take(entry, lease))
        return claims

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

    async def delivered(self, claim: Claim, reason: str) -> None:
        entry = self._entries.get(claim.delivery.id)
        if entry is not None and entry.state is not State.DELIVERED:
            self._finish(entry, State.DELIVERED, reason)

    async def retry(
        self, claim: Claim, reason: str, after: timedelta, *, unsure: bool = False
    ) -> None:
        if (entry := self._live(claim)) is not None:
            entry.reason = reason
            entry.unsure = entry.unsure or unsure
            entry.history.append(Attempt(self._clock.now(), "retry", reason))
            self._enter(entry, State.RETRY, self._clock.now() + after)

    async def dead(self, claim: Claim, reason: str) -> None:
        if (entry := self._live(claim)) is not None:
            self._finish(entry, State.DEAD, reason)

    async def release(self, claim: Claim) -> None:
        entry = self._live(claim)
        if entry is not None and entry.state is State.LEASED:
            self._enter(entry, State.PENDING, self._clock.now())

    async def revive(self, delivery_id: str) -> None:
        entry = self._entries.get(delivery_id)
        if entry is None or entry.state is not State.DEAD:
            raise NotFoundError("dead delivery", delivery_id)
        entry.attempts = 0
        entry.queued_at = self._clock.now()
        entry.history.append(Attempt(self._clock.now(), "revived", ""))
        self._enter(entry, State.PENDING, self._clock.now())

    async def get(self, delivery_id: str) -> DeliveryRecord:
        self._forget_old()
        if delivery_id not in self._entries:
            raise NotFoundError("delivery", delivery_id)
        return self._entries[delivery_id].record()

    async def recent(
        self, limit: int, *, state: State | None = None, article_id: str | None = None
    ) -> Sequence[DeliveryRecord]:
        self._forget_old()
        found = [
            entry
            for entry in self._entries.values()
            if (state is None or entry.state is state)
            and (article_id is None or entry.delivery.article_id == article_id)
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
            entry.due_at
            for entry in self._entries.values()
            if entry.due_at is not None and self._is_free(entry.delivery.channel_id)
        ]
        return max((now - at for at in due if at <= now), default=timedelta())

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
        self._enter(entry, State.LEASED, self._clock.now() + lease)
        return Claim(
            delivery=entry.delivery,
            fence=entry.fence,
            attempts=entry.attempts,
            created_at=entry.created_at,
            queued_at=entry.queued_at,
            suspect=entry.suspects > 0,
            suspects=entry.suspects,
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
        entry.history.append(Attempt(self._clock.now(), state.value, reason))
        self._enter(entry, state, None)

    def _forget_old(self) -> None:
        horizon = self._clock.now() - RETENTION
        self._entries = {
            id_: entry
            for id_, entry in self._entries.items()
            if entry.state not in FINAL or entry.updated_at > horizon
        }
