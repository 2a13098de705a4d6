"""Learns from what becomes of messages how channels stand."""

import structlog

from tocsin.documents import ChannelDocument
from tocsin.documents.channel_url import relay_address
from tocsin.errors import NotFoundError, StoreUnavailableError, UnreadableError
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import Delivery
from tocsin.ports.sender import Fault, Kind, Outcome, Sender
from tocsin.ports.subscribers import SubscriberStore
from tocsin.ports.suppressions import Cause, Suppression, Suppressions


log = structlog.get_logger()

FOR_GOOD = frozenset({Fault.NO_MAILBOX, Fault.GONE})


class ChannelWatch:
    """A sender that notes failures and recoveries with the channel.

    A mailbox that the operator's relay does not find is put on the list of those that nothing is
    sent to.
    """

    def __init__(
        self,
        sender: Sender,
        subscribers: SubscriberStore,
        suppressions: Suppressions,
        clock: Clock,
    ) -> None:
        self._sender = sender
        self._subscribers = subscribers
        self._suppressions = suppressions
        self._clock = clock

    async def send(
        self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
    ) -> Outcome:
        outcome = await self._sender.send(delivery, channel, posted=posted)
        try:
            await self._learn(channel, outcome)
        except (NotFoundError, UnreadableError):
            pass  # the channel was removed or spoiled meanwhile
        except StoreUnavailableError as error:
            # The next message to it teaches the same; this one's outcome must not be lost for it.
            log.warning("channel not judged", channel=channel.id, error=str(error))
        return outcome

    async def _learn(self, channel: ChannelDocument, outcome: Outcome) -> None:
        now = self._clock.now()
        if outcome.kind is Kind.DELIVERED:
            # As it was when the courier looked, since a message that was taken is to be noted soon.
            if self._subscribers.last_standing(channel.id).failures:
                await self._subscribers.stand(channel.id, lambda stands: stands.worked(now))
                log.info("channel works again", channel=channel.id)
            return
        if outcome.fault is Fault.NONE:
            return
        if outcome.fault is Fault.NO_MAILBOX:
            await self._suppress(channel, outcome.reason)
        for_good = outcome.fault in FOR_GOOD
        standing = await self._subscribers.stand(
            channel.id, lambda stands: stands.failed(now, outcome.reason, for_good=for_good)
        )
        log.warning(
            "channel fails",
            channel=channel.id,
            failures=standing.failures,
            disabled=standing.disabled_at is not None,
            reason=outcome.reason,
        )

    async def _suppress(self, channel: ChannelDocument, reason: str) -> None:
        # Of an account of the channel's own, the server is its owner's, and may say what it likes of
        # other people's addresses; only the operator's relay is believed.
        address = relay_address(channel.url.get_secret_value())
        if address is not None:
            new = Suppression(address, Cause.REFUSED, reason, self._clock.now())
            await self._suppressions.add(new)
