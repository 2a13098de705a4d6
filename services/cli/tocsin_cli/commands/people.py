"""Who is told, where, and of what: subscribers, channels, subscriptions."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.documents import (
    ChannelDocument,
    Mode,
    Priority,
    SubscriberDocument,
    SubscriptionDocument,
    Updates,
    describe_channel,
)
from tocsin.errors import NotFoundError, TocsinError
from tocsin.ports.subscribers import Directory
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.channel_test import send_test
from tocsin_cli.commands.options import AsJson, Yes
from tocsin_cli.commands.output import say, say_json, say_table, styled
from tocsin_cli.commands.rotate_keys import rotate_keys
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind, State, plan
from tocsin_cli.manifests.kind import AnyDocument


subscribers = typer.Typer(no_args_is_help=True, help="The people and teams that are told.")
channels = typer.Typer(no_args_is_help=True, help="Where they are told: email, Slack and so on.")
subscriptions = typer.Typer(no_args_is_help=True, help="Which rules' alerts they get.")

Id = Annotated[str, typer.Argument(metavar="ID", help="Letters, digits, dots, dashes.")]
Name = Annotated[str, typer.Option(metavar="TEXT", help="What people call it; else the id.")]
Whose = Annotated[str, typer.Option("--subscriber", metavar="ID", help="Whose it is.")]


class Quiet(StrEnum):
    """What the subscriber's quiet hours mean to a subscription."""

    HOLD = "hold"
    BYPASS = "bypass"


@subscribers.command("list", epilog="Example: [bold]tocsin subscribers list[/]")
def list_subscribers(context: typer.Context, as_json: AsJson = False) -> None:
    """List the subscribers."""
    directory = _directory(context)
    _say_all(
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
    _add(context, Kind.SUBSCRIBER, valid(SubscriberDocument, fields))


@subscribers.command("remove", epilog="Example: [bold]tocsin subscribers remove desk --yes[/]")
def remove_subscriber(context: typer.Context, subscriber_id: Id, yes: Yes = False) -> None:
    """Remove somebody, with all channels and subscriptions of theirs."""
    _remove(context, Kind.SUBSCRIBER, subscriber_id, yes=yes)


@channels.command("list", epilog="Example: [bold]tocsin channels list[/]")
def list_channels(context: typer.Context, as_json: AsJson = False) -> None:
    """List the channels; what is secret of them is not shown."""
    directory = _directory(context)
    _say_all(
        directory.channels,
        ("channel", "", "subscriber", "name", "where"),
        [
            (
                each.id,
                _mark(enabled=each.enabled),
                each.subscriber,
                Text(each.name),
                Text(describe_channel(each)),
            )
            for each in directory.channels
        ],
        as_json=as_json,
    )


@channels.command(
    "add",
    epilog="Examples: [bold]tocsin channels add desk-mail --subscriber desk --url mailto:desk@example.org[/] · "
    "[bold]tocsin channels add desk-slack --subscriber desk --url -[/] (asks, so that the "
    "token is not in your shell's history)",
)
def add_channel(
    context: typer.Context,
    channel_id: Id,
    subscriber: Whose,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="mailto:ADDRESS, or an Apprise URL such as slack://…; - asks for it.",
        ),
    ],
    name: Name = "",
) -> None:
    """Add where a subscriber is told. Try it with `tocsin channels test`."""
    if url == "-":
        url = _asked_for_url()
    fields = {"id": channel_id, "subscriber": subscriber, "name": name or channel_id, "url": url}
    _add(context, Kind.CHANNEL, valid(ChannelDocument, fields))


channels.command("test", epilog="Example: [bold]tocsin channels test desk-mail[/]")(send_test)


channels.command(
    "rotate-keys",
    epilog="Examples: [bold]tocsin channels rotate-keys[/] · [bold]tocsin channels rotate-keys --forget-old[/]",
)(rotate_keys)


@channels.command("remove", epilog="Example: [bold]tocsin channels remove desk-mail --yes[/]")
def remove_channel(context: typer.Context, channel_id: Id, yes: Yes = False) -> None:
    """Remove a channel; subscriptions name it no longer."""
    _remove(context, Kind.CHANNEL, channel_id, yes=yes)


@subscriptions.command("list", epilog="Example: [bold]tocsin subscriptions list[/]")
def list_subscriptions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the subscriptions."""
    found = _directory(context).subscriptions
    _say_all(
        found,
        ("subscription", "", "rule", "subscriber", "channels", "how"),
        [
            (
                each.id,
                _mark(enabled=each.enabled),
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
    _add(context, Kind.SUBSCRIPTION, document)


@subscriptions.command(
    "remove", epilog="Example: [bold]tocsin subscriptions remove jnim-sahel.desk --yes[/]"
)
def remove_subscription(context: typer.Context, subscription_id: Id, yes: Yes = False) -> None:
    """Remove a subscription."""
    _remove(context, Kind.SUBSCRIPTION, subscription_id, yes=yes)


def _asked_for_url() -> str:
    """Ask for a URL without showing it, or read it from what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt("URL", hide_input=True))
    return sys.stdin.readline().strip()


def _add(context: typer.Context, kind: Kind, document: AnyDocument) -> None:
    async def work(store: Store) -> None:
        current = await documents.standing(store)
        if document.id in current.of(kind):
            raise TocsinError(f"there is a {kind.singular} {document.id!r} already")
        change = Change(kind, None, document)
        await documents.make(store, [change], who=session_of(context).who)
        documents.say_changes([change])

    with_store(context, work)


def _remove(context: typer.Context, kind: Kind, key: str, *, yes: bool) -> None:
    async def work(store: Store) -> None:
        current = await documents.standing(store)
        if key not in current.of(kind):
            raise NotFoundError(kind.singular, key)
        kept = {name: each for name, each in current.of(kind).items() if name != key}
        changes = plan(current, State({kind: kept}), prune=(kind,))
        documents.say_changes(changes)
        confirm("Remove?", yes=yes)
        await documents.make(store, changes, who=session_of(context).who)

    with_store(context, work)


def _directory(context: typer.Context) -> Directory:
    return with_store(context, lambda store: store.subscribers.directory())


def _say_all(
    found: Sequence[AnyDocument], columns: Sequence[str], rows: Sequence[Any], *, as_json: bool
) -> None:
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
    elif not found:
        say(f"There is no {columns[0]} yet.")
    else:
        say_table(columns, rows)


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


def _mark(*, enabled: bool) -> Text:
    return styled("on", "green") if enabled else styled("off", "dim")
