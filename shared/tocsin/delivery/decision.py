"""What follows an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from tocsin.delivery.retry import backoff, unsure_backoff
from tocsin.documents import Priority
from tocsin.ports.deliveries import Blame, Claim, Delivery
from tocsin.ports.sender import Kind, Outcome


# How long news is worth telling, from when it was due.
AGE_LIMITS = {
    Priority.BREAKING: timedelta(hours=6),
    Priority.NORMAL: timedelta(hours=24),
    Priority.LOW: timedelta(hours=24),
}
DIGEST_AGE_LIMIT = timedelta(hours=48)

# What is a receiver's own wish for its channel is kept to, up to here.
LONGEST_REST = timedelta(hours=1)

# A receiver that takes a message and never says so would get it again every minute.
MOST_UNSURE = 3


@dataclass(frozen=True, slots=True)
class Deliver:
    """``posted`` is what the channel calls the message, for later ones of its thread."""

    reason: str
    posted: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """``unsure`` tells that the receiver may have the message already.

    What is to ``blame`` is to be left alone for ``rest``.
    """

    reason: str
    after: timedelta
    unsure: bool = False
    blame: Blame = Blame.NOTHING
    rest: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Expire:
    """It is too old to be told by itself; the next digest tells that it was missed."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    reason: str


Step = Deliver | RetryLater | Expire | GiveUp


def decide(outcome: Outcome, claim: Claim, now: datetime, chance: float) -> Step:
    """Return what to note of an attempt that was begun under this claim.

    Nothing is given up for its age without an attempt, and none is begun before the receiver
    wants it. ``chance`` is from [0, 1).
    """
    match outcome.kind:
        case Kind.DELIVERED:
            return Deliver(outcome.reason, outcome.posted)
        case Kind.PARTIAL:
            return GiveUp(f"taken for some of the recipients only: {outcome.reason}")
        case Kind.PERMANENT | Kind.BLOCKED:
            return GiveUp(outcome.reason)
        case Kind.AMBIGUOUS:
            return _after_silence(outcome, claim, now, chance)
        case Kind.TRANSIENT:
            return _after_refusal(outcome, claim, now, chance)
        case _:
            assert_never(outcome.kind)


def _after_silence(outcome: Outcome, claim: Claim, now: datetime, chance: float) -> Step:
    if claim.suspects >= MOST_UNSURE:
        return GiveUp(
            f"the receiver may have it, but broke off {claim.suspects + 1} times: {outcome.reason}"
        )
    return _within_age(outcome, claim, now, unsure_backoff(chance), unsure=True)


def _after_refusal(outcome: Outcome, claim: Claim, now: datetime, chance: float) -> Step:
    return _within_age(outcome, claim, now, backoff(claim.attempts + 1, chance), unsure=False)


def _within_age(
    outcome: Outcome, claim: Claim, now: datetime, after: timedelta, *, unsure: bool
) -> Step:
    """Return a retry before the age limit, the last one at it; beyond it there is none."""
    limit = age_limit(claim.delivery)
    left = claim.queued_at + limit - now
    wish = outcome.retry_after or timedelta()
    if left <= timedelta() or wish > left:
        return Expire(
            f"expired {_hours(limit)} h after it was due, after {claim.attempts + 1} attempts: "
            f"{outcome.reason}"
        )
    return RetryLater(
        outcome.reason,
        min(max(after, wish), left),
        unsure=unsure,
        blame=outcome.blame,
        rest=min(wish, LONGEST_REST),
    )


def age_limit(delivery: Delivery) -> timedelta:
    return DIGEST_AGE_LIMIT if delivery.is_digest else AGE_LIMITS[delivery.priority]


def _hours(duration: timedelta) -> int:
    return round(duration / timedelta(hours=1))
