"""The regions of the world, and those that subscribers define."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.text import Text

from tocsin.documents import RegionDocument, checked_region
from tocsin.errors import TocsinError
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.region import Region
from tocsin_cli.commands import documents
from tocsin_cli.commands.apply import confirm
from tocsin_cli.commands.options import AsJson, Limit, Yes
from tocsin_cli.commands.output import say, say_json, say_table
from tocsin_cli.commands.session import Store, StoreAwayError, session_of, with_store
from tocsin_cli.commands.validation import valid
from tocsin_cli.manifests import Change, Kind


regions = typer.Typer(
    no_args_is_help=True, help="The regions that rules can name: the world's, and your own."
)

SHOWN_NAMES = 40
SHOWN_CHILDREN = 20

On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="As of this day; else as it is now."),
]


@regions.command(epilog="Example: [bold]tocsin regions search kay[/]")
def search(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The beginning of a name, in any language.")
    ],
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Find regions by name; the best known first."""
    gazetteer = _gazetteer(context)
    found = gazetteer.search(name, limit)
    if as_json:
        say_json([_json(gazetteer, region, None) for region in found])
    elif not found:
        say(f"No region has a name that begins with {name!r}.")
    else:
        say_table(
            ("region", "name", "kind", "in"),
            [
                (each.id, Text(each.name), each.kind, Text(_where(gazetteer, each.id)))
                for each in found
            ],
        )


@regions.command(
    epilog="Examples: [bold]tocsin regions show 'Kayes Region'[/] · [bold]tocsin regions show ECOWAS --on 2025-01-28[/]"
)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name or an id.")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Show a region: its names, what it lies in, what lies in it."""
    gazetteer = _gazetteer(context)
    region = gazetteer.region(gazetteer.resolve(name))
    day = on.date() if on else None
    if as_json:
        say_json(
            _json(gazetteer, region, day)
            | {
                "names": gazetteer.names_of(region.id),
                "parents": gazetteer.parents(region.id, day),
                "children": gazetteer.children(region.id, day),
                "overlaps": gazetteer.overlapping(region.id, day),
            }
        )
        return
    if name.strip() != region.id and gazetteer.canonical(name.strip()) == region.id:
        say(f"{name.strip()} was given up; it means {region.id}.")
    today = session_of(context).clock.now().astimezone(UTC).date()
    _Shown(gazetteer, region, day, today).show()


@regions.command("list", epilog="Example: [bold]tocsin regions list[/]")
def list_own(context: typer.Context, as_json: AsJson = False) -> None:
    """List the regions of your own."""

    async def work(store: Store) -> Sequence[RegionDocument]:
        return (await store.regions.all()).documents

    found = with_store(context, work)
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
    elif not found:
        say("There is none yet: see `tocsin regions add --help`.")
    else:
        gazetteer = session_of(context).gazetteer()
        say_table(
            ("region", "names", "in", "at"),
            [
                (each.id, Text(", ".join(each.names)), Text(_in(gazetteer, each)), _point(each))
                for each in found
            ],
        )


@regions.command(
    epilog="Example: [bold]tocsin regions add 'Camp Zebra' 'Zebra Point' --in 'Kayes Region' --at 14.5,-11.0[/]"
)
def add(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME…", help="As texts write it; the first is shown to people."),
    ],
    parent: Annotated[
        str, typer.Option("--in", metavar="REGION", help="What it lies in, by name or id.")
    ],
    point: Annotated[
        str, typer.Option("--at", metavar="LAT,LON", help="Where, in degrees, if that is known.")
    ] = "",
    region_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Its id after place:c:; else one is made up.")
    ] = "",
) -> None:
    """Define a region of your own; every matcher knows it within a second.

    To change one, add it again under its id.
    """
    session = session_of(context)
    latitude, longitude = _latitude_longitude(point)
    fields = {
        "id": region_id or str(uuid4()),
        "names": names,
        "parent": parent,
        "latitude": latitude,
        "longitude": longitude,
    }
    region = valid(RegionDocument, fields)

    async def work(store: Store) -> None:
        checked = checked_region(region, session.gazetteer())
        before = (await documents.names_of(store)).of(Kind.REGION).get(checked.id)
        if before == checked:
            say("Nothing to change.")
            return
        change = Change(Kind.REGION, before, checked)
        documents.say_changes([change])
        await documents.make(store, [change], who=session.who)

    with_store(context, work)


@regions.command(epilog="Example: [bold]tocsin regions remove place:c:camp-zebra --yes[/]")
def remove(
    context: typer.Context,
    region_id: Annotated[str, typer.Argument(metavar="REGION", help="Its id.")],
    yes: Yes = False,
) -> None:
    """Remove a region of your own that no rule names."""

    async def work(store: Store) -> None:
        region = await documents.unless_unreadable(store.regions.get(region_id))
        if region is not None:
            documents.require_unused([region], await store.rules.all(), session_of(context))
            documents.say_changes([Change(Kind.REGION, region, None)])
        confirm("Remove?", yes=yes)
        await store.regions.delete(region_id)

    with_store(context, work)


@regions.command(epilog="Example: [bold]tocsin regions build[/]")
def build(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to; else where Tocsin reads it from."),
    ] = None,
) -> None:
    """Compile the gazetteer anew from its packages and our tables, which few ever need.

    The same sources always give the same version.
    """
    session = session_of(context)
    before = session.gazetteer().version
    built = session.build_gazetteer(folder)
    say(str(built))
    say(
        "It is the one in use."
        if built.version == before
        else f"The one in use is {before} so far."
    )


def _gazetteer(context: typer.Context) -> Gazetteer:
    """Return the gazetteer, with the regions of one's own where there is a store to ask."""

    async def nothing(store: Store) -> None: ...

    with suppress(StoreAwayError):  # the world is there without it
        with_store(context, nothing)
    return session_of(context).gazetteer()


class _Shown:
    def __init__(self, gazetteer: Gazetteer, region: Region, on: date | None, today: date) -> None:
        self._gazetteer = gazetteer
        self._region = region
        self._on = on
        self._today = on or today

    def show(self) -> None:
        region = self._region
        say(Text.assemble((region.name, "bold"), f"  {region.id}  {region.kind}"))
        if self._on:
            say(f"on: {self._on}")
        if region.population:
            say(f"population: {region.population:,}")
        if region.latitude is not None and region.longitude is not None:
            say(f"at: {region.latitude:g}, {region.longitude:g}")
        own = region.names[1:]
        others = self._gazetteer.names_of(region.id)[len(region.names) :]
        self._say("also called", own)
        self._say("found as", others[:SHOWN_NAMES], len(others))
        self._say_regions("lies in", self._gazetteer.parents(region.id, self._on))
        self._say_regions("and so in", self._further())
        for edge in self._gazetteer.former(region.id, self._today):
            say(Text(f"until {edge.until}: {self._named(edge.parent)}"))
        self._say_regions("overlaps", self._gazetteer.overlapping(region.id, self._on))
        children = self._gazetteer.children(region.id, self._on)
        self._say_regions("holds", children[:SHOWN_CHILDREN], len(children))

    def _further(self) -> Sequence[str]:
        parents = self._gazetteer.parents(self._region.id, self._on)
        around = self._gazetteer.ancestors(self._region.id, self._on)
        return [each for each in around if each not in parents]

    def _say_regions(self, what: str, region_ids: Sequence[str], total: int = 0) -> None:
        self._say(what, [self._named(each) for each in region_ids], total)

    def _named(self, region_id: str) -> str:
        return f"{self._gazetteer.name(region_id)} ({region_id})"

    def _say(self, what: str, names: Sequence[str], total: int = 0) -> None:
        if names:
            more = f" and {total - len(names):,} more" if total > len(names) else ""
            say(Text(f"{what}: {', '.join(names)}{more}"))


def _latitude_longitude(point: str) -> tuple[str | None, str | None]:
    if not point:
        return None, None
    parts = re.split(r"\s*,\s*", point.strip())
    if len(parts) != 2:
        raise TocsinError(f"--at: expected LAT,LON such as 14.5,-11.0, not {point!r}")
    return parts[0], parts[1]


def _in(gazetteer: Gazetteer, region: RegionDocument) -> str:
    try:
        return gazetteer.name(gazetteer.resolve(region.parent))
    except TocsinError:
        return f"{region.parent}, which there is not"


def _point(region: RegionDocument) -> str:
    if region.latitude is None or region.longitude is None:
        return ""
    return f"{region.latitude:g}, {region.longitude:g}"


def _where(gazetteer: Gazetteer, region_id: str) -> str:
    return ", ".join(gazetteer.name(each) for each in gazetteer.ancestors(region_id)[:3])


def _json(gazetteer: Gazetteer, region: Region, on: date | None) -> dict[str, Any]:
    return {
        "id": region.id,
        "name": region.name,
        "kind": region.kind,
        "country": region.country,
        "population": region.population,
        "latitude": region.latitude,
        "longitude": region.longitude,
        "ancestors": gazetteer.ancestors(region.id, on),
    }
