"""The directory, of which some documents may be unreadable, from what the store has of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.adapters.reading import Reader, reason_of
from tocsin.adapters.vault import Vault
from tocsin.documents import (
    ChannelDocument,
    Standing,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.ports.subscribers import Directory, DocumentKind


Stored = Mapping[bytes, bytes]  # documents by their ids
Owned = ChannelDocument | SubscriptionDocument


@dataclass(frozen=True, slots=True)
class Held:
    """The directory as it was read, and the channels' URLs as they are stored.

    ``owners`` are the subscribers of what cannot be read, as far as that can be told.
    """

    directory: Directory
    urls: Mapping[str, str]
    owners: Mapping[tuple[DocumentKind, str], str]


class DirectoryReader:
    """Sets aside with a document what makes no sense without it: all that a subscriber has."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._subscribers = Reader("subscriber", SubscriberDocument.model_validate_json)
        self._channels = Reader("channel", self._channel)
        self._subscriptions = Reader("subscription", SubscriptionDocument.model_validate_json)

    def read(
        self,
        revision: int,
        subscribers: Stored,
        channels: Stored,
        subscriptions: Stored,
        standings: Stored,
    ) -> Held:
        owners, unread_owners = self._subscribers.read_all(subscribers)
        require_owner = _owner_among({owner.id for owner in owners})
        stand: dict[str, Standing] = {}

        def require_owner_and_standing(channel: ChannelDocument) -> None:
            require_owner(channel)
            if (stored := standings.get(channel.id.encode())) is not None:
                stand[channel.id] = _standing(stored)

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
            urls={each.id: json.loads(channels[each.id.encode()])["url"] for each in told},
            owners={
                (kind, id_): owner
                for kind, problems, stored in unread
                for id_ in problems
                if (owner := _owner_in(stored.get(id_.encode(), b"")))
            },
        )

    def _channel(self, stored: bytes) -> ChannelDocument:
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


def _owner_in(stored: bytes) -> str:
    try:
        document = json.loads(stored)
    except ValueError:
        return ""
    owner = document.get("subscriber") if isinstance(document, dict) else None
    return owner if isinstance(owner, str) else ""
