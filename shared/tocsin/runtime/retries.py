"""What is to be done with an entry whose handling failed; decided here, done elsewhere."""

from dataclasses import dataclass

from pydantic import ValidationError
from redis.exceptions import RedisError

from tocsin.errors import PermanentError, StoreUnavailableError, TocsinError


# What fails because something we stand on is away: the entry is not to blame.
INFRASTRUCTURE = (RedisError, OSError, StoreUnavailableError)
# What no repetition will mend. The last is how text and JSON that cannot be read are told.
PERMANENT = (PermanentError, ValidationError, UnicodeDecodeError)


class HandlerTimeoutError(TocsinError):
    """A handler took longer than it may."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"the handler did not finish within {timeout_s:g} s")
        self.timeout_s = timeout_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how soon an entry is tried again.

    An entry that was delivered ``max_deliveries`` times is given up. The first repetition
    waits ``first_delay_s``, each further one twice as long, up to ``max_delay_s``.
    """

    max_deliveries: int = 5
    first_delay_s: float = 0.5
    max_delay_s: float = 15.0
    infrastructure_delay_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again ``after_s`` from now; ``counts`` tells whether this delivery was an attempt."""

    after_s: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Bury:
    reason: str


def after_failure(error: Exception, deliveries: int, patience: Patience) -> Retry | Bury:
    """Decide for an entry whose ``deliveries``-th delivery ended in ``error``."""
    if isinstance(error, INFRASTRUCTURE):
        return Retry(min(patience.infrastructure_delay_s, patience.max_delay_s), counts=False)
    if isinstance(error, PERMANENT) or deliveries >= patience.max_deliveries:
        return Bury(describe(error))
    return Retry(delay_s(deliveries, patience), counts=True)


def before_handling(deliveries: int, patience: Patience) -> Bury | None:
    """Decide for an entry that is about to be handled for the ``deliveries``-th time.

    One that was delivered too often, and never failed, took its consumers down with it.
    """
    if deliveries <= patience.max_deliveries:
        return None
    return Bury(
        f"delivered {deliveries - 1} times and neither finished nor failed: "
        "it most likely crashes its consumer"
    )


def delay_s(deliveries: int, patience: Patience) -> float:
    doublings = min(deliveries - 1, 32)
    return min(patience.first_delay_s * 2.0**doublings, patience.max_delay_s)


def describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
