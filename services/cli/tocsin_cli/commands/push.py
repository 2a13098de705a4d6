import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path
from typing import Annotated, assert_never

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from tocsin.errors import TocsinError, cause_of
from tocsin_cli.commands.aftermath import say_aftermath
from tocsin_cli.commands.options import AsJson
from tocsin_cli.commands.output import err, say, say_json
from tocsin_cli.commands.session import Ingest, Session, session_of
from tocsin_cli.pushing.batches import cut, numbered
from tocsin_cli.pushing.content import BY_SUFFIX, Content, articles_in, by_look, by_name
from tocsin_cli.pushing.outcome import Accepted, Failed, Outcome, Rejected, Tally


AT_ONCE = 8  # files
REJECTIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Item:
    """A file, and what it holds. ``path`` None is standard input; ``content`` None: look into it."""

    path: Path | None
    content: Content | None

    @property
    def name(self) -> str:
        return str(self.path) if self.path else "standard input"

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path else 0


def push(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…",
            help="Articles (.txt .html .json .jsonl .ndjson), folders of them, or - for standard input.",
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Push the article that comes with Tocsin.")
    ] = False,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where it was published (of text and HTML).")
    ] = "",
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Who published it (of text and HTML).")
    ] = "",
    content: Annotated[
        Content | None, typer.Option("--type", help="What the files hold, whatever their names.")
    ] = None,
    ingest: Annotated[
        str,
        typer.Option(
            "--ingest",
            metavar="URL",
            help="Where ingest is; else TOCSIN_INGEST_URL, else that of `tocsin up`.",
        ),
    ] = "",
    patience: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, help="For how long to try again when ingest is away or busy."
        ),
    ] = 60,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Wait until new articles are matched, and say what came of it."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Push articles to ingest. Exits with 1 when one was rejected."""
    session = session_of(context)
    items = [item for path in paths or () for item in _items(path, content)]
    parameters = {name: value for name, value in (("url", url), ("source", source)) if value}
    tally = Tally()
    with as_file(files("tocsin_cli").joinpath("demo", "article.txt")) as article:
        if demo:
            items.append(Item(article, Content.TEXT))
        if not items:
            raise TocsinError("there is nothing to push: name files, or try --demo")
        asyncio.run(_Push(session, parameters, tally).all(items, ingest, patience))
    if as_json:
        say_json({"new": tally.new, "known": tally.known, "rejected": tally.rejected})
    else:
        _say(tally)
    if wait and tally.new:
        say_aftermath(context, tally.new)
    if tally.rejected:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Push:
    session: Session
    parameters: Mapping[str, str]
    tally: Tally
    progress: Progress = field(
        default_factory=lambda: Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=err(),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
    )

    async def all(self, items: Sequence[Item], url: str, patience_s: float) -> None:
        at_once = asyncio.Semaphore(AT_ONCE)
        task = self.progress.add_task("pushing", total=sum(item.size for item in items) or None)

        def waiting(why: str, seconds: float) -> None:
            self.progress.console.print(f"{why}; trying again in {seconds:g} s")

        async with self.session.ingest(url, patience_s, waiting) as ingest:

            async def one(item: Item) -> None:
                async with at_once:
                    async for done in self._item(ingest, item):
                        self.progress.advance(task, done)

            with self.progress:
                await asyncio.gather(*(one(item) for item in items))

    async def _item(self, ingest: Ingest, item: Item) -> AsyncIterator[int]:
        """Push a file; yield how many bytes are done, again and again."""
        lines = _lines(item)
        content = item.content
        if content is None:
            first = next((line for line in lines if line.strip()), b"")
            content = by_look(first)
            lines = chain([first], lines)
        if content is Content.LINES:
            async for done in self._lines(ingest, item.name, "", lines):
                yield done
            return
        body = b"".join(lines)
        articles = articles_in(body) if content is Content.JSON else None
        if articles is not None:
            async for done in self._lines(ingest, item.name, "item ", articles):
                yield done
            return
        parameters = {} if content is Content.JSON else self.parameters
        self._count(item.name, await ingest.push_one(body, content, parameters))
        yield len(body)

    async def _lines(
        self, ingest: Ingest, name: str, prefix: str, lines: Iterable[bytes]
    ) -> AsyncIterator[int]:
        for batch in cut(numbered(lines)):
            for number, outcome in await ingest.push_lines(batch):
                self._count(f"{name}:{prefix}{number}", outcome)
            yield sum(len(line.text) + 1 for line in batch)

    def _count(self, place: str, outcome: Outcome) -> None:
        match outcome:
            case Accepted():
                self.tally.accept(outcome)
            case Rejected(problem):
                self.tally.reject(place, problem)
            case Failed(problem):  # push_one and push_lines go on until there are none
                raise TocsinError(f"{place}: {problem}")
            case _:
                assert_never(outcome)


def _items(path: Path, content: Content | None) -> Iterator[Item]:
    """Yield the files that a path names."""
    if str(path) == "-":
        yield Item(None, content)
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            known = by_name(file)
            if file.is_file() and not hidden and (known or content):
                yield Item(file, content or known)
    elif not path.is_file():
        raise TocsinError(f"there is no file {path}")
    elif kind := content or by_name(path):
        yield Item(path, kind)
    else:
        raise TocsinError(
            f"cannot tell what {path} holds: its name ends in none of {' '.join(BY_SUFFIX)}; "
            "say it with --type"
        )


def _lines(item: Item) -> Iterator[bytes]:
    try:
        if item.path is None:
            yield from sys.stdin.buffer
            return
        with item.path.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise TocsinError(f"cannot read {item.name}: {cause_of(error)}") from error


def _say(tally: Tally) -> None:
    for rejection in tally.rejected[:REJECTIONS_SHOWN]:
        err().print(Text.assemble(("rejected ", "red"), rejection), soft_wrap=True)
    if len(tally.rejected) > REJECTIONS_SHOWN:
        err().print(f"… and {len(tally.rejected) - REJECTIONS_SHOWN:,} more; --json lists them all")
    say(f"{len(tally.new):,} new, {tally.known:,} known, {len(tally.rejected):,} rejected.")
    if len(tally.new) == 1:
        say(f"Article {tally.new[0]}.")
    elif not tally.new and tally.known:
        say("What is known already causes no second alert.")
