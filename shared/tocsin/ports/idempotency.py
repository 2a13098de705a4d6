"""What was answered to a request, so that its repetition gets the same answer.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer the request with this key; ``token`` fences a later claim."""

    key: str
    token: str


@dataclass(frozen=True, slots=True)
class Running:
    """Somebody else is about to answer the request with this key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. ``fingerprint`` tells the request from another with the same key."""

    fingerprint: str
    status: int
    media_type: str
    body: bytes
    location: str = ""


class IdempotencyLedger(Protocol):
    """Every method raises StoreUnavailableError when the store is away."""

    async def begin(self, key: str) -> Claim | Running | Answer:
        """Claim a key for 15 seconds, or tell what became of an earlier claim."""
        ...

    async def renew(self, claim: Claim) -> None:
        """Hold a claim for another 15 seconds. Nothing where it ran out.

        Claims are short because whoever dies with one keeps every repetition waiting for its end.
        """
        ...

    async def finish(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer for 24 hours. Nothing where the claim ran out and another was made."""
        ...

    async def abandon(self, claim: Claim) -> None:
        """Give the key back: nothing was answered that a repetition must get again."""
        ...
