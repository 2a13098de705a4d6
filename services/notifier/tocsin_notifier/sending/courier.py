import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import assert_never

import structlog

from tocsin.delivery import TEST, Alert, Audience, Deliver, GiveUp, RetryLater, Step, decide
from tocsin.documents import ChannelDocument
from tocsin.documents.channel_url import schema_of
from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import Claim, Delivery, DeliveryLedger
from tocsin.ports.sender import Kind, Outcome, Sender
from tocsin_notifier import metrics
from tocsin_notifier.audience import LiveAudience


log = structlog.get_logger()

LEASE = timedelta(seconds=20)
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Courier:
    """Takes one delivery at a time from its claim to the note of what became of it.

    Args:
        chance: returns a number from [0, 1), anew each time.
        lease: how long the ledger waits for a courier that gives no sign of life.
    """

    def __init__(
        self,
        ledger: DeliveryLedger,
        audience: LiveAudience,
        sender: Sender,
        clock: Clock,
        chance: Callable[[], float],
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self._ledger = ledger
        self._audience = audience
        self._sender = sender
        self._clock = clock
        self._chance = chance
        self._lease = lease

    async def deliver(self, claim: Claim) -> None:
        """Send what was claimed, if it still may be sent, and note what became of it.

        Raises:
            StoreUnavailableError: the store was away before anything was sent; the lease runs
                out, and then it is somebody's turn again.
        """
        audience = await self._audience.current()
        channel = audience.channels.get(claim.delivery.channel_id)
        obstacle = _obstacle(audience, channel, claim.delivery)
        if channel is None or obstacle:
            await self._note(claim, GiveUp(obstacle))
            return
        # The intent goes before the bytes, so that nobody who finds it can take it for unsent.
        if not await self._ledger.begin(claim, self._lease):
            log.warning("claim was void", delivery=claim.delivery.id)
            return
        if claim.suspect:
            metrics.SUSPECTS.inc()
        outcome = await self._send(claim, channel)
        step = decide(outcome, claim, self._clock.now(), self._chance())
        self._count(claim, channel, outcome)
        await self._note(claim, step)

    async def _send(self, claim: Claim, channel: ChannelDocument) -> Outcome:
        """Send, and hold the lease for as long as that takes."""
        sending = asyncio.create_task(self._sender.send(claim.delivery, channel))
        try:
            while True:
                done, _ = await asyncio.wait({sending}, timeout=self._lease.total_seconds() / 3)
                if done:
                    return _outcome_of(sending, claim)
                await self._renew(claim)
        finally:
            sending.cancel()

    async def _renew(self, claim: Claim) -> None:
        try:
            if not await self._ledger.renew(claim, self._lease):
                log.warning("lease was lost while sending", delivery=claim.delivery.id)
        except StoreUnavailableError as error:
            log.warning("lease not renewed", delivery=claim.delivery.id, error=str(error))

    async def _note(self, claim: Claim, step: Step) -> None:
        """Note what became of it; as long as it takes, since nobody else knows."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._note_once(claim, step)
            except StoreUnavailableError as error:
                log.warning("outcome not noted yet", delivery=claim.delivery.id, error=str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                return

    async def _note_once(self, claim: Claim, step: Step) -> None:
        entry = log.bind(
            delivery=claim.delivery.id, channel=claim.delivery.channel_id, reason=step.reason
        )
        match step:
            case Deliver():
                await self._ledger.delivered(claim, step.reason)
                entry.info("delivered", attempts=claim.attempts + 1)
            case RetryLater():
                await self._ledger.retry(claim, step.reason, step.after, unsure=step.unsure)
                entry.warning("will be tried again", after_s=round(step.after.total_seconds(), 1))
            case GiveUp():
                await self._ledger.dead(claim, step.reason)
                metrics.GIVEN_UP.inc()
                entry.error("given up")
            case _:
                assert_never(step)

    def _count(self, claim: Claim, channel: ChannelDocument, outcome: Outcome) -> None:
        schema = schema_of(channel.url.get_secret_value())
        metrics.DELIVERIES.labels(schema, outcome.kind).inc()
        if outcome.kind is Kind.DELIVERED:
            alert = Alert.model_validate_json(claim.delivery.payload)
            now = self._clock.now()
            metrics.ARTICLE_TO_SENT.observe((now - alert.article.fetched_at).total_seconds())
            metrics.MATCH_TO_SENT.observe((now - alert.matched_at).total_seconds())


def _obstacle(audience: Audience, channel: ChannelDocument | None, delivery: Delivery) -> str:
    """Return why it may not be sent any more, by what people changed since it was enqueued."""
    subscription = audience.subscriptions.get(delivery.subscription_id)
    if channel is None:
        return f"the channel {delivery.channel_id!r} is gone"
    if not channel.enabled:
        return f"the channel {channel.id!r} is disabled: enable it, then revive this delivery"
    if subscription is None and delivery.subscription_id != TEST:
        return f"the subscription {delivery.subscription_id!r} is gone"
    if subscription is not None and not subscription.enabled:
        return f"the subscription {subscription.id!r} is disabled: enable it, then revive this delivery"
    return ""


def _outcome_of(sending: asyncio.Task[Outcome], claim: Claim) -> Outcome:
    """Return the outcome; a sender that fails by itself has not come to the wire yet."""
    error = sending.exception()
    if error is None:
        return sending.result()
    log.error("message cannot be written", delivery=claim.delivery.id, exc_info=error)
    return Outcome(Kind.PERMANENT, f"the message cannot be written ({type(error).__name__})")
