import json
from collections.abc import Callable, Sequence
from typing import Any, assert_never

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.errors import InvalidDocumentError, NotFoundError
from tocsin.ports.subscribers import Directory, without_channel


# The script's keys, by the numbers that its steps name them with.
HASHES = (keys.SUBSCRIBERS, keys.CHANNELS, keys.SUBSCRIPTIONS)
SUBSCRIBER, CHANNEL, SUBSCRIPTION = "1", "2", "3"
KINDS = {SUBSCRIBER: "subscriber", CHANNEL: "channel", SUBSCRIPTION: "subscription"}

OVERTAKEN = -1

Step = tuple[str, ...]


class RedisSubscriberStore:
    """A hash for each kind of document, and a counter that every change of any raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._change = script(redis, "change_directory")
        self._held: Directory | None = None

    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        return await self._apply(_put_steps(document)) > 0

    async def delete_subscriber(self, subscriber_id: str) -> None:
        def steps(directory: Directory) -> Sequence[Step]:
            owned = (
                (number, document.id)
                for number, documents in (
                    (CHANNEL, directory.channels),
                    (SUBSCRIPTION, directory.subscriptions),
                )
                for document in documents
                if document.subscriber == subscriber_id
            )
            return [
                ("need", SUBSCRIBER, subscriber_id),
                ("del", SUBSCRIBER, subscriber_id),
                *(("del", number, id_) for number, id_ in owned),
            ]

        await self._apply_to_what_stands(steps)

    async def delete_channel(self, channel_id: str) -> None:
        def steps(directory: Directory) -> Sequence[Step]:
            return [
                ("need", CHANNEL, channel_id),
                ("del", CHANNEL, channel_id),
                *(
                    _set(SUBSCRIPTION, without_channel(subscription, channel_id))
                    for subscription in directory.subscriptions
                    if channel_id in subscription.channels
                ),
            ]

        await self._apply_to_what_stands(steps)

    async def delete_subscription(self, subscription_id: str) -> None:
        await self._apply(
            [("need", SUBSCRIPTION, subscription_id), ("del", SUBSCRIPTION, subscription_id)]
        )

    async def directory(self) -> Directory:
        if self._held is None or self._held.revision != await self.revision():
            self._held = await self._read()
        return self._held

    async def revision(self) -> int:
        with available():
            return int(await self._redis.get(keys.DELIVERY_CHANGES) or 0)

    async def _read(self) -> Directory:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(keys.DELIVERY_CHANGES)
            for key in HASHES:
                commands.hgetall(key)
            revision, subscribers, channels, subscriptions = await commands.execute()
        return Directory(
            revision=int(revision or 0),
            subscribers=tuple(
                SubscriberDocument.model_validate_json(text) for text in _by_id(subscribers)
            ),
            channels=tuple(
                ChannelDocument.from_stored(json.loads(text)) for text in _by_id(channels)
            ),
            subscriptions=tuple(
                SubscriptionDocument.model_validate_json(text) for text in _by_id(subscriptions)
            ),
        )

    async def _apply_to_what_stands(self, steps: Callable[[Directory], Sequence[Step]]) -> None:
        """Apply steps that depend on the directory; prepare them anew when it changed meanwhile."""
        while True:
            directory = await self.directory()
            if await self._apply(steps(directory), str(directory.revision)) != OVERTAKEN:
                return

    async def _apply(self, steps: Sequence[Step], revision: str = "") -> int:
        """Return the new revision, 0 where nothing changed, or OVERTAKEN."""
        with available():
            answer: bytes | int = await self._change(
                keys=[*HASHES, keys.DELIVERY_CHANGES],
                args=[revision, *(argument for step in steps for argument in step)],
            )
        if isinstance(answer, bytes):
            raise _refusal(*answer.decode().split(" "))
        return answer


def _put_steps(
    document: SubscriberDocument | ChannelDocument | SubscriptionDocument,
) -> Sequence[Step]:
    match document:
        case SubscriberDocument():
            return [_set(SUBSCRIBER, document)]
        case ChannelDocument():
            return [
                ("need", SUBSCRIBER, document.subscriber),
                ("free", CHANNEL, document.id, document.subscriber),
                ("set", CHANNEL, document.id, json.dumps(document.as_stored())),
            ]
        case SubscriptionDocument():
            return [
                ("need", SUBSCRIBER, document.subscriber),
                *(("owned", CHANNEL, id_, document.subscriber) for id_ in document.channels),
                _set(SUBSCRIPTION, document),
            ]
        case _:
            assert_never(document)


def _set(number: str, document: SubscriberDocument | SubscriptionDocument) -> Step:
    return ("set", number, document.id, document.model_dump_json())


def _by_id(documents: dict[bytes, bytes]) -> Sequence[bytes]:
    return [documents[id_] for id_ in sorted(documents)]


def _refusal(step: str, number: str, id_: str) -> NotFoundError | InvalidDocumentError:
    if step == "free":
        return InvalidDocumentError("/subscriber", f"channel {id_!r} is another subscriber's")
    return NotFoundError(KINDS[number], id_)
