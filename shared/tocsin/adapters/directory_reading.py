"""The directory, of which some documents may be unreadable, from what the store has of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.adapters.reading import Reader, reason_of
from tocsin.adapters.vault import Vault
from tocsin.documents import (
    ChannelDocument,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.ports.subscribers import Directory, DocumentKind
from tocsin.secret_keys import SecretKeys


Stored = Mapping[bytes, bytes]  # documents by their ids
T = TypeVar("T")
Owned = ChannelDocument | SubscriptionDocument


@dataclass(frozen=True, slots=True)
class Held:
    """The directory as it was read, and the channels' URLs as they are stored.

    ``owners`` are the subscribers of what cannot be read, as far as that can be told.
    """

    directory: Directory
    urls: Mapping[str, str]
    owners: Mapping[tuple[DocumentKind, str], str]


class Remembered(Generic[T]):
    """Reads what is stored, and reads it no second time while it stays as it is.

    What was not asked for between two calls of ``turn_over`` is forgotten by the second.
    """

    def __init__(self, read: Callable[[bytes], T]) -> None:
        self._read = read
        self._before: dict[bytes, T] = {}
        self._now: dict[bytes, T] = {}

    def __call__(self, stored: bytes) -> T:
        """Return what it is read as.

        Raises:
            ValueError: it cannot be read; that is found anew each time.
        """
        if stored not in self._now:
            before = self._before.get(stored)
            self._now[stored] = self._read(stored) if before is None else before
        return self._now[stored]

    def turn_over(self) -> None:
        self._before, self._now = self._now, {}

    def forget(self) -> None:
        self._before, self._now = {}, {}


class DirectoryReader:
    """Sets aside with a document what makes no sense without it: all that a subscriber has.

    Most of it is as it was the last time, and taken from there: to open a channel's URL takes
    longer than all else.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys: SecretKeys | None = None  # that channels were opened with
        self._subscriber = Remembered(SubscriberDocument.model_validate_json)
        self._channel = Remembered(self._opened)
        self._subscription = Remembered(SubscriptionDocument.model_validate_json)
        self._standing = Remembered(_standing)
        self._url = Remembered(_stored_url)
        self._subscribers = Reader("subscriber", self._subscriber)
        self._channels = Reader("channel", self._channel)
        self._subscriptions = Reader("subscription", self._subscription)

    def read(
        self,
        revision: int,
        subscribers: Stored,
        channels: Stored,
        subscriptions: Stored,
        standings: Stored,
    ) -> Held:
        self._turn_over()
        owners, unread_owners = self._subscribers.read_all(subscribers)
        require_owner = _owner_among({owner.id for owner in owners})
        stand: dict[str, Standing] = {}

        def require_owner_and_standing(channel: ChannelDocument) -> None:
            require_owner(channel)
            if (stored := standings.get(channel.id.encode())) is not None:
                stand[channel.id] = self._standing(stored)

        told, unread_told = self._channels.read_all(channels, require_owner_and_standing)
        wanted, unread_wanted = self._subscriptions.read_all(subscriptions, require_owner)
        unread: list[tuple[DocumentKind, Mapping[str, str], Stored]] = [
            ("subscriber", unread_owners, subscribers),
            ("channel", unread_told, channels),
            ("subscription", unread_wanted, subscriptions),
        ]
        return Held(
            Directory(
                revision=revision,
                subscribers=owners,
                channels=told,
                subscriptions=wanted,
                standings=stand,
                unreadable={
                    (kind, id_): problem
                    for kind, problems, _ in unread
                    for id_, problem in problems.items()
                },
            ),
            urls={each.id: self._url(channels[each.id.encode()]) for each in told},
            owners={
                (kind, id_): owner
                for kind, problems, stored in unread
                for id_ in problems
                if (owner := _owner_in(stored.get(id_.encode(), b"")))
            },
        )

    def _turn_over(self) -> None:
        for each in (
            self._subscriber,
            self._channel,
            self._subscription,
            self._standing,
            self._url,
        ):
            each.turn_over()
        keys = self._vault.keys
        if keys != self._keys:  # what could not be opened may be now, and the reverse
            self._keys = keys
            self._channel.forget()

    def _opened(self, stored: bytes) -> ChannelDocument:
        document = json.loads(stored)
        if not isinstance(document, dict):
            raise ValueError("it is no JSON object")  # noqa: TRY004 -- what is stored is wrong, not a type of ours
        id_, url = document.get("id"), document.get("url")
        if isinstance(id_, str) and isinstance(url, str):
            document["url"] = self._vault.open(id_, url)
        return ChannelDocument.from_stored(document)


def _owner_among(known: set[str]) -> Callable[[Owned], None]:
    def require_owner(document: Owned) -> None:
        if document.subscriber not in known:
            raise ValueError(f"subscriber: no {document.subscriber!r} can be read")

    return require_owner


def _standing(stored: bytes) -> Standing:
    try:
        return Standing.model_validate_json(stored)
    except ValueError as error:
        raise ValueError(f"how it stands: {reason_of(error)}") from error


def _stored_url(stored: bytes) -> str:
    url: str = json.loads(stored)["url"]
    return url


def _owner_in(stored: bytes) -> str:
    try:
        document = json.loads(stored)
    except ValueError:
        return ""
    owner = document.get("subscriber") if isinstance(document, dict) else None
    return owner if isinstance(owner, str) else ""
