from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.region import Region
from tocsin_cli.commands.options import AsJson, Limit
from tocsin_cli.commands.output import say, say_json, say_table
from tocsin_cli.commands.session import session_of


regions = typer.Typer(no_args_is_help=True, help="The regions of the world that rules can name.")

SHOWN_CHILDREN = 20


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
    gazetteer = session_of(context).gazetteer()
    found = gazetteer.search(name, limit)
    if as_json:
        say_json([_json(gazetteer, region) for region in found])
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
    epilog="Examples: [bold]tocsin regions show Sahel[/] · [bold]tocsin regions show 'Kayes Region'[/]"
)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name or an id.")],
    as_json: AsJson = False,
) -> None:
    """Show a region: its names, what it lies in, what lies in it."""
    gazetteer = session_of(context).gazetteer()
    region = gazetteer.region(gazetteer.resolve(name))
    children = gazetteer.children(region.id)
    if as_json:
        say_json(_json(gazetteer, region) | {"names": region.names, "children": children})
        return
    say(Text.assemble((region.name, "bold"), f"  {region.id}  {region.kind}"))
    if region.population:
        say(f"population: {region.population:,}")
    _say_names("also called", region.names[1:])
    _say_names("lies in", [gazetteer.name(each) for each in gazetteer.ancestors(region.id)])
    _say_names("overlaps", [gazetteer.name(each) for each in gazetteer.overlapping(region.id)])
    _say_names("holds", [gazetteer.name(each) for each in children[:SHOWN_CHILDREN]], len(children))


def _say_names(what: str, names: Any, total: int = 0) -> None:
    if names:
        more = f" and {total - len(names)} more" if total > len(names) else ""
        say(Text(f"{what}: {', '.join(names)}{more}"))


def _where(gazetteer: Gazetteer, region_id: str) -> str:
    return ", ".join(gazetteer.name(each) for each in gazetteer.ancestors(region_id)[:3])


def _json(gazetteer: Gazetteer, region: Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "name": region.name,
        "kind": region.kind,
        "country": region.country,
        "population": region.population,
        "ancestors": gazetteer.ancestors(region.id),
    }
