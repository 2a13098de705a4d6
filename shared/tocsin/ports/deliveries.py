"""The ledger of deliveries: what is to be sent, by whom just now, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


RETENTION = timedelta(days=14)  # how long a finished delivery is remembered, and not made anew


class State(StrEnum):
    """Where a delivery stands. ``delivered`` and ``dead`` are final."""

    PENDING = "pending"  # waits for its time
    LEASED = "leased"  # somebody is about to send it
    SENDING = "sending"  # the bytes may be on the wire
    RETRY = "retry"  # failed for now, is due again later
    DELIVERED = "delivered"
    DEAD = "dead"  # will not be tried again; ``reason`` says why


FINAL = frozenset({State.DELIVERED, State.DEAD})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert to one channel.

    ``payload`` is the snapshot that the message is written from (JSON of ``Alert``), so that
    each attempt sends the same. ``lane`` names what its channel shares with others, a host:
    a lane takes few deliveries at once, so that one slow host cannot hold up the rest.
    """

    id: str
    article_id: str
    rule_id: str
    subscription_id: str
    channel_id: str
    payload: str
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one delivery now. ``fence`` makes an older claim void.

    A claim whose lease ran out cannot be begun or renewed; what became of what it began can
    still be noted, until somebody else claims the delivery.
    ``attempts`` counts those begun since ``queued_at``, when it was enqueued or revived.
    ``suspect`` tells that the receiver may have the message already: an owner was lost while
    sending, or could not tell. ``suspects`` counts how often that happened.
    """

    delivery: Delivery
    fence: int
    attempts: int
    created_at: datetime
    suspect: bool
    queued_at: datetime
    suspects: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that happened to a delivery.

    ``outcome`` is ``delivered``, ``retry``, ``dead``, ``lost`` (its sender was lost while
    sending) or ``revived``.
    """

    at: datetime
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What is known of a delivery. ``suspects`` counts claims that may have sent it twice."""

    delivery: Delivery
    state: State
    created_at: datetime
    updated_at: datetime
    attempts: int
    suspects: int
    reason: str
    due_at: datetime | None
    history: tuple[Attempt, ...] = ()


class DeliveryLedger(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer.

    It may have done its work then; each may be called again with the same arguments.
    """

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        """Add those whose id is not there yet, due at once; return how many were new."""
        ...

    async def claim(
        self, owner: str, limit: int, lease: timedelta, *, per_lane: int = 8
    ) -> Sequence[Claim]:
        """Take up to ``limit`` due deliveries; those whose lease ran out are due again.

        Under a lease are at any moment at most one delivery of a channel and ``per_lane`` of a
        lane, whoever holds them. A channel's deliveries are taken in the order of their time.
        """
        ...

    async def begin(self, claim: Claim, lease: timedelta) -> bool:
        """Note that the bytes are about to leave; False where the claim is void, and nothing may be sent."""
        ...

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        """Hold the claim for another ``lease`` from now; False where it is void."""
        ...

    async def delivered(self, claim: Claim, reason: str) -> None:
        """Note success. It counts even where the claim is void: the receiver has it."""
        ...

    async def retry(
        self, claim: Claim, reason: str, after: timedelta, *, unsure: bool = False
    ) -> None:
        """Note a failure that may pass; due again ``after`` from now. Nothing where the claim is void.

        ``unsure`` tells that the receiver may have the message; the next claim is a suspect.
        """
        ...

    async def dead(self, claim: Claim, reason: str) -> None:
        """Note a failure that will not pass. Nothing where the claim is void."""
        ...

    async def release(self, claim: Claim) -> None:
        """Give back what was claimed but not begun; it is due at once."""
        ...

    async def revive(self, delivery_id: str) -> None:
        """Make a dead delivery pending again.

        Raises:
            NotFoundError: there is no such dead delivery.
        """
        ...

    async def get(self, delivery_id: str) -> DeliveryRecord:
        """Return one delivery with its history.

        Raises:
            NotFoundError: there is none (any more).
        """
        ...

    async def recent(
        self, limit: int, *, state: State | None = None, article_id: str | None = None
    ) -> Sequence[DeliveryRecord]:
        """Return the last deliveries, newest first."""
        ...

    async def counts(self) -> dict[State, int]:
        """Return how many deliveries are in each state."""
        ...

    async def lag(self) -> timedelta:
        """Return for how long the delivery that waits longest has been due; zero where none is."""
        ...
