"""Adding, removing and listing whoever is told, and where; what these commands have in common."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.errors import NotFoundError, TocsinError
from tocsin.ports.subscribers import Directory
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.output import say, say_json, say_table, styled
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind, State, plan
from tocsin_cli.manifests.kind import AnyDocument


Id = Annotated[str, typer.Argument(metavar="ID", help="Letters, digits, dots, dashes.")]
Name = Annotated[str, typer.Option(metavar="TEXT", help="What people call it; else the id.")]
Whose = Annotated[str, typer.Option("--subscriber", metavar="ID", help="Whose it is.")]


def add(context: typer.Context, kind: Kind, document: AnyDocument) -> None:
    async def work(store: Store) -> None:
        current = await documents.standing(store)
        if document.id in current.of(kind):
            raise TocsinError(f"there is a {kind.singular} {document.id!r} already")
        change = Change(kind, None, document)
        await documents.make(store, [change], who=session_of(context).who)
        documents.say_changes([change])

    with_store(context, work)


def change(context: typer.Context, kind: Kind, key: str, given: Mapping[str, Any]) -> None:
    """Change the fields that are given; None leaves one as it is."""

    async def work(store: Store) -> None:
        current = await documents.standing(store)
        before = current.of(kind).get(key)
        if before is None:
            raise NotFoundError(kind.singular, key)
        fields = {name: value for name, value in given.items() if value is not None}
        after = valid(kind.model, before.model_dump() | fields)
        changes = plan(current, State({kind: {key: after}}))
        documents.say_changes(changes)
        if not changes:
            say(f"The {kind.singular} {key!r} is so already.")
        await documents.make(store, changes, who=session_of(context).who)

    with_store(context, work)


def remove(context: typer.Context, kind: Kind, key: str, *, yes: bool) -> None:
    async def work(store: Store) -> None:
        current = await documents.standing(store)
        if key not in current.of(kind):
            await _remove_unreadable(store, kind, key, yes=yes)
            return
        kept = {name: each for name, each in current.of(kind).items() if name != key}
        changes = plan(current, State({kind: kept}), prune=(kind,))
        documents.say_changes(changes)
        confirm("Remove?", yes=yes)
        await documents.make(store, changes, who=session_of(context).who)

    with_store(context, work)


async def _remove_unreadable(store: Store, kind: Kind, key: str, *, yes: bool) -> None:
    unreadable = (await store.subscribers.directory()).unreadable
    for (name, id_), problem in unreadable.items():
        if (name, id_) == (kind.singular, key):
            say(Text(f"- {name} {id_}, which cannot be read: {problem}", "red"))
            confirm("Remove?", yes=yes)
            await documents.delete_of(store, name, id_)
            return
    raise NotFoundError(kind.singular, key)


def directory_of(context: typer.Context) -> Directory:
    return with_store(context, lambda store: store.subscribers.directory())


def say_all(
    found: Sequence[AnyDocument], columns: Sequence[str], rows: Sequence[Any], *, as_json: bool
) -> None:
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
    elif not found:
        say(f"There is no {columns[0]} yet.")
    else:
        say_table(columns, rows)


def mark(*, enabled: bool) -> Text:
    return styled("on", "green") if enabled else styled("off", "dim")
