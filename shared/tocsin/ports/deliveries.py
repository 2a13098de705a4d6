"""The ledger of deliveries: what is to be sent, by whom just now, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha1
from types import MappingProxyType
from typing import Protocol

from tocsin.documents import Priority


RETENTION = timedelta(days=30)  # how long a finished delivery is remembered, and not made anew


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # waits for its turn
    HELD = "held"  # waits for the time of its digest
    LEASED = "leased"  # somebody is about to send it
    SENDING = "sending"  # the bytes may be on the wire
    RETRY = "retry"  # failed for now, is due again later
    DELIVERED = "delivered"
    BOUNCED = "bounced"  # was taken, and came back later
    GATHERED = "gathered"  # is told in a digest, whose own fate is its fate
    FOLDED = "folded"  # adds nothing to what the reader was told of its story
    SUPPRESSED = "suppressed"  # the reader does not want it; ``reason`` says by which wish
    EXPIRED = "expired"  # became too old to be sent; the next digest tells it
    DEAD = "dead"  # will not be tried again; ``reason`` says why


FINAL = frozenset(
    {
        State.DELIVERED,
        State.BOUNCED,
        State.GATHERED,
        State.FOLDED,
        State.SUPPRESSED,
        State.EXPIRED,
        State.DEAD,
    }
)
REVIVABLE = frozenset({State.DEAD, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert to one channel, or a digest of several.

    ``payload`` is the snapshot that the message is written from (JSON of ``Alert`` or
    ``Digest``), so that each attempt sends the same. ``lane`` names what its channel shares with
    others, a host: a lane takes few deliveries at once, so that one slow host cannot hold up
    the rest. ``thread`` names the story on this channel, to which ``place`` keeps what was told.
    A digest's payload is empty until it is sealed.
    """

    id: str
    article_id: str
    rule_id: str
    subscription_id: str
    channel_id: str
    payload: str
    lane: str = ""
    subscriber_id: str = ""
    priority: Priority = Priority.NORMAL
    thread: str = ""
    is_digest: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``messages`` within ``per``, counted under ``key`` from the first one on."""

    key: str
    messages: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Story:
    """What a reader was told of a story so far, as JSON of the policy's; raised by each change."""

    version: int = 0
    told: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a new delivery begins.

    ``state`` is pending, held, folded or suppressed; ``gate`` says why where it is not pending.
    What is held waits for the digest of its channel that is due at ``until``. ``story`` is what
    ``told`` was decided upon, and ``told`` what the reader will have been told.
    """

    delivery: Delivery
    state: State = State.PENDING
    gate: str = ""
    until: datetime | None = None
    limit: Limit | None = None
    story: Story = field(default_factory=Story)
    told: str = ""


class Refusal(StrEnum):
    """Why a placement was not made. It is to be decided anew."""

    THROTTLED = "throttled"  # the limit is reached; ``until`` is when it begins anew
    CLOSED = "closed"  # the digest that was due at ``until`` is closed
    OVERTAKEN = "overtaken"  # something was told of the story meanwhile


@dataclass(frozen=True, slots=True)
class Refused:
    placement: Placement
    why: Refusal
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """``new`` counts the deliveries made, by the state in which they begin."""

    new: Mapping[State, int]
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one delivery now. ``fence`` makes an older claim void.

    A claim whose lease ran out cannot be begun or renewed; what became of what it began can
    still be noted, until somebody else claims the delivery.
    ``attempts`` counts those begun since ``queued_at``, when it was enqueued or revived; of a
    digest, when it became due. ``suspect`` tells that the receiver may have the message already:
    an owner was lost while sending, or could not tell. ``suspects`` counts how often that
    happened. ``posted`` is what the channel calls the first message of the delivery's thread.
    """

    delivery: Delivery
    fence: int
    attempts: int
    created_at: datetime
    suspect: bool
    queued_at: datetime
    suspects: int = 0
    posted: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that happened to a delivery.

    ``outcome`` is the state that it came to, ``lost`` (its sender was lost while sending),
    ``postponed`` or ``revived``.
    """

    at: datetime
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What is known of a delivery. ``suspects`` counts claims that may have sent it twice.

    ``digest_id`` is the digest that it waits for or is told in.
    """

    delivery: Delivery
    state: State
    created_at: datetime
    updated_at: datetime
    attempts: int
    suspects: int
    reason: str
    due_at: datetime | None
    history: tuple[Attempt, ...] = ()
    digest_id: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a digest gathers, in the order in which it came.

    ``missed`` are alerts and digests to the same channel that expired since the last digest.
    """

    items: Sequence[DeliveryRecord]
    missed: Sequence[DeliveryRecord] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """One message in each ``interval``; ``burst`` of them may come at once after a pause."""

    interval: timedelta
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Paces:
    """How fast messages may go to a whole lane, and to each of its channels."""

    lane: Pace | None = None
    channel: Pace | None = None


class Blame(StrEnum):
    """What a failure tells about: nothing but the message, its channel, or all of its lane."""

    NOTHING = ""
    CHANNEL = "channel"
    LANE = "lane"


# After so many failures in a row a channel or lane is left alone, for longer each time; then one
# message tries whether it works again.
BREAKER_FAILURES = 5
BREAKER_FIRST = timedelta(seconds=15)
BREAKER_LONGEST = timedelta(minutes=15)


def digest_id(channel_id: str, due_at: datetime) -> str:
    """Return the id of the one digest that a channel gets at that time."""
    due_ms = round(due_at.timestamp() * 1000)
    # Not for security: the store's scripts know this hash and no other.
    return sha1(f"{channel_id}:{due_ms}".encode(), usedforsecurity=False).hexdigest()[:32]


NO_REST = timedelta()
NO_PACES: Mapping[str, Paces] = MappingProxyType({})


class DeliveryLedger(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer.

    It may have done its work then; each may be called again with the same arguments.
    """

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        """Add those whose id is not there yet, due at once; return how many were new."""
        ...

    async def place(self, placements: Sequence[Placement]) -> Placed:
        """Add those whose id is not there yet, each where it is to begin.

        Each is made whole, with what was told of its story, or refused whole.
        """
        ...

    async def stories(self, threads: Sequence[str]) -> Sequence[Story]:
        """Return what was told so far of each of these stories."""
        ...

    async def open_digests(self, digests: Sequence[tuple[Delivery, datetime]]) -> int:
        """Have a digest sent at each time even if nothing is gathered; return how many were new."""
        ...

    async def claim(
        self,
        owner: str,
        limit: int,
        lease: timedelta,
        *,
        per_lane: int = 8,
        paces: Mapping[str, Paces] = NO_PACES,
    ) -> Sequence[Claim]:
        """Take up to ``limit`` due deliveries; those whose lease ran out are due again.

        Under a lease are at any moment at most one delivery of a channel and ``per_lane`` of a
        lane, whoever holds them. A channel's deliveries are taken in the order of their time.
        ``paces`` are by the first word of a lane. What is left alone after failures is not taken.
        """
        ...

    async def close(self, claim: Claim) -> Contents | None:
        """Close the digest, and return what it gathers; None where the claim is void.

        Nothing is added to it from now on; closing it again returns the same.
        """
        ...

    async def seal(self, claim: Claim, payload: str) -> bool:
        """Keep what a closed digest says, for each attempt to say the same; False where void."""
        ...

    async def drop(self, items: Mapping[str, str]) -> None:
        """Note of items of a closed digest that they are not told after all, and by which gate."""
        ...

    async def begin(self, claim: Claim, lease: timedelta) -> bool:
        """Note that the bytes are about to leave; False where the claim is void, and nothing may be sent."""
        ...

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        """Hold the claim for another ``lease`` from now; False where it is void."""
        ...

    async def delivered(self, claim: Claim, reason: str, *, posted: str = "") -> None:
        """Note success. It counts even where the claim is void: the receiver has it.

        ``posted`` is what the channel calls the message; later ones of the thread get the first.
        """
        ...

    async def confirm(self, delivery_id: str, reason: str, *, posted: str = "") -> None:
        """Note success of what somebody sent who could not note it any more; as ``delivered``.

        Of what is not known it notes nothing.
        """
        ...

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
        """Note a failure that may pass; due again ``after`` from now. Nothing where the claim is void.

        ``unsure`` tells that the receiver may have the message; the next claim is a suspect.
        What is to ``blame`` is left alone for ``rest``, and for longer after many failures.
        """
        ...

    async def dead(self, claim: Claim, reason: str) -> None:
        """Note a failure that will not pass. Nothing where the claim is void."""
        ...

    async def suppressed(self, claim: Claim, gate: str) -> None:
        """Note that the reader does not want it any more. Nothing where the claim is void."""
        ...

    async def expired(self, claim: Claim, reason: str, tell_at: datetime) -> None:
        """Note that it became too old. Nothing where the claim is void.

        The next digest to its channel tells of it; there is one at ``tell_at`` at the latest.
        """
        ...

    async def postpone(self, claim: Claim, gate: str, until: datetime) -> None:
        """Give back what was claimed and not begun; due at ``until``, and no older by the wait.

        For the same gate once more, nothing is added to its history.
        """
        ...

    async def release(self, claim: Claim) -> None:
        """Give back what was claimed but not begun; it is due at once."""
        ...

    async def bounced(self, delivery_id: str, reason: str) -> bool:
        """Note that what was delivered came back; tell whether that is news. Else it changes nothing."""
        ...

    async def revive(self, delivery_id: str) -> None:
        """Make a delivery that is dead or expired pending again.

        Raises:
            NotFoundError: there is no such delivery.
        """
        ...

    async def get(self, delivery_id: str) -> DeliveryRecord:
        """Return one delivery with its history.

        Raises:
            NotFoundError: there is none (any more).
        """
        ...

    async def contents(self, digest_id: str) -> Contents:
        """Return what a digest gathers, so far where it is open; nothing where there is none."""
        ...

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
        """Return the last deliveries that are as wanted, newest first."""
        ...

    async def counts(self) -> dict[State, int]:
        """Return how many deliveries are in each state."""
        ...

    async def lag(self) -> timedelta:
        """Return for how long the delivery that waits longest has been due; zero where none is.

        What is left alone, or waits for its pace, is not due.
        """
        ...
