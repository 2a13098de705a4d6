"""The links in a message by which its reader says what they want, without an account.

A link is the right to do one thing to one target until a moment, signed; nothing of it is
kept. Following it only asks (mail scanners follow every link); a POST acts, as RFC 8058
wants it.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from tocsin.errors import TocsinError
from tocsin.secret_keys import SecretKeys


# CAN-SPAM asks for 30 days of a working unsubscription; people read old mails.
VALID_FOR = timedelta(days=180)
CONFIRM_WITHIN = timedelta(days=7)

PATH = "/p/"

Keys = Callable[[], SecretKeys]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    subscription_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing at all comes to the channel any more."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class Snooze:
    subscription_id: str


@dataclass(frozen=True, slots=True)
class MuteStory:
    subscriber_id: str
    story_id: str


@dataclass(frozen=True, slots=True)
class Rate:
    delivery_id: str
    useful: bool


@dataclass(frozen=True, slots=True)
class DigestInstead:
    subscription_id: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """``proof`` stands in the channel's standing; another address has another one."""

    channel_id: str
    proof: str


Errand = Unsubscribe | Leave | Snooze | MuteStory | Rate | DigestInstead | Confirm

# A link is as long as it must be, so an errand has a letter for its name there.
ERRANDS: dict[str, type[Errand]] = {
    "u": Unsubscribe,
    "l": Leave,
    "s": Snooze,
    "m": MuteStory,
    "r": Rate,
    "d": DigestInstead,
    "c": Confirm,
}
LETTERS = {errand: letter for letter, errand in ERRANDS.items()}


class LinkError(TocsinError):
    """A link that gives no right to anything."""


class ForgedLinkError(LinkError):
    def __init__(self) -> None:
        super().__init__("this link is not one of ours, or a part of it is missing")


class ExpiredLinkError(LinkError):
    """``since`` is when it ended."""

    def __init__(self, since: datetime) -> None:
        super().__init__(f"this link was good until {since:%Y-%m-%d}")
        self.since = since


@dataclass(frozen=True, slots=True)
class MessageLinks:
    """The links of one message, as whole addresses."""

    unsubscribe: str
    snooze: str
    mute_story: str
    useful: str
    not_useful: str
    digest: str


class Links:
    """Makes links and reads them.

    Args:
        public_url: where readers reach the console, without a slash at its end.
        keys: asked anew each time, since they may be rotated while we run.
    """

    def __init__(self, public_url: str, keys: Keys) -> None:
        self._public_url = public_url
        self._keys = keys

    def of_message(
        self,
        *,
        delivery_id: str,
        subscription_id: str,
        subscriber_id: str,
        channel_id: str,
        story_id: str,
        made_at: datetime,
    ) -> MessageLinks:
        """Return a message's links.

        ``made_at`` is the message's own time, not now, so that a repetition gets the same links.
        ``story_id`` is the article's where it has no story.
        """
        expires = made_at + VALID_FOR

        def link(errand: Errand) -> str:
            return self.to(errand, expires)

        return MessageLinks(
            unsubscribe=link(Unsubscribe(subscription_id, channel_id)),
            snooze=link(Snooze(subscription_id)),
            mute_story=link(MuteStory(subscriber_id, story_id)),
            useful=link(Rate(delivery_id, useful=True)),
            not_useful=link(Rate(delivery_id, useful=False)),
            digest=link(DigestInstead(subscription_id)),
        )

    def leaving(self, channel_id: str, made_at: datetime) -> str:
        """Return the link by which everything ends that comes to a channel."""
        return self.to(Leave(channel_id), made_at + VALID_FOR)

    def to(self, errand: Errand, expires: datetime) -> str:
        """Return the address by which the errand can be done."""
        parts = [LETTERS[type(errand)], int(expires.timestamp()), *astuple(errand)]
        token = self._serializer().dumps(parts)
        return f"{self._public_url}{PATH}{token}"

    def read(self, token: str, now: datetime) -> Errand:
        """Return what the link gives the right to.

        Raises:
            ForgedLinkError: it is none of ours.
            ExpiredLinkError: it is, and its time is over.
        """
        try:
            letter, expires, *fields = self._serializer().loads(token)
        except BadSignature as error:
            raise ForgedLinkError from error
        end = datetime.fromtimestamp(expires, UTC)
        if now >= end:
            raise ExpiredLinkError(end)
        errand: Any = ERRANDS[letter]
        made: Errand = errand(*fields)
        return made

    def _serializer(self) -> URLSafeSerializer:
        # Oldest first: the last one signs.
        keys = [key.derived("links") for key in reversed(self._keys().keys)]
        return URLSafeSerializer(
            keys, salt="tocsin", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
        )
