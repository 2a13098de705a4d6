"""Channels as they may be shown: without their address, which may hold a password or a token."""

from collections.abc import Sequence

from pydantic import AwareDatetime, ConfigDict, Field, SecretStr, ValidationError

from tocsin.documents import (
    ChannelDocument,
    ChannelState,
    Document,
    Identifier,
    SubscriptionDocument,
    describe_channel,
)
from tocsin.documents.base import Name
from tocsin.documents.standing import Note
from tocsin.documents.subscriber import STORED
from tocsin.errors import InvalidDocumentError
from tocsin.ports.subscribers import Directory
from tocsin_console.routes.backends import Backends


EXPECTED = "an Apprise URL such as slack://…, or mailto:someone@example.org"


class ChannelInput(Document):
    """A channel as it is sent here. ``url`` may be left out to keep the one that is stored."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: Identifier
    subscriber: Identifier
    name: Name
    url: SecretStr | None = Field(
        default=None,
        min_length=1,
        max_length=2048,
        description="An Apprise URL, or mailto:address. It can be written, never read.",
        json_schema_extra={"writeOnly": True},
    )
    enabled: bool = True


class ChannelView(Document):
    """A channel as it is shown. ``address`` says what it is, without what is secret in it.

    ``reason`` says why it is failing or disabled. ``confirmed_by`` is ``reader`` where the link
    in the confirmation mail was followed, else who declared it; mail waits until then.
    """

    id: str
    subscriber: str
    name: str
    address: str
    enabled: bool
    state: ChannelState
    reason: str
    confirmed_at: AwareDatetime | None
    confirmed_by: str
    asked_at: AwareDatetime | None
    failing_since: AwareDatetime | None
    disabled_at: AwareDatetime | None
    notes: tuple[Note, ...]


def view(channel: ChannelDocument, directory: Directory) -> ChannelView:
    standing = directory.standing(channel.id)
    return ChannelView(
        id=channel.id,
        subscriber=channel.subscriber,
        name=channel.name,
        address=describe_channel(channel),
        enabled=channel.enabled,
        state=directory.state(channel),
        reason=standing.reason,
        confirmed_at=standing.confirmed_at,
        confirmed_by=standing.confirmed_by,
        asked_at=standing.asked_at,
        failing_since=standing.failing_since,
        disabled_at=standing.disabled_at,
        notes=standing.notes,
    )


def document(sent: ChannelInput, directory: Directory) -> ChannelDocument:
    """Return the channel to store.

    Raises:
        InvalidDocumentError: the address is none, or is missing from a new channel.
    """
    url = sent.url or _stored_url(sent.id, directory)
    if url is None:
        raise InvalidDocumentError("/url", f"a new channel needs an address: {EXPECTED}")
    try:
        return ChannelDocument.model_validate(
            sent.model_dump(exclude={"url"}) | {"url": url},
            context=None if sent.url else STORED,
        )
    except ValidationError as error:
        message = error.errors(include_url=False, include_context=False)[0]["msg"]
        raise InvalidDocumentError("/url", message.removeprefix("Value error, ")) from None


async def confirm(backends: Backends, channel_id: str, who: str) -> ChannelView:
    """Declare an address confirmed; who did it is noted.

    Raises:
        NotFoundError: there is no such channel.
    """
    now = backends.clock.now()
    await backends.subscribers.stand(channel_id, lambda standing: standing.confirmed(now, who))
    return await shown(backends, channel_id)


async def ask_again(backends: Backends, channel_id: str, who: str) -> ChannelView:
    """Have the confirmation mail sent once more.

    Raises:
        InvalidDocumentError: it waits for no confirmation, or was asked too often today.
    """
    now = backends.clock.now()
    directory = await backends.subscribers.directory()
    if directory.state(directory.channel(channel_id)) is not ChannelState.PENDING:
        raise InvalidDocumentError("", "its address waits for no confirmation")
    if not directory.standing(channel_id).may_be_asked_again(now):
        raise InvalidDocumentError("", "its address was asked often enough today")
    await backends.subscribers.stand(channel_id, lambda it: it.to_be_asked_again(now, who))
    return await shown(backends, channel_id)


async def disable(backends: Backends, channel_id: str, who: str, reason: str) -> ChannelView:
    now = backends.clock.now()
    await backends.subscribers.stand(
        channel_id, lambda standing: standing.disabled(now, who, reason)
    )
    return await shown(backends, channel_id)


async def enable(backends: Backends, channel_id: str, who: str) -> ChannelView:
    """Give a channel a new chance, whoever or whatever disabled it."""
    now = backends.clock.now()
    stands = (await backends.subscribers.directory()).channel(channel_id)
    if not stands.enabled:
        await backends.subscribers.put(stands.model_copy(update={"enabled": True}))
    await backends.subscribers.stand(channel_id, lambda standing: standing.enabled(now, who))
    return await shown(backends, channel_id)


async def shown(backends: Backends, channel_id: str) -> ChannelView:
    directory = await backends.subscribers.directory()
    return view(directory.channel(channel_id), directory)


def of_subscriber(directory: Directory, subscriber_id: str) -> Sequence[ChannelView]:
    return [
        view(each, directory) for each in directory.channels if each.subscriber == subscriber_id
    ]


def check_channels(subscription: SubscriptionDocument, directory: Directory) -> None:
    """Refuse a subscription on somebody else's channel.

    Raises:
        InvalidDocumentError: a channel belongs to another subscriber.
    """
    for number, channel_id in enumerate(subscription.channels):
        owner = directory.channel(channel_id).subscriber
        if owner != subscription.subscriber:
            raise InvalidDocumentError(
                f"/channels/{number}", f"{channel_id!r} is a channel of {owner!r}"
            )


def _stored_url(channel_id: str, directory: Directory) -> SecretStr | None:
    return next((each.url for each in directory.channels if each.id == channel_id), None)
