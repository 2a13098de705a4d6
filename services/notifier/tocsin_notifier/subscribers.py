"""Reads matches, and puts down what is to be sent."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import structlog

from tocsin.delivery import Candidate, expand, place
from tocsin.errors import TocsinError
from tocsin.events import ArticleMatched, Event
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import DeliveryLedger, Placement, Refusal, Refused, State, Story
from tocsin.ports.preferences import Wishes
from tocsin_notifier import metrics
from tocsin_notifier.audience import LiveAudience


log = structlog.get_logger()

# Each round settles all but what others were quicker with; so many in a row mean a mistake.
MOST_ROUNDS = 25


class ContendedError(TocsinError):
    """Others changed the same stories again and again; it may be tried later."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A candidate that has no place yet, and what is known to decide upon."""

    candidate: Candidate
    now: datetime
    not_before: datetime | None = None
    read_story: bool = False


class Fanout:
    """Turns each match into deliveries.

    It returns when all are in the ledger, so the match is acknowledged only then; what is there
    already is not added again, so it may be done as often as it takes.
    """

    def __init__(
        self,
        ledger: DeliveryLedger,
        audience: LiveAudience,
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._audience = audience
        self._clock = clock
        self._nudge = nudge

    async def enqueue(self, event: ArticleMatched) -> Sequence[Event]:
        hearing = await self._audience.current()
        expansion = expand(event, hearing.audience, hearing.wishes)
        new = await self._place(expansion.candidates, hearing.wishes)
        if new[State.PENDING]:
            self._nudge()
        self._count(event, len(expansion.candidates), len(expansion.unheard), new)
        return ()

    async def _place(self, candidates: Sequence[Candidate], wishes: Wishes) -> Counter[State]:
        """Place all; what is refused is decided anew, by what the refusal told."""
        now = self._clock.now()
        left = [_Open(each, now, read_story=each.may_be_known) for each in candidates]
        new: Counter[State] = Counter()
        for _ in range(MOST_ROUNDS):
            if not left:
                return new
            placements = await self._decide(left, wishes)
            placed = await self._ledger.place(placements)
            new.update(placed.new)
            open_by_id = {each.candidate.id: each for each in left}
            left = [_anew(open_by_id[each.placement.delivery.id], each) for each in placed.refused]
        raise ContendedError(f"{len(left)} deliveries were overtaken {MOST_ROUNDS} times")

    async def _decide(self, left: Sequence[_Open], wishes: Wishes) -> Sequence[Placement]:
        unread = [each.candidate.thread for each in left if each.read_story]
        stories = dict(zip(unread, await self._ledger.stories(unread), strict=True))
        return [
            place(
                each.candidate,
                stories.get(each.candidate.thread, Story()),
                wishes,
                each.now,
                not_before=each.not_before,
            )
            for each in left
        ]

    def _count(
        self, event: ArticleMatched, candidates: int, unheard: int, new: Counter[State]
    ) -> None:
        known = candidates - new.total()
        for state, count in new.items():
            name = "enqueued" if state is State.PENDING else state
            metrics.ALERTS.labels(name).inc(count)
        metrics.ALERTS.labels("known").inc(known)
        metrics.ALERTS.labels("unheard").inc(unheard)
        log.info(
            "match taken up",
            article=event.article.id,
            rules=len(event.matches),
            enqueued=new[State.PENDING],
            held=new[State.HELD],
            folded=new[State.FOLDED],
            suppressed=new[State.SUPPRESSED],
            known=known,
            unheard=unheard,
        )


def _anew(left: _Open, refused: Refused) -> _Open:
    match refused.why:
        case Refusal.OVERTAKEN:
            return replace(left, read_story=True)
        case Refusal.THROTTLED:
            return replace(left, not_before=refused.until)
        case Refusal.CLOSED:
            # The store's clock is ahead of ours: by it, that time is over.
            return replace(left, now=max(left.now, refused.until or left.now))
        case _:
            assert_never(refused.why)
