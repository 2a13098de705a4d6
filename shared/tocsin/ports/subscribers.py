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


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many URLs were sealed anew, and the channels whose URL no key of ours opens."""

    count: int
    locked: tuple[str, ...]


class SubscriberStore(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer."""

    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        """Create or replace; tell whether that changed anything.

        Raises:
            NotFoundError: a channel or subscription names a subscriber that is not there, or a
                subscription a channel that is not its subscriber's.
            InvalidDocumentError: the channel is another subscriber's, and stays with them.
        """
        ...

    async def delete_subscriber(self, subscriber_id: str) -> None:
        """Remove with all channels and subscriptions of theirs.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def delete_channel(self, channel_id: str) -> None:
        """Remove; subscriptions that name it do so no longer, see ``without_channel``.

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


def without_channel(subscription: SubscriptionDocument, channel_id: str) -> SubscriptionDocument:
    """Return the subscription with the channel struck out.

    Where it named no other it is disabled: to name none means all, and nobody asked for that.
    """
    channels = tuple(named for named in subscription.channels if named != channel_id)
    enabled = subscription.enabled and bool(channels)
    return subscription.model_copy(update={"channels": channels, "enabled": enabled})
