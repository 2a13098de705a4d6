"""Who may push, and how much."""

import hmac
import math
from collections import OrderedDict
from datetime import datetime

from pydantic import SecretStr

from tocsin.ports.clock import Clock
from tocsin_ingest.routes.problems import Problem, ProblemError


CLIENTS = 10_000  # remembered; one that was forgotten begins with a full bucket


def require_token(expected: SecretStr | None, shown: str | None) -> None:
    """Refuse whoever does not show the token.

    Raises:
        ProblemError: 401.
    """
    if expected is None:
        return
    # Compared in the same time wherever they differ, so that it cannot be found letter by letter.
    if shown is None or not hmac.compare_digest(
        shown.encode(), expected.get_secret_value().encode()
    ):
        raise ProblemError(
            Problem(
                401,
                "no-token",
                "A token is needed",
                "send the header Authorization: Bearer <token>",
                closes=True,
            )
        )


class TokenBuckets:
    """How many articles each client may push: ``burst`` at once, and ``rate`` a second on.

    What a request will bring is known only afterwards, so a client may run into debt once, and
    waits until it is paid off.
    """

    def __init__(self, clock: Clock, *, rate: float, burst: int) -> None:
        """Take a ``rate`` of 0 for no limit."""
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._levels: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def admit(self, client: str) -> None:
        """Refuse a client that is in debt.

        Raises:
            ProblemError: 429, with the time to wait.
        """
        missing = 1 - self._level(client)
        if self._rate and missing > 0:
            wait_s = math.ceil(missing / self._rate)
            raise ProblemError(
                Problem(
                    429,
                    "too-many",
                    "Too many articles in too short a time",
                    f"{self._rate:g} a second are taken, {self._burst:,} at once; wait {wait_s} s",
                    retry_after_s=wait_s,
                    closes=True,
                )
            )

    def take(self, client: str, articles: int) -> None:
        if self._rate:
            self._levels[client] = self._level(client) - articles, self._clock.now()
            self._levels.move_to_end(client)
            if len(self._levels) > CLIENTS:
                self._levels.popitem(last=False)

    def _level(self, client: str) -> float:
        now = self._clock.now()
        level, since = self._levels.get(client, (float(self._burst), now))
        return min(float(self._burst), level + (now - since).total_seconds() * self._rate)
