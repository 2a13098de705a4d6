"""Who is told of which rule, and where."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from tocsin.documents import (
    ChannelDocument,
    ChannelState,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
    state_of,
)
from tocsin.errors import NotFoundError


D = TypeVar("D", SubscriberDocument, ChannelDocument, SubscriptionDocument)
DocumentKind = Literal["subscriber", "channel", "subscription"]


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything at one moment; ``revision`` grows with each change.

    ``standings`` are by channel; one of which nothing is known yet is left out. ``unreadable`` tells
    of each document that cannot be read, and of what belongs to such a subscriber, why not.
    """

    revision: int
    subscribers: tuple[SubscriberDocument, ...]
    channels: tuple[ChannelDocument, ...]
    subscriptions: tuple[SubscriptionDocument, ...]
    standings: Mapping[str, Standing] = field(default_factory=dict)
    unreadable: Mapping[tuple[DocumentKind, str], str] = field(default_factory=dict)

    def subscriber(self, subscriber_id: str) -> SubscriberDocument:
        """Raise NotFoundError where there is none."""
        return _one("subscriber", self.subscribers, subscriber_id)

    def channel(self, channel_id: str) -> ChannelDocument:
        """Raise NotFoundError where there is none."""
        return _one("channel", self.channels, channel_id)

    def subscription(self, subscription_id: str) -> SubscriptionDocument:
        """Raise NotFoundError where there is none."""
        return _one("subscription", self.subscriptions, subscription_id)

    def standing(self, channel_id: str) -> Standing:
        return self.standings.get(channel_id, Standing())

    def state(self, channel: ChannelDocument) -> ChannelState:
        return state_of(channel, self.standing(channel.id))


def _one(kind: DocumentKind, among: Sequence[D], id_: str) -> D:
    for document in among:
        if document.id == id_:
            return document
    raise NotFoundError(kind, id_)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many URLs were sealed anew, and the channels whose URL was not.

    No key of ours opens that of the ``locked``; the ``unreadable`` are left as they are.
    """

    count: int
    locked: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


class SubscriberStore(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer.

    A document that cannot be read hides no other. It can be replaced and deleted, and stays as it
    is until somebody does.
    """

    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        """Create or replace; tell whether that changed anything.

        A channel whose URL changes stands as ``standing.after_change`` says; one that takes the
        place of what cannot be read, as a new one.

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

    async def stand(self, channel_id: str, change: Callable[[Standing], Standing]) -> Standing:
        """Change how a channel stands; return how it does then.

        ``change`` is called anew where the directory changed meanwhile, so it must be pure.

        Raises:
            NotFoundError: there is no such channel.
            UnreadableError: it cannot be read.
        """
        ...

    async def directory(self) -> Directory:
        """Return everything, read in one step."""
        ...

    def last_standing(self, channel_id: str) -> Standing:
        """Return how a channel stood when the directory was last read here; asks nobody."""
        ...

    async def revision(self) -> int:
        """Return the directory's revision, cheaply: whoever holds it may keep what they have read."""
        ...


def unreadable_documents(directory: Directory) -> Iterator[str]:
    """Yield a sentence for each document that cannot be read."""
    for (kind, id_), problem in directory.unreadable.items():
        yield f"{kind} {id_} cannot be read: {problem}"


def broken_channels(directory: Directory) -> Iterator[str]:
    """Yield a sentence for each channel that was disabled because it failed."""
    for channel in directory.channels:
        standing = directory.standing(channel.id)
        if standing.disabled_at is not None and standing.failures:
            yield f"channel {channel.id} was disabled, since it failed: {standing.reason}"


def channels_of(
    directory: Directory, subscription: SubscriptionDocument
) -> Sequence[ChannelDocument]:
    """Return the channels that a subscription's alerts go to, without those that are disabled."""
    return [
        channel
        for channel in directory.channels
        if directory.state(channel) is not ChannelState.DISABLED
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
