"""Digests: closed and written once when they are due, and opened where somebody asked for them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from tocsin.delivery import Audience, compose
from tocsin.delivery.policy import digest_due, quiet_end
from tocsin.documents import Mode
from tocsin.documents.channel_url import lane_of
from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import Claim, Contents, Delivery, DeliveryLedger, DeliveryRecord
from tocsin.ports.preferences import Wishes
from tocsin.ports.subscribers import DocumentKind
from tocsin_notifier.audience import LiveAudience


log = structlog.get_logger()

OPEN_EVERY_S = 60.0
DEEPEST = 5  # digests that missed digests that missed digests …


class DigestDesk:
    """Closes digests and keeps what they say."""

    def __init__(self, ledger: DeliveryLedger) -> None:
        self._ledger = ledger

    async def quiet_until(self, claim: Claim, audience: Audience, now: datetime) -> datetime | None:
        """Return when the quiet hours end that hold for all of a digest."""
        subscriber = audience.subscribers.get(claim.delivery.subscriber_id)
        end = quiet_end(subscriber, None, now) if subscriber is not None else None
        if end is None:
            return None
        contents = await self._ledger.contents(claim.delivery.id)
        subscriptions = {item.delivery.subscription_id for item in contents.items}
        bypasses = (
            subscription.bypass_quiet
            for id_ in subscriptions
            if (subscription := audience.subscriptions.get(id_)) is not None
        )
        return None if any(bypasses) else end

    async def needs(self, claim: Claim) -> Sequence[tuple[DocumentKind, str]]:
        """Return the subscriptions of what a digest gathered."""
        contents = await self._ledger.contents(claim.delivery.id)
        return [("subscription", item.delivery.subscription_id) for item in contents.items]

    async def payload(
        self, claim: Claim, audience: Audience, wishes: Wishes, now: datetime
    ) -> str | None:
        """Close the digest and return what it says, the same at each attempt; None where void.

        Empty where nothing is left to tell.
        """
        if claim.delivery.payload:
            return claim.delivery.payload
        contents = await self._ledger.close(claim)
        subscriber = audience.subscribers.get(claim.delivery.subscriber_id)
        if contents is None:
            return None
        if subscriber is None:
            return ""
        missed = await self._missed(contents.missed)
        composed = compose(
            Contents(contents.items, missed),
            subscriber,
            claim.delivery.channel_id,
            audience.subscriptions,
            wishes,
            now,
        )
        if composed.dropped:
            await self._ledger.drop(composed.dropped)
        if composed.message is None:
            return ""
        payload = composed.message.model_dump_json()
        return payload if await self._ledger.seal(claim, payload) else None

    async def _missed(
        self, records: Sequence[DeliveryRecord], depth: int = 0
    ) -> Sequence[DeliveryRecord]:
        """Return the alerts that were missed; of a missed digest those that it gathered."""
        found: list[DeliveryRecord] = []
        for record in records:
            if not record.delivery.is_digest:
                found.append(record)
            elif depth < DEEPEST:
                contents = await self._ledger.contents(record.delivery.id)
                found += contents.items
                found += await self._missed(contents.missed, depth + 1)
        return found


class NothingMatched:
    """Has a digest sent at its time though nothing may match, to whoever asked for that."""

    def __init__(self, ledger: DeliveryLedger, audience: LiveAudience, clock: Clock) -> None:
        self._ledger = ledger
        self._audience = audience
        self._clock = clock

    async def follow(self) -> None:
        """Open the digests to come, again and again until cancelled."""
        while True:
            try:
                await self.open()
            except StoreUnavailableError as error:
                log.warning("digests not opened", error=str(error))
            await asyncio.sleep(OPEN_EVERY_S)

    async def open(self) -> None:
        """Open the next digest of each subscription whose subscriber wants to hear of nothing."""
        audience, now = (await self._audience.current()).audience, self._clock.now()
        digests = {
            (channel.id, due): Delivery(
                id="",
                article_id="",
                rule_id="",
                subscription_id="",
                channel_id=channel.id,
                payload="",
                lane=lane_of(channel.url.get_secret_value()),
                subscriber_id=listener.subscriber.id,
                is_digest=True,
            )
            for listeners in audience.listeners.values()
            for listener in listeners
            if listener.subscriber.nothing_matched
            and listener.subscription.mode is not Mode.INSTANT
            for due in [digest_due(listener.subscriber, listener.subscription, now)]
            for channel in listener.channels
        }
        if digests:
            await self._ledger.open_digests(
                [(delivery, due) for (_, due), delivery in digests.items()]
            )
