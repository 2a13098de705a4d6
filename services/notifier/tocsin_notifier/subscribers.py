"""Reads matches, and puts down what is to be sent."""

from collections.abc import Callable, Sequence

import structlog

from tocsin.delivery import expand
from tocsin.events import ArticleMatched, Event
from tocsin.ports.deliveries import DeliveryLedger
from tocsin_notifier import metrics
from tocsin_notifier.audience import LiveAudience


log = structlog.get_logger()


class Fanout:
    """Turns each match into deliveries.

    It returns when all are in the ledger, so the match is acknowledged only then; what is there
    already is not added again, so it may be done as often as it takes.
    """

    def __init__(
        self, ledger: DeliveryLedger, audience: LiveAudience, nudge: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._audience = audience
        self._nudge = nudge

    async def enqueue(self, event: ArticleMatched) -> Sequence[Event]:
        expansion = expand(event, await self._audience.current())
        new = await self._ledger.enqueue(expansion.deliveries) if expansion.deliveries else 0
        if new:
            self._nudge()
        known = len(expansion.deliveries) - new
        metrics.ALERTS.labels("enqueued").inc(new)
        metrics.ALERTS.labels("known").inc(known)
        metrics.ALERTS.labels("unheard").inc(len(expansion.unheard))
        log.info(
            "match taken up",
            article=event.article.id,
            rules=len(event.matches),
            enqueued=new,
            known=known,
            unheard=len(expansion.unheard),
        )
        return ()
