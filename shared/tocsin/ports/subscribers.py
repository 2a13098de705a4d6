"""Who is told of which rule, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything at one moment; ``revision`` grows with each change."""

    revision: int
    subscribers: tuple[SubscriberDocument, ...]
    channels: tuple[ChannelDocument, ...]
    subscriptions: tuple[SubscriptionDocument, ...]


class SubscriberStore(Protocol):
    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        """Create or replace; tell whether that changed anything.

        Raises:
            NotFoundError: a channel or subscription names a subscriber or channel that is not there.
        """
        ...

    async def delete_subscriber(self, subscriber_id: str) -> None:
        """Remove with all channels and subscriptions of theirs.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def delete_channel(self, channel_id: str) -> None:
        """Remove; subscriptions that name it do so no longer.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def delete_subscription(self, subscription_id: str) -> None:
        """Remove.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def directory(self) -> Directory:
        """Return everything, read in one step."""
        ...

    async def revision(self) -> int:
        """Return the directory's revision, cheaply: whoever holds it may keep what they have read."""
        ...


def channels_of(
    directory: Directory, subscription: SubscriptionDocument
) -> Sequence[ChannelDocument]:
    """Return the enabled channels that a subscription's alerts go to."""
    return [
        channel
        for channel in directory.channels
        if channel.enabled
        and channel.subscriber == subscription.subscriber
        and (not subscription.channels or channel.id in subscription.channels)
    ]
