from datetime import datetime, timedelta

from tocsin.ports.clock import Clock
from tocsin.ports.idempotency import Answer, Claim, Running


CLAIM = timedelta(seconds=15)
KEPT = timedelta(hours=24)


class FakeIdempotencyLedger:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._claims = 0
        self._kept: dict[str, tuple[Claim | Answer, datetime]] = {}

    async def begin(self, key: str) -> Claim | Running | Answer:
        found, until = self._kept.get(key, (None, self._clock.now()))
        if found is None or until <= self._clock.now():
            self._claims += 1
            claim = Claim(key, str(self._claims))
            self._kept[key] = claim, self._clock.now() + CLAIM
            return claim
        return Running() if isinstance(found, Claim) else found

    async def renew(self, claim: Claim) -> None:
        if self._holds(claim):
            self._kept[claim.key] = claim, self._clock.now() + CLAIM

    async def finish(self, claim: Claim, answer: Answer) -> None:
        if self._holds(claim):
            self._kept[claim.key] = answer, self._clock.now() + KEPT

    async def abandon(self, claim: Claim) -> None:
        if self._holds(claim):
            del self._kept[claim.key]

    def _holds(self, claim: Claim) -> bool:
        found, until = self._kept.get(claim.key, (None, self._clock.now()))
        return found == claim and until > self._clock.now()
