"""Who is told, and of what: subscribers and subscriptions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.documents import (
    Mode,
    Priority,
    SubscriberDocument,
    SubscriptionDocument,
    Updates,
)
from tocsin_cli.commands.directory import (
    Id,
    Name,
    Whose,
    add,
    change,
    directory_of,
    mark,
    remove,
    say_all,
)
from tocsin_cli.commands.options import AsJson, Yes
from tocsin_cli.commands.session import with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Kind


subscribers = typer.Typer(no_args_is_help=True, help="The people and teams that are told.")
subscriptions = typer.Typer(no_args_is_help=True, help="Which rules' alerts they get.")


class Quiet(StrEnum):
    """What the subscriber's quiet hours mean to a subscription."""

    HOLD = "hold"
    BYPASS = "bypass"


TimeZone = typer.Option("--time-zone", metavar="ZONE", help="As in Africa/Bamako.")
Locale = typer.Option("--locale", metavar="TAG", help="Of dates and numbers (en, fr).")
QuietHours = typer.Option(
    "--quiet",
    metavar="HOURS",
    help="Send nothing then, but together at their end: 22:00-07:00, or "
    "'sat,sun 00:00-24:00'. May be given more than once.",
)
NothingMatched = typer.Option(help="Send digests that say there was nothing.")
OnlyOn = typer.Option(
    "--channel", metavar="ID", help="Only on this channel; may be given more than once."
)
Digest = typer.Option(
    "--digest",
    metavar="WHEN",
    help="Gather alerts: hourly, daily@07:00, 'weekly@mon,thu 07:00'; their time zone.",
)
How = typer.Option("--mode", help="With --digest: both, to be told at once as well.")
Throttle = typer.Option(
    "--throttle",
    metavar="N/TIME",
    help="At most so many one by one, the rest together: 5/1h.",
)
OfStories = typer.Option("--updates", help="What to tell of a story after its first alert.")
Worth = typer.Option("--priority", help="How long it is worth telling.")
InQuietHours = typer.Option("--quiet", help="Whether the subscriber's quiet hours hold for it.")


@subscribers.command("list", epilog="Example: [bold]tocsin subscribers list[/]")
def list_subscribers(context: typer.Context, as_json: AsJson = False) -> None:
    """List the subscribers."""
    directory = directory_of(context)
    say_all(
        directory.subscribers,
        ("subscriber", "name", "time zone", "channels", "subscriptions"),
        [
            (
                each.id,
                Text(each.name),
                each.time_zone,
                str(sum(channel.subscriber == each.id for channel in directory.channels)),
                str(sum(one.subscriber == each.id for one in directory.subscriptions)),
            )
            for each in directory.subscribers
        ],
        as_json=as_json,
    )


@subscribers.command(
    "add",
    epilog="Example: [bold]tocsin subscribers add desk --name 'Sahel desk' --time-zone Africa/Bamako[/]",
)
def add_subscriber(
    context: typer.Context,
    subscriber_id: Id,
    name: Name = "",
    time_zone: Annotated[str, TimeZone] = "UTC",
    locale: Annotated[str, Locale] = "en",
    quiet: Annotated[list[str] | None, QuietHours] = None,
    nothing_matched: Annotated[bool, NothingMatched] = False,
) -> None:
    """Add a person or a team."""
    fields = {
        "id": subscriber_id,
        "name": name or subscriber_id,
        "time_zone": time_zone,
        "locale": locale,
        "quiet_hours": quiet or (),
        "nothing_matched": nothing_matched,
    }
    add(context, Kind.SUBSCRIBER, valid(SubscriberDocument, fields))


@subscribers.command("remove", epilog="Example: [bold]tocsin subscribers remove desk --yes[/]")
def remove_subscriber(context: typer.Context, subscriber_id: Id, yes: Yes = False) -> None:
    """Remove somebody, with all channels and subscriptions of theirs."""
    remove(context, Kind.SUBSCRIBER, subscriber_id, yes=yes)


@subscriptions.command("list", epilog="Example: [bold]tocsin subscriptions list[/]")
def list_subscriptions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the subscriptions."""
    found = directory_of(context).subscriptions
    say_all(
        found,
        ("subscription", "", "rule", "subscriber", "channels", "how"),
        [
            (
                each.id,
                mark(enabled=each.enabled),
                each.rule,
                each.subscriber,
                ", ".join(each.channels) or "all",
                how(each),
            )
            for each in found
        ],
        as_json=as_json,
    )


@subscriptions.command(
    "add",
    epilog="Examples: [bold]tocsin subscriptions add jnim-sahel --subscriber desk[/] · [bold]tocsin "
    "subscriptions add quakes --subscriber desk --digest 'weekly@mon,thu 07:00'[/] · [bold]tocsin "
    "subscriptions add coups --subscriber desk --priority breaking --quiet bypass --throttle 5/1h[/]",
)
def add_subscription(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Whose alerts.")],
    subscriber: Whose,
    channel: Annotated[list[str] | None, OnlyOn] = None,
    subscription_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Else RULE.SUBSCRIBER.")
    ] = "",
    digest: Annotated[str, Digest] = "",
    mode: Annotated[Mode | None, How] = None,
    throttle: Annotated[str, Throttle] = "",
    updates: Annotated[Updates, OfStories] = Updates.MATERIAL,
    priority: Annotated[Priority, Worth] = Priority.NORMAL,
    quiet: Annotated[Quiet, InQuietHours] = Quiet.HOLD,
) -> None:
    """Have a subscriber told of a rule's alerts, on all their channels or on some."""
    fields = {
        "id": subscription_id or f"{rule}.{subscriber}"[:64],
        "rule": rule,
        "subscriber": subscriber,
        "channels": channel or (),
        "mode": mode or (Mode.DIGEST if digest else Mode.INSTANT),
        "digest": digest,
        "throttle": throttle,
        "updates": updates,
        "priority": priority,
        "bypass_quiet": quiet is Quiet.BYPASS,
    }
    document = valid(SubscriptionDocument, fields)
    with_store(context, lambda store: store.rules.get(rule))  # or say that there is none
    add(context, Kind.SUBSCRIPTION, document)


@subscriptions.command(
    "remove", epilog="Example: [bold]tocsin subscriptions remove jnim-sahel.desk --yes[/]"
)
def remove_subscription(context: typer.Context, subscription_id: Id, yes: Yes = False) -> None:
    """Remove a subscription."""
    remove(context, Kind.SUBSCRIPTION, subscription_id, yes=yes)


@subscribers.command(
    "set",
    epilog="Examples: [bold]tocsin subscribers set desk --time-zone Africa/Bamako --quiet 22:00-07:00[/] · "
    "[bold]tocsin subscribers set desk --no-quiet[/]",
)
def set_subscriber(
    context: typer.Context,
    subscriber_id: Id,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")] = None,
    time_zone: Annotated[str | None, TimeZone] = None,
    locale: Annotated[str | None, Locale] = None,
    quiet: Annotated[list[str] | None, QuietHours] = None,
    no_quiet: Annotated[
        bool, typer.Option("--no-quiet", help="Send at any hour, from now on.")
    ] = False,
    nothing_matched: Annotated[bool | None, NothingMatched] = None,
) -> None:
    """Change somebody: only what is named; the rest stays."""
    quiet_hours = () if no_quiet else quiet
    given = {
        "name": name,
        "time_zone": time_zone,
        "locale": locale,
        "quiet_hours": quiet_hours,
        "nothing_matched": nothing_matched,
    }
    change(context, Kind.SUBSCRIBER, subscriber_id, given)


@subscriptions.command(
    "set",
    epilog="Examples: [bold]tocsin subscriptions set coups.desk --digest daily@07:00[/] · [bold]tocsin "
    "subscriptions set coups.desk --mode instant --throttle 5/1h[/] · [bold]tocsin subscriptions "
    "set coups.desk --off[/]",
)
def set_subscription(
    context: typer.Context,
    subscription_id: Id,
    channel: Annotated[list[str] | None, OnlyOn] = None,
    all_channels: Annotated[
        bool, typer.Option("--all-channels", help="On all their channels, new ones too.")
    ] = False,
    digest: Annotated[str | None, Digest] = None,
    mode: Annotated[Mode | None, How] = None,
    throttle: Annotated[str | None, Throttle] = None,
    updates: Annotated[Updates | None, OfStories] = None,
    priority: Annotated[Priority | None, Worth] = None,
    quiet: Annotated[Quiet | None, InQuietHours] = None,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Whether they are told at all.")
    ] = None,
) -> None:
    """Change how a subscription's alerts come: only what is named; the rest stays."""
    given = {
        "channels": () if all_channels else channel,
        "digest": digest,
        "mode": mode,
        "throttle": throttle,
        "updates": updates,
        "priority": priority,
        "bypass_quiet": None if quiet is None else quiet is Quiet.BYPASS,
        "enabled": on,
    }
    now = directory_of(context).subscription(subscription_id).mode
    change(context, Kind.SUBSCRIPTION, subscription_id, {**given, **_implied(now, digest, mode)})


def _implied(now: Mode, digest: str | None, mode: Mode | None) -> Mapping[str, Any]:
    """Return what a digest says of the mode, or the mode of the digest, where only one is given."""
    match digest, mode:
        case None, Mode.INSTANT:
            return {"digest": ""}
        case "", None:
            return {"mode": Mode.INSTANT}
        case str(), None:
            return {"mode": Mode.DIGEST if now is Mode.INSTANT else now}
        case _:
            return {}


def how(subscription: SubscriptionDocument) -> str:
    """Return how alerts come, in a few words: ``instant 5/1h, digest daily@07:00``."""
    at_once = "" if subscription.mode is Mode.DIGEST else f"instant {subscription.throttle}".strip()
    gathered = f"digest {subscription.digest}" if subscription.digest else ""
    told = [
        at_once,
        gathered,
        "" if subscription.updates is Updates.MATERIAL else f"updates {subscription.updates}",
        "" if subscription.priority is Priority.NORMAL else subscription.priority,
        "also in quiet hours" if subscription.bypass_quiet else "",
    ]
    return ", ".join(part for part in told if part)
