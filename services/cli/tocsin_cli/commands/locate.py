"""Where texts are set, and by which words: for looking, and for whole collections."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tocsin.article import Article
from tocsin.errors import TocsinError
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import LocatedPlace, Places
from tocsin.regions.spotted import Spotted
from tocsin_cli.commands.files import STDIN, name_of, text_of
from tocsin_cli.commands.group import FAILED
from tocsin_cli.commands.line_files import answer_lines
from tocsin_cli.commands.line_workers import answering
from tocsin_cli.commands.options import Jobs
from tocsin_cli.commands.output import say, say_table, styled
from tocsin_cli.commands.own_regions import RegionsFile, StoreRegions, know_own_regions
from tocsin_cli.commands.session import Session, session_of
from tocsin_cli.matching.location import Recipe


# What most likely is no place is shown only when asked for.
SHOWN_FROM = 0.5
SHOWN_REASONS = 4


def locate(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…",
            help="Plain text (the first line is the title), or with --jsonl lines of JSON; - is standard input.",
        ),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read and write one JSON object a line.")
    ] = False,
    home: Annotated[
        str, typer.Option(metavar="REGION", help="Where the source of the files is at home.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Show also what most likely is no place, and why.")
    ] = False,
    jobs: Jobs = 1,
    regions: RegionsFile = None,
    store_regions: StoreRegions = False,
) -> None:
    """Find the places of texts, and the countries that they are about or mention.

    With --jsonl a line that is no text is named, and the exit code is 1; the others are answered.
    """
    session = session_of(context)
    know_own_regions(session, regions, of_store=store_regions)
    if jsonl:
        _refuse(home=bool(home), all=everything)
        _answer_lines(session, paths or [STDIN], jobs)
    else:
        if not paths:
            raise TocsinError("name a file, or - for standard input; --jsonl reads lines of JSON")
        _show_files(session, paths, home, everything=everything)


def _refuse(**given: bool) -> None:
    for name, is_given in given.items():
        if is_given:
            raise TocsinError(f"--{name} goes without --jsonl, where each line says its own")


def _answer_lines(session: Session, paths: list[Path], jobs: int) -> None:
    recipe = Recipe(session.gazetteer, session.clock.now())
    with answering(recipe, jobs) as answers:
        bad = sum(answer_lines(path, answers, jobs, "locating") for path in paths)
    if bad:
        raise typer.Exit(FAILED)


def _show_files(session: Session, paths: list[Path], home: str, *, everything: bool) -> None:
    gazetteer = session.gazetteer()
    geoparser = Geoparser(gazetteer)
    home_id = gazetteer.resolve(home) if home else ""
    for number, path in enumerate(paths):
        title, _, text = text_of(path).strip().partition("\n")
        article = Article(
            name_of(path), title.strip(), text.strip(), session.clock.now(), home=home_id
        )
        if number:
            say()
        _Shown(gazetteer, article, *geoparser.explain(article)).show(everything=everything)


class _Shown:
    """An article's places with their evidence, then its countries and areas."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        article: Article,
        places: Places,
        spotted: tuple[Spotted, ...],
    ) -> None:
        self._gazetteer = gazetteer
        self._article = article
        self._places = places
        self._spotted = spotted

    def show(self, *, everything: bool) -> None:
        say(Text(self._article.title, "bold"))
        shown = [place for place in self._places.places if place.probability >= SHOWN_FROM]
        for place in shown:
            self._say_place(place)
        if everything:
            self._say_not_believed({place.region for place in shown})
        if shown:
            self._say_regions()
        else:
            say("No place was found: no rule that asks for a region matches this.")

    def _say_place(self, place: LocatedPlace) -> None:
        around = self._gazetteer.ancestors(place.region, self._article.date.date())
        where = ", ".join(
            self._gazetteer.name(region)
            for region in around
            if region.startswith(("admin", "country"))
        )
        say(
            Text.assemble(
                f"  {place.probability:.2f} ",
                (place.name, "bold"),
                f", {where}" if where else "",
                styled(f"  {place.region}", "dim"),
            )
        )
        for line in self._evidence(place):
            say(styled(f"         {line}", "dim"))

    def _evidence(self, place: LocatedPlace) -> Iterator[str]:
        """Yield a line for each way in which the place is written, of the mention that is surest."""
        surest: dict[str, tuple[float, Spotted]] = {}
        for each in self._spotted:
            sense, probability = each.meant
            written = self._written(each)
            if sense.region == place.region and probability > surest.get(written, (0.0, each))[0]:
                surest[written] = (probability, each)
        for written, (_, each) in surest.items():
            yield f"{written!r} in the {each.span.field}: {_reasons(each)}"
            if others := list(self._others(each)):
                yield f"  rather than {', '.join(others)}"

    def _say_not_believed(self, believed: set[str]) -> None:
        for each in self._spotted:
            sense, probability = each.meant
            if sense.region not in believed:
                name = self._gazetteer.name(sense.region)
                say(Text(f"  {probability:.2f} {self._written(each)!r}, if it were {name}"))
                say(styled(f"         in the {each.span.field}: {_reasons(each)}", "dim"))

    def _others(self, spotted: Spotted) -> Iterator[str]:
        for sense in spotted.senses[1:3]:
            if sense.share >= 0.01:
                country = self._gazetteer.name(sense.country) if sense.country else ""
                name = self._gazetteer.name(sense.region)
                where = f" in {country}" if country and country != name else ""
                yield f"{name}{where} ({sense.share:.2f})"

    def _written(self, spotted: Spotted) -> str:
        span = spotted.span
        whole = self._article.title if span.field == "title" else self._article.text
        return whole[span.start : span.end]

    def _say_regions(self) -> None:
        rows = []
        for kinds in (("country",), ("area", "m49")):
            for hit in self._places.regions.values():
                if hit.region.partition(":")[0] in kinds and hit.probability >= SHOWN_FROM:
                    level = styled(hit.level, "green" if hit.level == "about" else "")
                    rows.append(
                        (
                            level,
                            f"{hit.probability:.2f}",
                            f"{hit.share:.2f}",
                            Text(self._gazetteer.name(hit.region)),
                            styled(hit.region, "dim"),
                        )
                    )
        if rows:
            say()
            say_table(("level", "sure", "share", "region", ""), rows)


def _reasons(spotted: Spotted) -> str:
    reasons = [each for each in spotted.reasons if each.what != "bias"]
    return ", ".join(f"{each.what} {each.weight:+.1f}" for each in reasons[:SHOWN_REASONS])
