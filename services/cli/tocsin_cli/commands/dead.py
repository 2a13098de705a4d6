from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.errors import NotFoundError, TocsinError
from tocsin.ports.streams import DeadLetter, DeadLetters
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.options import AsJson, Limit, Yes
from tocsin_cli.commands.output import ago, say, say_json, say_table
from tocsin_cli.commands.session import session_of, with_store


dead = typer.Typer(
    no_args_is_help=True, help="The dead letters: what could not be processed, and why."
)

PREFIX = "{tocsin}:"
AT_ONCE = 1_000
MOST_SHOWN = 2_000  # characters of an entry

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[STREAM/ID]…", help="As `tocsin dead list` names them."),
]
Every = Annotated[bool, typer.Option("--all", help="All that there are.")]


@dead.command("list", epilog="Example: [bold]tocsin dead list[/]")
def list_letters(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List the dead letters, the newest first."""
    letters = with_store(context, lambda store: store.dead_letters.recent(limit))
    now = session_of(context).clock.now()
    if as_json:
        say_json([_json(letter) for letter in letters])
    elif not letters:
        say("There are no dead letters.")
    else:
        say_table(
            ("letter", "died", "group", "tries", "reason"),
            [
                (
                    _name(each),
                    ago(each.at, now),
                    each.group,
                    str(each.deliveries),
                    Text(each.reason),
                )
                for each in letters
            ],
        )


@dead.command(epilog="Example: [bold]tocsin dead show articles/1795501051-0[/]")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="STREAM/ID", help="As listed.")],
    as_json: AsJson = False,
) -> None:
    """Show a dead letter: why it died, and the entry as it was."""
    stream, letter_id = _parsed(name)
    letter = with_store(context, lambda store: store.dead_letters.get(stream, letter_id))
    if as_json:
        say_json(_json(letter) | {"traceback": letter.traceback, "fields": _fields(letter)})
        return
    say(Text(letter.reason, "bold red"))
    say(f"{_name(letter)}, entry {letter.entry_id}, died at {letter.at:%Y-%m-%d %H:%M:%S} UTC")
    say(f"in group {letter.group}, at {letter.consumer}, after {letter.deliveries} tries")
    for field, value in _fields(letter).items():
        more = " …" if len(value) > MOST_SHOWN else ""
        say(Text(f"\n{field}: {value[:MOST_SHOWN]}{more}"))
    if letter.traceback:
        say(Text(f"\n{letter.traceback}", "dim"))


@dead.command(
    epilog="Examples: [bold]tocsin dead replay articles/1795501051-0[/] · [bold]tocsin dead replay --all[/]"
)
def replay(context: typer.Context, names: Names = None, every: Every = False) -> None:
    """Put dead letters back on their stream, to be processed again."""

    async def one(letters: DeadLetters, stream: str, letter_id: str) -> None:
        new_id = await letters.replay(stream, letter_id)
        say(f"{stream.removeprefix(PREFIX)}/{letter_id} is back on its stream as {new_id}")

    with_store(context, lambda store: _each(store.dead_letters, names, one, every=every))


@dead.command(epilog="Example: [bold]tocsin dead discard --all --yes[/]")
def discard(
    context: typer.Context, names: Names = None, every: Every = False, yes: Yes = False
) -> None:
    """Drop dead letters for good."""

    async def one(letters: DeadLetters, stream: str, letter_id: str) -> None:
        await letters.discard(stream, letter_id)
        say(f"{stream.removeprefix(PREFIX)}/{letter_id} is gone")

    confirm("Drop them for good?", yes=yes)
    with_store(context, lambda store: _each(store.dead_letters, names, one, every=every))


Deed = Callable[[DeadLetters, str, str], Coroutine[Any, Any, None]]


async def _each(letters: DeadLetters, names: list[str] | None, deed: Deed, *, every: bool) -> None:
    if bool(names) == every:
        raise TocsinError("name the letters, or say --all")
    for stream, letter_id in map(_parsed, names or ()):
        await deed(letters, stream, letter_id)
    if every:
        await to_all(letters, deed)


async def to_all(letters: DeadLetters, deed: Deed) -> None:
    """Do it to all that there are now: one that is replayed may be back at once, as a newer one."""
    until = ""
    while found := await letters.recent(AT_ONCE, until=until):
        for letter in found:
            await deed(letters, letter.stream, letter.id)
        until = found[-1].id


def _name(letter: DeadLetter) -> str:
    return f"{letter.stream.removeprefix(PREFIX)}/{letter.id}"


def _parsed(name: str) -> tuple[str, str]:
    stream, slash, letter_id = name.rpartition("/")
    if not slash:
        raise NotFoundError("dead letter", name)
    return PREFIX + stream, letter_id


def _fields(letter: DeadLetter) -> dict[str, str]:
    return {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, value in letter.fields.items()
    }


def _json(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": _name(letter),
        "at": letter.at,
        "group": letter.group,
        "entry_id": letter.entry_id,
        "deliveries": letter.deliveries,
        "consumer": letter.consumer,
        "reason": letter.reason,
    }
