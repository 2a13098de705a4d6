import asyncio
import sys
from typing import Annotated

import typer

from tocsin_cli.commands.output import out
from tocsin_cli.commands.screen import TerminalScreen
from tocsin_cli.commands.session import session_of
from tocsin_cli.supervision.plan import Wanted
from tocsin_cli.supervision.roles import Role, parse_only, parse_replicas


def up(
    context: typer.Context,
    only: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Start only these: ingest,matcher,notifier,console,inbox."
        ),
    ] = "",
    demo: Annotated[
        bool,
        typer.Option(
            "--demo/--no-demo",
            help="Fill an empty store with the demo's rules, and run the inbox for its alerts.",
        ),
    ] = True,
    replicas: Annotated[
        str, typer.Option(metavar="NAME=N", help="How many of some: matcher=2,notifier=2.")
    ] = "",
    plain: Annotated[bool, typer.Option("--plain", help="No colours, no moving line.")] = False,
) -> None:
    """Run everything on this machine: the store, the services, the demo."""
    session = session_of(context)
    wanted = Wanted(_roles(only, demo=demo), parse_replicas(replicas))
    screen = TerminalScreen(out(), plain=plain, data=str(session.settings.data_dir))
    try:
        asyncio.run(session.run_up(wanted, screen, demo=demo))
    finally:
        screen.close()
        sys.stdout.flush()


def _roles(only: str, *, demo: bool) -> tuple[Role, ...]:
    roles = parse_only(only)
    # Without the demo its inbox has a place only where it is asked for by name.
    return roles if demo or only else tuple(role for role in roles if role is not Role.INBOX)
