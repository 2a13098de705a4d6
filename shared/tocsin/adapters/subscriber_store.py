import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.directory_reading import DirectoryReader, Held
from tocsin.adapters.scripts import script
from tocsin.adapters.vault import Vault
from tocsin.documents import (
    ChannelDocument,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.documents.channel_url import is_sealed, key_of
from tocsin.documents.standing import after_change, needs_confirmation
from tocsin.errors import InvalidDocumentError, NotFoundError, StartError, UnreadableError
from tocsin.ports.clock import Clock
from tocsin.ports.subscribers import Directory, DocumentKind, Resealed, without_channel


# The script's keys, by the numbers that its steps name them with.
HASHES = (keys.SUBSCRIBERS, keys.CHANNELS, keys.SUBSCRIPTIONS, keys.STANDINGS)
SUBSCRIBER, CHANNEL, SUBSCRIPTION, STANDING = "1", "2", "3", "4"
KINDS: Mapping[str, DocumentKind] = {
    SUBSCRIBER: "subscriber",
    CHANNEL: "channel",
    SUBSCRIPTION: "subscription",
}
NUMBERS = {kind: number for number, kind in KINDS.items()}

OVERTAKEN = -1

Step = tuple[str, ...]


class RedisSubscriberStore:
    """A hash for each kind of document, and a counter that every change of any raises.

    Channels' URLs are sealed in the store, and open in the documents that leave it.
    """

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._redis = redis
        self._vault = vault
        self._change = script(redis, "change_directory")
        self._reader = DirectoryReader(vault)
        self._held: Held | None = None

    async def put(
        self, document: SubscriberDocument | ChannelDocument | SubscriptionDocument
    ) -> bool:
        if isinstance(document, ChannelDocument):
            return await self._apply_to_what_stands(lambda held: self._put_channel(held, document))
        return await self._apply(_put_steps(document)) > 0

    async def delete_subscriber(self, subscriber_id: str) -> None:
        def steps(held: Held) -> Sequence[Step]:
            directory = held.directory
            owned = [
                (number, document.id)
                for number, documents in (
                    (CHANNEL, directory.channels),
                    (SUBSCRIPTION, directory.subscriptions),
                )
                for document in documents
                if document.subscriber == subscriber_id
            ] + [
                (NUMBERS[kind], id_)
                for (kind, id_), owner in held.owners.items()
                if owner == subscriber_id
            ]
            return [
                ("need", SUBSCRIBER, subscriber_id),
                ("del", SUBSCRIBER, subscriber_id),
                *(("del", number, id_) for number, id_ in owned),
                *(("del", STANDING, id_) for number, id_ in owned if number == CHANNEL),
            ]

        await self._apply_to_what_stands(steps)

    async def delete_channel(self, channel_id: str) -> None:
        def steps(held: Held) -> Sequence[Step]:
            return [
                ("need", CHANNEL, channel_id),
                ("del", CHANNEL, channel_id),
                ("del", STANDING, channel_id),
                *(
                    _set(SUBSCRIPTION, without_channel(subscription, channel_id))
                    for subscription in held.directory.subscriptions
                    if channel_id in subscription.channels
                ),
            ]

        await self._apply_to_what_stands(steps)

    async def delete_subscription(self, subscription_id: str) -> None:
        await self._apply(
            [("need", SUBSCRIPTION, subscription_id), ("del", SUBSCRIPTION, subscription_id)]
        )

    async def stand(self, channel_id: str, change: Callable[[Standing], Standing]) -> Standing:
        changed = Standing()

        def steps(held: Held) -> Sequence[Step]:
            nonlocal changed
            if problem := held.directory.unreadable.get(("channel", channel_id)):
                raise UnreadableError("channel", channel_id, problem)
            changed = change(held.directory.standing(channel_id))
            return [("need", CHANNEL, channel_id), _set_standing(channel_id, changed)]

        await self._apply_to_what_stands(steps)
        return changed

    async def directory(self) -> Directory:
        return (await self._current()).directory

    def last_standing(self, channel_id: str) -> Standing:
        return self._held.directory.standing(channel_id) if self._held else Standing()

    async def revision(self) -> int:
        with available():
            return int(await self._redis.get(keys.DELIVERY_CHANGES) or 0)

    async def reseal(self) -> Resealed:
        """Seal every URL with the first key that is not: in the open, or sealed with an older one.

        What somebody is about to put, sealed with an older key, is prepared anew by them: the
        revision grows in any case.
        """
        done = 0

        def steps(held: Held) -> Sequence[Step]:
            nonlocal done
            changed = list(self._reseal_steps(held))
            done = len(changed)
            return [*changed, ("touch",)]

        await self._apply_to_what_stands(steps)
        unreadable = (await self.directory()).unreadable
        return Resealed(
            done,
            await self.locked(),
            tuple(id_ for kind, id_ in unreadable if kind == "channel"),
        )

    async def begin(self, clock: Clock) -> None:
        """Make ready for a service that starts: check the keys, and seal what is in the open.

        What is in the open is from a version that asked nobody, so it counts as confirmed.

        Raises:
            StartError: we lack a key.
        """
        await self.expect_keys()
        held = await self._current()
        if not all(map(is_sealed, held.urls.values())):
            now = clock.now()
            await self._apply_to_what_stands(lambda held: list(self._seal_steps(held, now)))

    async def locked(self) -> tuple[str, ...]:
        """Return the channels whose URL no key of ours opens, or which is another channel's."""
        return tuple(
            channel.id
            for channel in (await self.directory()).channels
            if is_sealed(channel.url.get_secret_value())
        )

    async def expect_keys(self) -> None:
        """Make sure that we have the keys that the URLs were sealed with.

        Raises:
            StartError: we lack one; it names the channels, and what would be right.
        """
        held = await self._current()
        missing = [id_ for id_, url in held.urls.items() if self._lacks_key(url)]
        if missing:
            used = sorted({key_of(held.urls[id_]) for id_ in missing})
            shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            raise StartError(
                f"TOCSIN_SECRET_KEYS: lacks the key {', '.join(used)} that the URLs of "
                f"{len(missing)} channels are sealed with ({shown}). Nothing is lost: start again "
                "with that key among them"
            )

    def _lacks_key(self, url: str) -> bool:
        return is_sealed(url) and not self._vault.has_key_of(url)

    def _put_channel(self, held: Held, channel: ChannelDocument) -> Sequence[Step]:
        """Return the steps; a URL that did not change keeps its seal, so that it is seen not to."""
        stands = next((each for each in held.directory.channels if each.id == channel.id), None)
        stored = held.urls.get(channel.id, "")
        url = channel.url.get_secret_value()
        if is_sealed(url):
            stored = url
        elif stands is None or stands.url != channel.url or not is_sealed(stored):
            stored = self._vault.seal(channel.id, url)
        return [
            ("need", SUBSCRIBER, channel.subscriber),
            ("free", CHANNEL, channel.id, channel.subscriber),
            _set_channel(channel, stored),
            *self._standing_steps(held, stands, channel),
        ]

    def _standing_steps(
        self, held: Held, before: ChannelDocument | None, after: ChannelDocument
    ) -> Sequence[Step]:
        if ("channel", after.id) in held.directory.unreadable:
            return [("del", STANDING, after.id)]
        standing = held.directory.standings.get(after.id)
        if before is None or standing is None:
            return ()
        return [_set_standing(after.id, after_change(before, after, standing))]

    def _reseal_steps(self, held: Held) -> Iterator[Step]:
        for channel in held.directory.channels:
            url = channel.url.get_secret_value()
            if not is_sealed(url) and not self._vault.is_of_first_key(held.urls[channel.id]):
                yield _set_channel(channel, self._vault.seal(channel.id, url))

    def _seal_steps(self, held: Held, now: datetime) -> Iterator[Step]:
        for channel in held.directory.channels:
            if not is_sealed(held.urls[channel.id]):
                sealed = self._vault.seal(channel.id, channel.url.get_secret_value())
                yield _set_channel(channel, sealed)
                if needs_confirmation(channel):
                    standing = held.directory.standing(channel.id)
                    yield _set_standing(channel.id, standing.confirmed(now, "an older version"))

    async def _current(self) -> Held:
        held = self._held
        if held is None or held.directory.revision != await self.revision():
            held = self._held = await self._read()
        return held

    async def _read(self) -> Held:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(keys.DELIVERY_CHANGES)
            for key in HASHES:
                commands.hgetall(key)
            revision, *documents = await commands.execute()
        return self._reader.read(int(revision or 0), *documents)

    async def _apply_to_what_stands(self, steps: Callable[[Held], Sequence[Step]]) -> bool:
        """Apply steps that depend on what stands; prepare them anew when it changed meanwhile.

        Tell whether anything was changed.
        """
        while True:
            held = await self._current()
            answer = await self._apply(steps(held), str(held.directory.revision))
            if answer != OVERTAKEN:
                return answer > 0

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
    document: SubscriberDocument | SubscriptionDocument,
) -> Sequence[Step]:
    match document:
        case SubscriberDocument():
            return [_set(SUBSCRIBER, document)]
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


def _set_standing(channel_id: str, standing: Standing) -> Step:
    return ("set", STANDING, channel_id, standing.model_dump_json(exclude_defaults=True))


def _set_channel(channel: ChannelDocument, stored_url: str) -> Step:
    document = channel.as_stored() | {"url": stored_url}
    return ("set", CHANNEL, channel.id, json.dumps(document))


def _refusal(step: str, number: str, id_: str) -> NotFoundError | InvalidDocumentError:
    if step == "free":
        return InvalidDocumentError("/subscriber", f"channel {id_!r} is another subscriber's")
    return NotFoundError(KINDS[number], id_)
