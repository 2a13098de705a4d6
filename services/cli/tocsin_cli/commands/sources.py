import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.text import Text

from tocsin.documents import SourceDocument
from tocsin.durations import in_words
from tocsin.errors import TocsinError
from tocsin.ports.sources import SourceState
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.options import AsJson, Yes
from tocsin_cli.commands.output import ago, say, say_json, say_table, styled
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind


sources = typer.Typer(no_args_is_help=True, help="The feeds that ingest polls.")

SourceId = Annotated[str, typer.Argument(metavar="SOURCE", help="Its id.")]


@sources.command("list", epilog="Example: [bold]tocsin sources list[/]")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List the feeds, how they fare, and when each is polled next."""
    found = with_store(context, lambda store: store.sources.all())
    now = session_of(context).clock.now()
    if as_json:
        say_json([_json(source, state) for source, state in found])
    elif not found:
        say("There is no feed yet: see `tocsin sources add --help`.")
    else:
        say_table(
            ("source", "", "last new", "next poll", "address", "problem"),
            [
                (
                    source.id,
                    _mark(source, state),
                    ago(state.last_new, now),
                    in_words(state.next_poll - now) if state.next_poll else "soon",
                    Text(source.url),
                    Text(state.problem, "red"),
                )
                for source, state in found
            ],
        )


@sources.command(
    epilog="Example: [bold]tocsin sources add https://www.rfi.fr/en/africa/rss --home FR[/]"
)
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Of an RSS, Atom or JSON feed.")],
    source_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Else made from the host's name.")
    ] = "",
    name: Annotated[str, typer.Option(metavar="TEXT", help="What people call it.")] = "",
    home: Annotated[
        str, typer.Option(metavar="REGION", help="Where the publisher is at home, by name or id.")
    ] = "",
    language: Annotated[str, typer.Option(metavar="TAG", help="If it has one only (fr).")] = "",
) -> None:
    """Add a feed; ingest polls it within a minute."""
    session = session_of(context)
    fields = {
        "id": source_id or _id_from(url),
        "url": url,
        "name": name or urlsplit(url).hostname or url,
        "home": session.gazetteer().resolve(home) if home else "",
        "language": language,
    }
    source = valid(SourceDocument, fields)

    async def work(store: Store) -> None:
        current = await documents.standing(store)
        before = current.of(Kind.SOURCE).get(source.id)
        if before is not None:
            raise TocsinError(f"there is a source {source.id!r} already: choose another --id")
        change = Change(Kind.SOURCE, None, source)
        documents.say_changes([change])
        await documents.make(store, [change], who=session.who)

    with_store(context, work)


@sources.command("poll", epilog="Example: [bold]tocsin sources poll rfi.fr[/]")
def poll_now(context: typer.Context, source_id: SourceId) -> None:
    """Have a feed polled now."""
    with_store(context, lambda store: store.sources.poll_now(source_id))
    say(f"{source_id} is due now.")


@sources.command(epilog="Example: [bold]tocsin sources remove rfi.fr --yes[/]")
def remove(context: typer.Context, source_id: SourceId, yes: Yes = False) -> None:
    """Remove a feed; what it brought stays."""

    async def work(store: Store) -> None:
        found = await documents.unless_unreadable(store.sources.get(source_id))
        if found is not None:
            documents.say_changes([Change(Kind.SOURCE, found[0], None)])
        confirm("Remove?", yes=yes)
        await store.sources.delete(source_id)

    with_store(context, work)


def _id_from(url: str) -> str:
    """Return an id such as ``rfi.fr``."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return re.sub(r"[^a-z0-9._-]+", "-", host)[:64] or "source"


def _mark(source: SourceDocument, state: SourceState) -> Text:
    if not source.enabled:
        return styled("off", "dim")
    return styled("failing", "red") if state.problem else styled("ok", "green")


def _json(source: SourceDocument, state: SourceState) -> dict[str, Any]:
    return source.model_dump(mode="json") | {
        "state": {
            "problem": state.problem,
            "failures": state.failures,
            "last_success": state.last_success,
            "last_new": state.last_new,
            "next_poll": state.next_poll,
            "reason": state.reason,
        }
    }
