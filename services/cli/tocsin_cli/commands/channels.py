"""Where people are told: adding, looking, confirming, turning on and off."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.documents import ChannelDocument, ChannelState, Standing, describe_channel
from tocsin.documents.standing import MOST_ASKED
from tocsin.errors import TocsinError
from tocsin.ports.subscribers import Directory
from tocsin_cli.commands.channel_test import send_test
from tocsin_cli.commands.directory import Id, Name, Whose, add, directory_of, remove, say_all
from tocsin_cli.commands.options import AsJson, Reason, Yes
from tocsin_cli.commands.output import say, say_json, styled
from tocsin_cli.commands.rotate_keys import rotate_keys
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Kind


channels = typer.Typer(no_args_is_help=True, help="Where they are told: email, Slack and so on.")

STYLES = {
    ChannelState.PENDING: "yellow",
    ChannelState.ACTIVE: "green",
    ChannelState.FAILING: "yellow",
    ChannelState.DISABLED: "dim",
}


@channels.command("list", epilog="Example: [bold]tocsin channels list[/]")
def list_channels(context: typer.Context, as_json: AsJson = False) -> None:
    """List the channels and how they stand; what is secret of them is not shown."""
    directory = directory_of(context)
    if as_json:
        say_json([_json(directory, each) for each in directory.channels])
        return
    say_all(
        directory.channels,
        ("channel", "state", "subscriber", "name", "where", "why"),
        [
            (
                each.id,
                _state(directory.state(each)),
                each.subscriber,
                Text(each.name),
                Text(describe_channel(each)),
                Text(why(directory, each)),
            )
            for each in directory.channels
        ],
        as_json=False,
    )


@channels.command("show", epilog="Example: [bold]tocsin channels show desk-mail[/]")
def show_channel(context: typer.Context, channel_id: Id, as_json: AsJson = False) -> None:
    """Show a channel: how it stands, why, and what was done to it."""
    directory = directory_of(context)
    channel = directory.channel(channel_id)
    if as_json:
        say_json(_json(directory, channel))
        return
    standing = directory.standing(channel_id)
    say(Text.assemble(_state(directory.state(channel)), f" {why(directory, channel)}".rstrip()))
    say(Text(f"where       {describe_channel(channel)}"))
    say(Text(f"name        {channel.name}"))
    say(f"subscriber  {channel.subscriber}")
    if standing.confirmed_at is not None:
        confirmed = f"{standing.confirmed_at:%Y-%m-%d %H:%M} UTC by {standing.confirmed_by}"
        say(Text(f"confirmed   {confirmed}"))
    for note in standing.notes:
        say(Text(f"  {note.at:%Y-%m-%d %H:%M}  {note.who}  {note.what}"))


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
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed", help="Whoever reads mail there has agreed; ask them no more. Is noted."
        ),
    ] = False,
) -> None:
    """Add where a subscriber is told. Try it with `tocsin channels test`.

    A mail address gets a mail with a link first; alerts for it wait until that is followed.
    """
    if url == "-":
        url = _asked_for_url()
    fields = {"id": channel_id, "subscriber": subscriber, "name": name or channel_id, "url": url}
    add(context, Kind.CHANNEL, valid(ChannelDocument, fields))
    if confirmed:
        confirm_channel(context, channel_id)
        return
    directory = directory_of(context)
    if directory.state(directory.channel(channel_id)) is ChannelState.PENDING:
        say(
            "A mail with a link goes there; alerts wait until the link is followed. Or confirm it "
            f"yourself: tocsin channels confirm {channel_id}"
        )


channels.command("test", epilog="Example: [bold]tocsin channels test desk-mail[/]")(send_test)


@channels.command("confirm", epilog="Example: [bold]tocsin channels confirm desk-mail[/]")
def confirm_channel(context: typer.Context, channel_id: Id) -> None:
    """Declare that whoever reads mail there has agreed; your name is noted with it."""
    session = session_of(context)
    now = session.clock.now()
    _stand(context, channel_id, lambda standing: standing.confirmed(now, session.who))
    say(f"{channel_id} is confirmed, by {session.who}; what waited for it is sent now.")


@channels.command("ask", epilog="Example: [bold]tocsin channels ask desk-mail[/]")
def ask_again(context: typer.Context, channel_id: Id) -> None:
    """Send the confirmation mail once more; the link in the one before works no longer."""
    session = session_of(context)
    now = session.clock.now()

    async def work(store: Store) -> None:
        directory = await store.subscribers.directory()
        if directory.state(directory.channel(channel_id)) is not ChannelState.PENDING:
            raise TocsinError(f"the address of {channel_id} waits for no confirmation")
        if not directory.standing(channel_id).may_be_asked_again(now):
            raise TocsinError(
                f"{channel_id} was asked {MOST_ASKED} times today already; try again tomorrow, or "
                f"confirm it yourself: tocsin channels confirm {channel_id}"
            )
        await store.subscribers.stand(
            channel_id, lambda standing: standing.to_be_asked_again(now, session.who)
        )

    with_store(context, work)
    say("A new mail with a link is on its way.")


@channels.command(
    "disable", epilog="Example: [bold]tocsin channels disable desk-mail --reason leave[/]"
)
def disable_channel(context: typer.Context, channel_id: Id, reason: Reason = "") -> None:
    """Send nothing there any more, until it is enabled."""
    session = session_of(context)
    now = session.clock.now()
    _stand(context, channel_id, lambda standing: standing.disabled(now, session.who, reason))
    say(f"{channel_id} is disabled.")


@channels.command("enable", epilog="Example: [bold]tocsin channels enable desk-mail[/]")
def enable_channel(context: typer.Context, channel_id: Id) -> None:
    """Send there again, whoever or whatever disabled it."""
    session = session_of(context)
    now = session.clock.now()

    async def work(store: Store) -> ChannelState:
        channel = (await store.subscribers.directory()).channel(channel_id)
        if not channel.enabled:
            await store.subscribers.put(channel.model_copy(update={"enabled": True}))
        await store.subscribers.stand(
            channel_id, lambda standing: standing.enabled(now, session.who)
        )
        directory = await store.subscribers.directory()
        return directory.state(directory.channel(channel_id))

    say(f"{channel_id} is {with_store(context, work)}.")


channels.command(
    "rotate-keys",
    epilog="Examples: [bold]tocsin channels rotate-keys[/] · [bold]tocsin channels rotate-keys --forget-old[/]",
)(rotate_keys)


@channels.command("remove", epilog="Example: [bold]tocsin channels remove desk-mail --yes[/]")
def remove_channel(context: typer.Context, channel_id: Id, yes: Yes = False) -> None:
    """Remove a channel; subscriptions name it no longer."""
    remove(context, Kind.CHANNEL, channel_id, yes=yes)


def why(directory: Directory, channel: ChannelDocument) -> str:
    """Return why a channel is not simply active."""
    standing = directory.standing(channel.id)
    match directory.state(channel):
        case ChannelState.PENDING if standing.asked_at is None:
            return "its address is not confirmed yet"
        case ChannelState.PENDING:
            return f"its address is not confirmed yet, asked {standing.asked_at:%Y-%m-%d %H:%M} UTC"
        case ChannelState.DISABLED if standing.disabled_at is None:
            return "its document has enabled: no"
        case _:
            return standing.reason


def _stand(context: typer.Context, channel_id: str, change: Callable[[Standing], Standing]) -> None:
    with_store(context, lambda store: store.subscribers.stand(channel_id, change))


def _asked_for_url() -> str:
    """Ask for a URL without showing it, or read it from what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt("URL", hide_input=True))
    return sys.stdin.readline().strip()


def _state(state: ChannelState) -> Text:
    return styled(state, STYLES[state])


def _json(directory: Directory, channel: ChannelDocument) -> dict[str, Any]:
    standing = directory.standing(channel.id)
    return {
        **channel.model_dump(mode="json"),
        "address": describe_channel(channel),
        "state": directory.state(channel),
        "why": why(directory, channel),
        **standing.model_dump(mode="json", exclude={"proof"}),
    }
