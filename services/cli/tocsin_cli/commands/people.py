"""Who is told, and of what: subscribers and subscriptions."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from tocsin.documents import (
    Mode,
    Priority,
    SubscriberDocument,
    SubscriptionDocument,
    Updates,
)
from tocsin_cli.commands.directory import Id, Name, Whose, add, directory_of, mark, remove, say_all
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
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="As in Africa/Bamako.")] = "UTC",
    locale: Annotated[
        str, typer.Option(metavar="TAG", help="Of dates and numbers (en, fr).")
    ] = "en",
    quiet: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOURS",
            help="Send nothing then, but together at their end: 22:00-07:00, or "
            "'sat,sun 00:00-24:00'. May be given more than once.",
        ),
    ] = None,
    nothing_matched: Annotated[
        bool, typer.Option("--nothing-matched", help="Send digests that say there was nothing.")
    ] = False,
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
    channel: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only on this channel; may be given more than once."),
    ] = None,
    subscription_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Else RULE.SUBSCRIBER.")
    ] = "",
    digest: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Gather alerts: hourly, daily@07:00, 'weekly@mon,thu 07:00'; their time zone.",
        ),
    ] = "",
    mode: Annotated[
        Mode | None, typer.Option(help="With --digest: both, to be told at once as well.")
    ] = None,
    throttle: Annotated[
        str,
        typer.Option(metavar="N/TIME", help="At most so many one by one, the rest together: 5/1h."),
    ] = "",
    updates: Annotated[
        Updates, typer.Option(help="What to tell of a story after its first alert.")
    ] = Updates.MATERIAL,
    priority: Annotated[Priority, typer.Option(help="How long it is worth telling.")] = (
        Priority.NORMAL
    ),
    quiet: Annotated[
        Quiet, typer.Option(help="Whether the subscriber's quiet hours hold for it.")
    ] = Quiet.HOLD,
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
