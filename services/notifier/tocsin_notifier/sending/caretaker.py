"""Asks whether alerts are wanted at new addresses, and tells owners of channels that broke."""

import asyncio
from collections.abc import Callable

import structlog

from tocsin.delivery.notice import breakdown, question
from tocsin.documents import ChannelDocument, ChannelState
from tocsin.documents.channel_url import mail_address
from tocsin.errors import NotFoundError, UnreadableError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import DeliveryLedger
from tocsin.ports.subscribers import Directory, SubscriberStore
from tocsin.ports.suppressions import Suppressions


log = structlog.get_logger()

LOOK_EVERY_S = 2.0


class Caretaker:
    """Any number may run: a notice is one delivery, whoever makes it and however often.

    Args:
        proof: returns a new secret, for the link of a confirmation mail.
        can_ask: whether there is a console that the link can lead to.
    """

    def __init__(
        self,
        ledger: DeliveryLedger,
        subscribers: SubscriberStore,
        suppressions: Suppressions,
        clock: Clock,
        proof: Callable[[], str],
        *,
        can_ask: bool,
    ) -> None:
        self._ledger = ledger
        self._subscribers = subscribers
        self._suppressions = suppressions
        self._clock = clock
        self._proof = proof
        self._can_ask = can_ask
        self._seen = -1

    async def follow(self) -> None:
        """Look whenever something was changed, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Do whatever is to be done; nothing where nothing changed since."""
        directory = await self._subscribers.directory()
        if directory.revision == self._seen:
            return
        for channel in directory.channels:
            try:
                await self._look_at(directory, channel)
            except (NotFoundError, UnreadableError):
                continue  # it was removed or spoiled meanwhile
        self._seen = directory.revision

    async def _look_at(self, directory: Directory, channel: ChannelDocument) -> None:
        standing = directory.standing(channel.id)
        if directory.state(channel) is ChannelState.PENDING and self._can_ask:
            await self._ask(directory, channel)
        elif standing.disabled_at is not None and standing.failures and not standing.told:
            await self._tell(directory, channel)

    async def _ask(self, directory: Directory, channel: ChannelDocument) -> None:
        address = mail_address(channel.url.get_secret_value())
        if address is None or await self._suppressions.find(address) is not None:
            return
        standing = directory.standing(channel.id)
        now = self._clock.now()
        if not standing.proof:
            proof = self._proof()
            standing = await self._subscribers.stand(
                channel.id,
                lambda stands: stands if stands.proof else stands.asked_for(now, proof),
            )
        # Made anew where we were killed between the two: it is the same delivery.
        owner = directory.subscriber(channel.subscriber)
        asked_at = standing.asked_at or now
        if await self._ledger.enqueue([question(channel, owner, standing, asked_at)]):
            log.info("confirmation asked for", channel=channel.id)

    async def _tell(self, directory: Directory, channel: ChannelDocument) -> None:
        standing = directory.standing(channel.id)
        owner = directory.subscriber(channel.subscriber)
        other = next(
            (
                each
                for each in directory.channels
                if each.subscriber == channel.subscriber
                and directory.state(each) is ChannelState.ACTIVE
            ),
            None,
        )
        now = self._clock.now()
        if other is not None:
            at = standing.disabled_at or now
            await self._ledger.enqueue([breakdown(channel, owner, standing, other, at)])
        what = f"told its owner on {other.id}" if other else "told nobody: no other channel works"
        log.warning("channel disabled", channel=channel.id, reason=standing.reason, told=what)
        await self._subscribers.stand(
            channel.id,
            lambda stands: (
                stands
                if stands.told or stands.disabled_at is None
                else stands.noted(now, "tocsin", what, told=True)
            ),
        )
