from typing import Annotated

import typer
from rich.text import Text

from tocsin.errors import TocsinError
from tocsin.ports.suppressions import Cause, Suppression
from tocsin_cli.commands.options import AsJson, Reason
from tocsin_cli.commands.output import ago, say, say_json, say_table
from tocsin_cli.commands.session import Store, session_of, with_store


suppressions = typer.Typer(
    no_args_is_help=True,
    help="Mail addresses that nothing is sent to: they bounced, or complained.",
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="As in ann@example.org.")]


@suppressions.command("list", epilog="Example: [bold]tocsin suppressions list[/]")
def list_suppressions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the addresses, and why nothing is sent to them."""
    found = with_store(context, lambda store: store.suppressions.all())
    now = session_of(context).clock.now()
    if as_json:
        say_json([_json(each) for each in found])
    elif not found:
        say("No address is suppressed.")
    else:
        say_table(
            ("address", "cause", "since", "by", "reason"),
            [
                (
                    Text(each.address),
                    each.cause,
                    ago(each.at, now),
                    Text(each.by),
                    Text(each.reason),
                )
                for each in found
            ],
        )


@suppressions.command(
    epilog="Example: [bold]tocsin suppressions add ann@example.org --reason 'left us'[/]"
)
def add(context: typer.Context, address: Address, reason: Reason = "") -> None:
    """Send nothing more to an address, by whatever channel."""
    session = session_of(context)
    if "@" not in address:
        raise TocsinError(f"{address!r} is no mail address; write one as ann@example.org")
    new = Suppression(address, Cause.OPERATOR, reason, session.clock.now(), session.who)

    async def work(store: Store) -> bool:
        return await store.suppressions.add(new)

    said = "is suppressed" if with_store(context, work) else "was suppressed already"
    say(f"{new.address} {said}.")


@suppressions.command(epilog="Example: [bold]tocsin suppressions remove ann@example.org[/]")
def remove(context: typer.Context, address: Address) -> None:
    """Let an address be written to again. A channel that a bounce disabled is to be enabled, too."""
    with_store(context, lambda store: store.suppressions.remove(address))
    say(f"{address} may be written to again. Is its channel disabled? See `tocsin channels list`.")


def _json(suppression: Suppression) -> dict[str, object]:
    return {
        "address": suppression.address,
        "cause": suppression.cause,
        "reason": suppression.reason,
        "at": suppression.at,
        "by": suppression.by,
    }
