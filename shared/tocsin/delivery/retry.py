"""When to try again."""

from datetime import timedelta


FIRST = timedelta(seconds=5)
FACTOR = 4
LONGEST = timedelta(hours=1)
SHORTEST = FIRST / 2

UNSURE = timedelta(seconds=60)


def backoff(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after this many attempts, at least one.

    Full jitter: anything up to 5 s, 20 s, 80 s, 5 min, 21 min, then 1 h, so that many that
    failed together do not come back together. ``chance`` is from [0, 1).

    Source: Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015.
    """
    # The longest is reached long before the power outgrows what a float can hold.
    growth: int = FACTOR ** min(attempts - 1, 10)
    longest = min(LONGEST, FIRST * growth)
    return max(SHORTEST, longest * chance)


def unsure_backoff(chance: float) -> timedelta:
    """Return how long to wait where the receiver may have the message: 1 to 2 minutes."""
    return UNSURE + UNSURE * chance
