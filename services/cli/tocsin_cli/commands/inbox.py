import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.errors import NotFoundError, TocsinError
from tocsin.ports.inbox import Inbox, InboxMessage
from tocsin_cli.commands.options import AsJson, Limit
from tocsin_cli.commands.output import ago, say, say_json, say_table
from tocsin_cli.commands.session import Store, session_of, with_store


# How long one look lasts when the inbox is followed.
LOOK_S = 60.0

inbox = typer.Typer(help="The demo inbox: what the alerts look like.")

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Show new messages as they come.")]
Wait = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Wait for a new message; exit with 1 if none comes."),
]
After = Annotated[
    str | None,
    typer.Option(metavar="ID", help="With --wait or --follow: what came after it is new (0: all)."),
]


class NothingCameError(TocsinError):
    """No message came in the time given."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the inbox is looked at. ``after`` None means: what comes from now on is new."""

    limit: int
    follow: bool
    wait_s: float | None
    after: str | None
    as_json: bool


@inbox.callback(
    invoke_without_command=True,
    epilog="Examples: [bold]tocsin inbox[/] · [bold]tocsin inbox show[/] · [bold]tocsin inbox --follow[/] · "
    "[bold]tocsin inbox --wait 30 --after 0[/]",
)
def look_or_command(
    context: typer.Context,
    limit: Limit = 20,
    follow: Follow = False,
    wait: Wait = None,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """The demo inbox: what the alerts look like. Without a command: list the messages."""
    if context.invoked_subcommand is None:
        look(context, Look(limit, follow, wait, after, as_json))


@inbox.command("list", epilog="Example: [bold]tocsin inbox list -n 5 --json[/]")
def list_messages(
    context: typer.Context,
    limit: Limit = 20,
    follow: Follow = False,
    wait: Wait = None,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List the messages, the newest first."""
    look(context, Look(limit, follow, wait, after, as_json))


@inbox.command(
    epilog="Examples: [bold]tocsin inbox show[/] · [bold]tocsin inbox show --html > alert.html[/]"
)
def show(
    context: typer.Context,
    message_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="As listed; without one, the newest.")
    ] = "",
    html: Annotated[bool, typer.Option("--html", help="The HTML part, as it came.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes, as they came.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one message."""
    message = with_store(context, lambda store: _one(store.inbox, message_id))
    if raw:
        sys.stdout.buffer.write(message.raw)
        sys.stdout.buffer.flush()
    elif html:
        if not message.html:
            raise NotFoundError("HTML part in message", message.id)
        typer.echo(message.html)
    elif as_json:
        say_json(_json(message))
    else:
        _say_whole(message)


@inbox.command(epilog="Example: [bold]TOCSIN_INBOX_SMTP_PORT=2525 tocsin inbox serve[/]")
def serve(context: typer.Context) -> None:
    """Run the inbox: a mail server and a Slack-like web hook. `tocsin up` does this for you."""
    session_of(context).serve_inbox()


def look(context: typer.Context, how: Look) -> None:
    if how.follow:
        with_store(context, lambda store: _follow(context, store, how))
        return
    if how.wait_s is None:
        messages = with_store(context, lambda store: store.inbox.recent(how.limit))
    else:
        messages = with_store(context, lambda store: _wait(store.inbox, how))
    if how.as_json:
        say_json([_json(message) for message in messages])
    elif messages:
        _say_list(context, messages)
    else:
        say("Nothing yet. The demo's alerts land here: try `tocsin push --demo`.")


async def _wait(messages: Inbox, how: Look) -> Sequence[InboxMessage]:
    wait_s = how.wait_s or 0
    found = await messages.after(await _start(messages, how.after), wait_s=wait_s)
    if not found:
        raise NothingCameError(f"no new message came in {wait_s:g} s")
    return found[::-1]


async def _follow(context: typer.Context, store: Store, how: Look) -> None:
    """Show each new message; until interrupted."""
    last = await _start(store.inbox, how.after)
    while True:
        for message in await store.inbox.after(last, wait_s=LOOK_S):
            if how.as_json:
                say_json(_json(message))
            else:
                _say_whole(message)
            last = message.id


async def _start(messages: Inbox, after: str | None) -> str:
    if after is not None:
        return "" if after == "0" else (await messages.get(after)).id
    newest = await messages.recent(1)
    return newest[0].id if newest else ""


async def _one(messages: Inbox, message_id: str) -> InboxMessage:
    if message_id:
        return await messages.get(message_id)
    for newest in await messages.recent(1):
        return newest
    raise TocsinError("the inbox is empty: try `tocsin push --demo`")


def _say_list(context: typer.Context, messages: Sequence[InboxMessage]) -> None:
    now = session_of(context).clock.now()
    say_table(
        ("id", "came", "by", "to", "subject"),
        [
            (
                message.id,
                ago(message.received_at, now),
                message.kind,
                Text(message.recipient),
                Text(message.subject),
            )
            for message in messages
        ],
    )


def _say_whole(message: InboxMessage) -> None:
    say(Text(message.subject, "bold"))
    say(
        Text(
            f"{message.kind} to {message.recipient} · "
            f"{message.received_at:%Y-%m-%d %H:%M:%S} UTC · {message.id}",
            "dim",
        )
    )
    say(Text(f"\n{message.text}\n"))


def _json(message: InboxMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind,
        "received_at": message.received_at,
        "recipient": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
    }
