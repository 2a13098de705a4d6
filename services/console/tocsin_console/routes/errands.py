"""What a link in a message asks, in words, and what is done when its button is pressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from tocsin.delivery.links import (
    Confirm,
    DigestInstead,
    Errand,
    Leave,
    MuteStory,
    Rate,
    Snooze,
    Unsubscribe,
)
from tocsin.documents import ChannelState
from tocsin.errors import NotFoundError
from tocsin.ports.preferences import Muted, Snoozed, Unsubscribed, WantsDigest
from tocsin_console.routes import channels
from tocsin_console.routes.backends import Backends


# What the forms send beside their button.
UNDO = "undo"
FOR = "for"

MUTED_FOR = timedelta(days=30)
READER = "reader"
LEFT = "its reader wants no more"


@dataclass(frozen=True, slots=True)
class Button:
    """``name`` and ``value`` are what it sends; empty for the plain one."""

    label: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """A page: what is asked or was done, and what can be done about it."""

    title: str
    text: str
    buttons: Sequence[Button] = ()
    done: bool = False


SPANS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("1 hour", timedelta(hours=1)),
    "8h": ("8 hours", timedelta(hours=8)),
    "1d": ("1 day", timedelta(days=1)),
    "1w": ("1 week", timedelta(days=7)),
}
USUAL_SPAN = "1d"

TAKE_BACK = Button("Take it back", UNDO, "1")


async def ask(backends: Backends, errand: Errand) -> Say:
    """Say what the link is for; nothing is changed."""
    match errand:
        case Unsubscribe():
            rule, where = await _told(backends, errand.subscription_id, errand.channel_id)
            return Say(
                f"Unsubscribe from “{rule}”?",
                f"Alerts of this rule will no longer come to {where}. Other alerts are not affected.",
                [Button("Unsubscribe")],
            )
        case Leave():
            where = await _address(backends, errand.channel_id)
            return Say(
                "No more alerts at all?",
                f"Nothing comes to {where} any more, of whatever rule.",
                [Button("Send me nothing more")],
            )
        case Snooze():
            rule, _ = await _told(backends, errand.subscription_id)
            return Say(
                f"Snooze “{rule}”?",
                "What comes meanwhile waits, and comes together at the end.",
                [Button(f"For {label}", FOR, key) for key, (label, _) in SPANS.items()],
            )
        case MuteStory():
            return Say(
                "Mute this story?",
                f"You hear no more of it for {MUTED_FOR.days} days, by whatever rule. Other stories "
                "come as before.",
                [Button("Mute the story")],
            )
        case DigestInstead():
            rule, _ = await _told(backends, errand.subscription_id)
            return Say(
                f"“{rule}” in a digest instead?",
                "Its alerts no longer come one by one, but together, once a day.",
                [Button("Send me a digest")],
            )
        case Rate():
            wish = "useful" if errand.useful else "not useful"
            return Say(
                f"Was this alert {wish}?",
                "Whoever writes the rules sees your answer and can make them better.",
                [Button(f"Yes, it was {wish}")],
            )
        case Confirm():
            return await _ask_to_confirm(backends, errand)
        case _:
            assert_never(errand)


async def do(backends: Backends, errand: Errand, form: Mapping[str, str]) -> Say:
    """Do what the link is for, or take it back; either may be repeated."""
    undo = UNDO in form
    match errand:
        case Unsubscribe():
            return await _unsubscribe(backends, errand, undo=undo)
        case Leave():
            return await _leave(backends, errand, undo=undo)
        case Snooze():
            return await _snooze(backends, errand, form.get(FOR, USUAL_SPAN), undo=undo)
        case MuteStory():
            return await _mute(backends, errand, undo=undo)
        case DigestInstead():
            return await _digest(backends, errand, undo=undo)
        case Rate():
            return await _rate(backends, errand)
        case Confirm():
            return await _confirm(backends, errand)
        case _:
            assert_never(errand)


async def _unsubscribe(backends: Backends, errand: Unsubscribe, *, undo: bool) -> Say:
    rule, where = await _told(backends, errand.subscription_id, errand.channel_id)
    wish = Unsubscribed(errand.subscription_id, errand.channel_id)
    if undo:
        await backends.preferences.withdraw(wish)
        return Say("You are subscribed again", f"Alerts of “{rule}” come to {where}.", done=True)
    await backends.preferences.wish(wish)
    text = f"Alerts of “{rule}” no longer come to {where}."
    return Say("You are unsubscribed", text, [Button("Subscribe again", UNDO, "1")], done=True)


async def _leave(backends: Backends, errand: Leave, *, undo: bool) -> Say:
    where = await _address(backends, errand.channel_id)
    now = backends.clock.now()
    if undo:
        # What somebody else disabled for a reason of theirs, no reader's link enables.
        await backends.subscribers.stand(
            errand.channel_id,
            lambda stands: stands.enabled(now, READER) if stands.reason == LEFT else stands,
        )
        return Say("As before", f"Alerts come to {where} again.", done=True)
    await backends.subscribers.stand(
        errand.channel_id,
        lambda stands: stands if stands.disabled_at else stands.disabled(now, READER, LEFT),
    )
    return Say("That was all", f"Nothing comes to {where} any more.", [TAKE_BACK], done=True)


async def _snooze(backends: Backends, errand: Snooze, span: str, *, undo: bool) -> Say:
    rule, _ = await _told(backends, errand.subscription_id)
    now = backends.clock.now()
    _, length = SPANS.get(span, SPANS[USUAL_SPAN])
    wish = Snoozed(errand.subscription_id, now + length)
    if undo:
        await backends.preferences.withdraw(wish)
        return Say("The snooze is over", f"Alerts of “{rule}” come as before.", done=True)
    await backends.preferences.wish(wish)
    text = f"Alerts of “{rule}” wait until {_moment(wish.until)}."
    return Say("Snoozed", text, [Button("Wake it now", UNDO, "1")], done=True)


async def _mute(backends: Backends, errand: MuteStory, *, undo: bool) -> Say:
    wish = Muted(errand.subscriber_id, errand.story_id, backends.clock.now() + MUTED_FOR)
    if undo:
        await backends.preferences.withdraw(wish)
        return Say("The story is heard again", "What is new in it comes as before.", done=True)
    await backends.preferences.wish(wish)
    text = f"You hear no more of this story until {_moment(wish.until)}."
    return Say("The story is muted", text, [TAKE_BACK], done=True)


async def _digest(backends: Backends, errand: DigestInstead, *, undo: bool) -> Say:
    rule, _ = await _told(backends, errand.subscription_id)
    wish = WantsDigest(errand.subscription_id)
    if undo:
        await backends.preferences.withdraw(wish)
        return Say("As before", f"Alerts of “{rule}” come as they did.", done=True)
    await backends.preferences.wish(wish)
    text = f"Alerts of “{rule}” come together from now on."
    return Say("A digest it is", text, [TAKE_BACK], done=True)


async def _rate(backends: Backends, errand: Rate) -> Say:
    await backends.preferences.rate(errand.delivery_id, useful=errand.useful)
    said = "useful" if errand.useful else "not useful"
    return Say("Thank you", f"This alert is noted as {said}.", done=True)


async def _ask_to_confirm(backends: Backends, errand: Confirm) -> Say:
    channel, stands = await _stands(backends, errand)
    if not stands:
        return OUTDATED
    if channel.confirmed_at is not None:
        return _confirmed(channel)
    return Say(
        "Do you want alerts at this address?",
        f"Tocsin was asked to send alerts to {channel.address.removeprefix('email to ')}. If you know "
        "nothing of it, do nothing, and nothing is sent.",
        [Button("Yes, send me alerts")],
    )


async def _confirm(backends: Backends, errand: Confirm) -> Say:
    _, stands = await _stands(backends, errand)
    if not stands:
        return OUTDATED
    return _confirmed(await channels.confirm(backends, errand.channel_id, READER))


def _confirmed(channel: channels.ChannelView) -> Say:
    text = (
        "But nothing comes to it just now: whoever runs this has turned it off."
        if channel.state is ChannelState.DISABLED
        else "Alerts come to it; each has a link to end it."
    )
    return Say("This address is confirmed", text, done=True)


async def _stands(backends: Backends, errand: Confirm) -> tuple[channels.ChannelView, bool]:
    """Return the channel, and whether the link is for the address that it has now.

    Raises:
        NotFoundError: there is no such channel any more.
    """
    directory = await backends.subscribers.directory()
    view = channels.view(directory.channel(errand.channel_id), directory)
    proof = directory.standing(errand.channel_id).proof
    return view, bool(proof) and proof == errand.proof


OUTDATED = Say(
    "This link is outdated",
    "The address was changed since, or a newer mail was sent; the link in the newest one works.",
)


async def _told(backends: Backends, subscription_id: str, channel_id: str = "") -> tuple[str, str]:
    """Return the name of a subscription's rule and the address of a channel, as a reader knows them."""
    directory = await backends.subscribers.directory()
    rule = next((each.rule for each in directory.subscriptions if each.id == subscription_id), "")
    where = next(
        (channels.view(each, directory) for each in directory.channels if each.id == channel_id),
        None,
    )
    return await _rule_name(backends, rule), where.address.removeprefix(
        "email to "
    ) if where else "this address"


async def _address(backends: Backends, channel_id: str) -> str:
    """Return a channel's address as its reader knows it.

    Raises:
        NotFoundError: there is no such channel any more.
    """
    return (await channels.shown(backends, channel_id)).address.removeprefix("email to ")


async def _rule_name(backends: Backends, rule_id: str) -> str:
    try:
        return (await backends.rules.get(rule_id)).name if rule_id else "this rule"
    except NotFoundError:
        return rule_id


def _moment(time: datetime) -> str:
    return f"{time:%d %b %Y, %H:%M} UTC".lstrip("0")
