"""What readers asked for by the links in their messages, without an account.

It stands beside the documents that operators write, and over them: a file that is applied
again takes back nobody's unsubscription.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """Nothing of this subscription goes to this channel any more."""

    subscription_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Nothing of this subscription is sent before ``until``; what comes meanwhile waits."""

    subscription_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """The subscriber wants to hear no more of this story before ``until``, by whatever rule."""

    subscriber_id: str
    story_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class WantsDigest:
    """The subscription's alerts are to come in a digest, whatever its document says."""

    subscription_id: str


Wish = Unsubscribed | Snoozed | Muted | WantsDigest


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of them at one moment; ``revision`` grows with each change.

    ``snoozed`` are subscriptions, ``muted`` pairs of subscriber and story, each with its end,
    which may be over.
    """

    revision: int = 0
    unsubscribed: frozenset[tuple[str, str]] = frozenset()
    snoozed: Mapping[str, datetime] = field(default_factory=dict)
    muted: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    digests: frozenset[str] = frozenset()

    def is_unsubscribed(self, subscription_id: str, channel_id: str) -> bool:
        return (subscription_id, channel_id) in self.unsubscribed

    def snoozed_until(self, subscription_id: str, now: datetime) -> datetime | None:
        """Return the end of the snooze, if it is not over."""
        return _to_come(self.snoozed.get(subscription_id), now)

    def muted_until(self, subscriber_id: str, story_id: str, now: datetime) -> datetime | None:
        """Return until when the story is muted, if it still is."""
        return _to_come(self.muted.get((subscriber_id, story_id)), now)

    def wants_digest(self, subscription_id: str) -> bool:
        return subscription_id in self.digests


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reader thinks of one alert."""

    useful: bool
    at: datetime


class Preferences(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer."""

    async def wishes(self) -> Wishes:
        """Return all that stand, with every change that was made before the call; cheap where none was."""
        ...

    async def wish(self, wish: Wish) -> bool:
        """Note a wish; a snooze or a mute replaces the one before. Tell whether that changed anything."""
        ...

    async def withdraw(self, wish: Wish) -> bool:
        """Take a wish back, whatever its end; tell whether there was one."""
        ...

    async def rate(self, delivery_id: str, *, useful: bool) -> None:
        """Note what its reader thinks of an alert; the last word counts. Kept for 30 days."""
        ...

    async def ratings(self, delivery_ids: Collection[str]) -> Mapping[str, Rating]:
        """Return what readers think of these alerts; those that nobody rated are left out."""
        ...


def _to_come(end: datetime | None, now: datetime) -> datetime | None:
    return end if end is not None and end > now else None
