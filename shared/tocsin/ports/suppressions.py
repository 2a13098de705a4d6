"""Mail addresses that nothing is sent to: they do not exist, or their owner complained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Cause(StrEnum):
    REFUSED = "refused"  # a mail server said that there is no such mailbox
    BOUNCE = "bounce"  # it was taken first, and came back
    COMPLAINT = "complaint"  # its reader called it spam
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Suppression:
    """``reason`` is what was said; ``by`` is who put it down, ``tocsin`` where nobody did."""

    address: str
    cause: Cause
    reason: str
    at: datetime
    by: str = "tocsin"

    def __str__(self) -> str:
        said = f": {self.reason}" if self.reason else ""
        return f"suppressed since {self.at:%Y-%m-%d} ({self.cause}{said})"


class Suppressions(Protocol):
    """Addresses are told apart without regard to case.

    Every method raises StoreUnavailableError while the store cannot answer.
    """

    async def add(self, suppression: Suppression) -> bool:
        """Put an address down; what is known of it already stays. Tell whether it is new."""
        ...

    async def remove(self, address: str) -> None:
        """Let the address be written to again.

        Raises:
            NotFoundError: it is not suppressed.
        """
        ...

    async def find(self, address: str) -> Suppression | None:
        """Return what is known of an address; None where it may be written to."""
        ...

    async def all(self) -> Sequence[Suppression]:
        """Return all, by address."""
        ...


def normal(address: str) -> str:
    return address.strip().lower()
