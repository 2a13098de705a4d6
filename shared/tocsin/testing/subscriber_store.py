from collections.abc import Callable, Mapping
from typing import TypeVar

from tocsin.documents import (
    ChannelDocument,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.documents.standing import after_change
from tocsin.errors import InvalidDocumentError, NotFoundError
from tocsin.ports.subscribers import Directory, DocumentKind, without_channel


D = TypeVar("D", SubscriberDocument, ChannelDocument, SubscriptionDocument)


class FakeSubscriberStore:
    """``unreadable`` is what a test says it is."""

    def __init__(self) -> None:
        self.unreadable: Mapping[tuple[DocumentKind, str], str] = {}
        self._revision = 0
        self._subscribers: dict[str, SubscriberDocument] = {}
        self._channels: dict[str, ChannelDocument] = {}
        self._standings: dict[str, Standing] = {}
        self._subscriptions: dict[str, SubscriptionDocument] = {}

    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        match document:
            case SubscriberDocument():
                return self._set(self._subscribers, document)
            case ChannelDocument():
                self._expect_subscriber(document.subscriber)
                self._expect_free(document)
                self._stand_anew(document)
                return self._set(self._channels, document)
            case SubscriptionDocument():
                self._expect_subscriber(document.subscriber)
                self._expect_channels(document)
                return self._set(self._subscriptions, document)

    async def delete_subscriber(self, subscriber_id: str) -> None:
        self._expect_subscriber(subscriber_id)
        del self._subscribers[subscriber_id]
        self._channels = {
            id_: channel
            for id_, channel in self._channels.items()
            if channel.subscriber != subscriber_id
        }
        self._standings = {
            id_: standing for id_, standing in self._standings.items() if id_ in self._channels
        }
        self._subscriptions = {
            id_: subscription
            for id_, subscription in self._subscriptions.items()
            if subscription.subscriber != subscriber_id
        }
        self._revision += 1

    async def delete_channel(self, channel_id: str) -> None:
        if channel_id not in self._channels:
            raise NotFoundError("channel", channel_id)
        del self._channels[channel_id]
        self._standings.pop(channel_id, None)
        for id_, subscription in self._subscriptions.items():
            if channel_id in subscription.channels:
                self._subscriptions[id_] = without_channel(subscription, channel_id)
        self._revision += 1

    async def delete_subscription(self, subscription_id: str) -> None:
        if subscription_id not in self._subscriptions:
            raise NotFoundError("subscription", subscription_id)
        del self._subscriptions[subscription_id]
        self._revision += 1

    async def directory(self) -> Directory:
        return Directory(
            self._revision,
            self._readable("subscriber", self._subscribers),
            self._readable("channel", self._channels),
            self._readable("subscription", self._subscriptions),
            dict(self._standings),
            dict(self.unreadable),
        )

    async def stand(self, channel_id: str, change: Callable[[Standing], Standing]) -> Standing:
        if channel_id not in self._channels:
            raise NotFoundError("channel", channel_id)
        before = self._standings.get(channel_id)
        self._standings[channel_id] = change(before or Standing())
        self._revision += before != self._standings[channel_id]
        return self._standings[channel_id]

    def last_standing(self, channel_id: str) -> Standing:
        return self._standings.get(channel_id, Standing())

    async def revision(self) -> int:
        return self._revision

    def _readable(self, kind: DocumentKind, documents: Mapping[str, D]) -> tuple[D, ...]:
        return tuple(
            document
            for id_, document in sorted(documents.items())
            if (kind, id_) not in self.unreadable
        )

    def _set(self, documents: dict[str, D], document: D) -> bool:
        if documents.get(document.id) == document:
            return False
        documents[document.id] = document
        self._revision += 1
        return True

    def _stand_anew(self, channel: ChannelDocument) -> None:
        before, standing = self._channels.get(channel.id), self._standings.get(channel.id)
        if before is not None and standing is not None:
            self._standings[channel.id] = after_change(before, channel, standing)

    def _expect_subscriber(self, subscriber_id: str) -> None:
        if subscriber_id not in self._subscribers:
            raise NotFoundError("subscriber", subscriber_id)

    def _expect_free(self, channel: ChannelDocument) -> None:
        present = self._channels.get(channel.id)
        if present is not None and present.subscriber != channel.subscriber:
            raise InvalidDocumentError(
                "/subscriber", f"channel {channel.id!r} is another subscriber's"
            )

    def _expect_channels(self, subscription: SubscriptionDocument) -> None:
        for channel_id in subscription.channels:
            channel = self._channels.get(channel_id)
            if channel is None or channel.subscriber != subscription.subscriber:
                raise NotFoundError("channel", channel_id)
