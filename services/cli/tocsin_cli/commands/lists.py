"""The lists of words that rules share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tocsin.documents import ListDocument, rules_that_use
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.files import text_of
from tocsin_cli.commands.options import AsJson, Yes
from tocsin_cli.commands.output import say, say_json, say_table
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind


lists = typer.Typer(no_args_is_help=True, help="Lists of words that rules name as @list.")

SHOWN = 6  # entries of each list

ListName = Annotated[str, typer.Argument(metavar="LIST", help="Its name, without the @.")]


@lists.command("list", epilog="Example: [bold]tocsin lists list[/]")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the lists."""

    async def work(store: Store) -> Sequence[ListDocument]:
        return (await store.lists.all()).documents

    found = with_store(context, work)
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
    elif not found:
        say("There is none yet: see `tocsin lists put --help`.")
    else:
        say_table(
            ("list", "entries", ""),
            [(f"@{each.id}", f"{len(each.entries):,}", Text(_beginning(each))) for each in found],
        )


@lists.command(epilog="Example: [bold]tocsin lists show jnim-names[/]")
def show(context: typer.Context, name: ListName, as_json: AsJson = False) -> None:
    """Show what a list holds, and which rules name it."""

    async def work(store: Store) -> tuple[ListDocument, tuple[str, ...]]:
        return await store.lists.get(_id(name)), rules_that_use(_id(name), await store.rules.all())

    found, users = with_store(context, work)
    if as_json:
        say_json({**found.model_dump(mode="json"), "rules": users})
        return
    for entry in found.entries:
        say(Text(entry))
    say(Text(f"named by: {', '.join(users) or 'no rule'}", "dim"))


@lists.command(
    epilog="Examples: [bold]tocsin lists put jnim-names JNIM GSIM 'Katiba Macina'[/] · "
    "[bold]tocsin lists put jnim-names -f names.txt[/]"
)
def put(
    context: typer.Context,
    name: ListName,
    entries: Annotated[
        list[str] | None, typer.Argument(metavar="[ENTRY]…", help="Words or phrases.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", metavar="FILE", help="One entry a line; - is standard input."),
    ] = None,
) -> None:
    """Make a list, or replace it; every rule that names it follows within a second."""
    written = text_of(file).splitlines() if file else ()
    given = [*(entries or ()), *(line for line in written if line.strip())]
    words = valid(ListDocument, {"id": _id(name), "entries": given})
    session = session_of(context)

    async def work(store: Store) -> None:
        before = (await documents.names_of(store)).of(Kind.LIST).get(words.id)
        if before == words:
            say("Nothing to change.")
            return
        change = Change(Kind.LIST, before, words)
        documents.say_changes([change])
        await documents.make(store, [change], who=session.who)

    with_store(context, work)


@lists.command(epilog="Example: [bold]tocsin lists remove jnim-names --yes[/]")
def remove(context: typer.Context, name: ListName, yes: Yes = False) -> None:
    """Remove a list that no rule names."""

    async def work(store: Store) -> None:
        words = await documents.unless_unreadable(store.lists.get(_id(name)))
        if words is not None:
            documents.require_unused([words], await store.rules.all(), session_of(context))
            documents.say_changes([Change(Kind.LIST, words, None)])
        confirm("Remove?", yes=yes)
        await store.lists.delete(_id(name))

    with_store(context, work)


def _id(name: str) -> str:
    return name.removeprefix("@")


def _beginning(words: ListDocument) -> str:
    shown = ", ".join(words.entries[:SHOWN])
    return f"{shown}, …" if len(words.entries) > SHOWN else shown
