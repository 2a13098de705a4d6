import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

import structlog

from tocsin.delivery import (
    OURS,
    Audience,
    Deliver,
    Expire,
    GiveUp,
    RetryLater,
    Step,
    decide,
)
from tocsin.delivery.admission import Bar, Wait, bar, waits, waits_for_reading
from tocsin.delivery.digest import alert_of, is_alert
from tocsin.delivery.policy import Suppress, quiet_end, retold_at
from tocsin.documents import ChannelDocument, Standing
from tocsin.documents.channel_url import mail_address, schema_of
from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import Claim, Delivery, DeliveryLedger
from tocsin.ports.preferences import Wishes
from tocsin.ports.sender import Kind, Outcome, Sender
from tocsin.ports.subscribers import DocumentKind
from tocsin.ports.suppressions import Suppressions
from tocsin_notifier import metrics
from tocsin_notifier.audience import LiveAudience
from tocsin_notifier.sending.digests import DigestDesk
from tocsin_notifier.sending.lease import KeptLease


log = structlog.get_logger()

LEASE = timedelta(seconds=20)
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Courier:
    """Takes one delivery at a time from its claim to the note of what became of it.

    Args:
        chance: returns a number from [0, 1), anew each time.
        noted: is told of each delivery whose outcome the ledger knows.
        lease: how long the ledger waits for a courier that gives no sign of life.
    """

    def __init__(
        self,
        ledger: DeliveryLedger,
        audience: LiveAudience,
        sender: Sender,
        clock: Clock,
        chance: Callable[[], float],
        suppressions: Suppressions,
        *,
        lease: timedelta = LEASE,
        noted: Callable[[str], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._audience = audience
        self._sender = sender
        self._clock = clock
        self._chance = chance
        self._suppressions = suppressions
        self._digests = DigestDesk(ledger)
        self._lease = lease
        self._noted = noted

    async def deliver(self, claim: Claim) -> None:
        """Send what was claimed, if it still may be sent, and note what became of it.

        Raises:
            StoreUnavailableError: the store was away before anything was sent; the lease runs
                out, and then it is somebody's turn again.
        """
        hearing = await self._audience.current()
        audience, wishes = hearing.audience, hearing.wishes
        now = self._clock.now()
        wait = await self._unread(audience, claim, now) or _wait(audience, claim, now)
        if wait is not None:
            await self._ledger.postpone(claim, wait.gate, wait.until)
            return
        if (quiet := await self._quiet_until(claim, audience, now)) is not None:
            gate = f"quiet hours until {quiet:%Y-%m-%d %H:%M} UTC"
            await self._ledger.postpone(claim, gate, quiet)
            return
        if claim.delivery.is_digest:
            payload = await self._digests.payload(claim, audience, wishes, now)
            if payload is None:
                log.warning("claim was void", delivery=claim.delivery.id)
                return
            claim = replace(claim, delivery=replace(claim.delivery, payload=payload))
        hindrance = await self._bar(audience, claim.delivery) or _hindrance(
            audience, wishes, claim.delivery
        )
        channel = audience.channels.get(claim.delivery.channel_id)
        if hindrance is not None or channel is None:
            await self._note(claim, hindrance or GiveUp("the channel is gone"), audience)
            return
        await self._attempt(claim, channel, audience)

    async def _unread(self, audience: Audience, claim: Claim, now: datetime) -> Wait | None:
        """Return for how long to wait for what cannot be read just now, if it has to do with this."""
        if not audience.unreadable:
            return None
        delivery = claim.delivery
        needed: list[tuple[DocumentKind, str]] = [("channel", delivery.channel_id)]
        if delivery.is_digest and not delivery.payload:
            needed += await self._digests.needs(claim)
        else:
            needed.append(("subscription", delivery.subscription_id))
        for each in needed:
            if each in audience.unreadable:
                return waits_for_reading(*each, now)
        return None

    async def _bar(self, audience: Audience, delivery: Delivery) -> Bar | None:
        """Return why nothing may be sent to the channel, if so."""
        channel = audience.channels.get(delivery.channel_id)
        if channel is None:
            return None
        address = mail_address(channel.url.get_secret_value())
        suppression = await self._suppressions.find(address) if address else None
        standing = audience.standings.get(channel.id, Standing())
        return bar(channel, standing, suppression, delivery.subscription_id)

    async def _attempt(self, claim: Claim, channel: ChannelDocument, audience: Audience) -> None:
        # The intent goes before the bytes, so that nobody who finds it can take it for unsent.
        if not await self._ledger.begin(claim, self._lease):
            log.warning("claim was void", delivery=claim.delivery.id)
            return
        if claim.suspect:
            metrics.SUSPECTS.inc()
        outcome = await self._send(claim, channel)
        step = decide(outcome, claim, self._clock.now(), self._chance())
        self._count(claim, channel, outcome)
        await self._note(claim, step, audience)

    async def _quiet_until(
        self, claim: Claim, audience: Audience, now: datetime
    ) -> datetime | None:
        """Return when the quiet hours end that hold for what was due in them all the same."""
        if claim.delivery.is_digest:
            return await self._digests.quiet_until(claim, audience, now)
        subscriber = audience.subscribers.get(claim.delivery.subscriber_id)
        if subscriber is None or claim.delivery.subscription_id in OURS:
            return None
        return quiet_end(
            subscriber, audience.subscriptions.get(claim.delivery.subscription_id), now
        )

    async def _send(self, claim: Claim, channel: ChannelDocument) -> Outcome:
        """Send, and hold the lease for as long as that takes."""
        with KeptLease(partial(self._renew, claim), self._lease.total_seconds() / 3):
            try:
                return await self._sender.send(claim.delivery, channel, posted=claim.posted)
            except Exception as error:
                # A sender that fails by itself has not come to the wire yet.
                log.exception("message cannot be written", delivery=claim.delivery.id)
                reason = f"the message cannot be written ({type(error).__name__})"
                return Outcome(Kind.PERMANENT, reason)

    async def _renew(self, claim: Claim) -> None:
        try:
            if not await self._ledger.renew(claim, self._lease):
                log.warning("lease was lost while sending", delivery=claim.delivery.id)
        except StoreUnavailableError as error:
            log.warning("lease not renewed", delivery=claim.delivery.id, error=str(error))

    async def _note(self, claim: Claim, step: Step | Suppress, audience: Audience) -> None:
        """Note what became of it; as long as it takes, since nobody else knows."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._note_once(claim, step, audience)
            except StoreUnavailableError as error:
                log.warning("outcome not noted yet", delivery=claim.delivery.id, error=str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                if self._noted is not None:
                    self._noted(claim.delivery.id)
                return

    async def _note_once(self, claim: Claim, step: Step | Suppress, audience: Audience) -> None:
        entry = log.bind(delivery=claim.delivery.id, channel=claim.delivery.channel_id)
        match step:
            case Deliver(reason, posted):
                await self._ledger.delivered(claim, reason, posted=posted)
                entry.info("delivered", attempts=claim.attempts + 1, reason=reason)
            case RetryLater(reason, after):
                await self._ledger.retry(
                    claim, reason, after, unsure=step.unsure, blame=step.blame, rest=step.rest
                )
                entry.warning(
                    "will be tried again", after_s=round(after.total_seconds(), 1), reason=reason
                )
            case Expire(reason):
                await self._ledger.expired(claim, reason, self._told_at(claim.delivery, audience))
                metrics.EXPIRED.inc()
                entry.error("expired", reason=reason)
            case GiveUp(reason):
                await self._ledger.dead(claim, reason)
                metrics.GIVEN_UP.inc()
                entry.error("given up", reason=reason)
            case Suppress(gate):
                await self._ledger.suppressed(claim, gate)
                entry.info("suppressed", gate=gate)
            case _:
                assert_never(step)

    def _told_at(self, delivery: Delivery, audience: Audience) -> datetime:
        now = self._clock.now()
        subscriber = audience.subscribers.get(delivery.subscriber_id)
        if subscriber is None:
            return now
        return retold_at(subscriber, audience.subscriptions.get(delivery.subscription_id), now)

    def _count(self, claim: Claim, channel: ChannelDocument, outcome: Outcome) -> None:
        schema = schema_of(channel.url.get_secret_value())
        metrics.DELIVERIES.labels(schema, outcome.kind).inc()
        if outcome.kind is Kind.DELIVERED and not claim.attempts and is_alert(claim.delivery):
            alert = alert_of(claim.delivery.payload)
            now = self._clock.now()
            metrics.ARTICLE_TO_SENT.observe((now - alert.article.fetched_at).total_seconds())
            metrics.MATCH_TO_SENT.observe((now - alert.matched_at).total_seconds())


def _wait(audience: Audience, claim: Claim, now: datetime) -> Wait | None:
    channel = audience.channels.get(claim.delivery.channel_id)
    if channel is None:
        return None
    standing = audience.standings.get(channel.id, Standing())
    return waits(channel, standing, claim.delivery.subscription_id, claim.created_at, now)


def _hindrance(audience: Audience, wishes: Wishes, delivery: Delivery) -> GiveUp | Suppress | None:
    """Return why it may not be sent any more, by what people changed since it was enqueued."""
    channel = audience.channels.get(delivery.channel_id)
    if channel is None:
        return GiveUp(f"the channel {delivery.channel_id!r} is gone")
    if delivery.is_digest:
        return None if delivery.payload else Suppress("nothing is left to tell in it")
    if delivery.subscription_id in OURS:
        return None
    subscription = audience.subscriptions.get(delivery.subscription_id)
    if subscription is None:
        return GiveUp(f"the subscription {delivery.subscription_id!r} is gone")
    if not subscription.enabled:
        return GiveUp(
            f"the subscription {subscription.id!r} is disabled: enable it, then revive this delivery"
        )
    if wishes.is_unsubscribed(subscription.id, channel.id):
        return Suppress("unsubscribed by the reader")
    return None
