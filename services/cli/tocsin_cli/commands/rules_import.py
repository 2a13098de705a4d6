"""Queries of other tools, taken over as rules."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.text import Text

from tocsin.documents import RuleDocument
from tocsin.errors import NotFoundError, RuleSyntaxError, TocsinError, cause_of
from tocsin.rules.dialects import Dialect, Note
from tocsin_cli.commands import documents
from tocsin_cli.commands.files import STDIN, name_of
from tocsin_cli.commands.group import FAILED, caret
from tocsin_cli.commands.options import AsJson, Reason
from tocsin_cli.commands.output import say, say_json, styled
from tocsin_cli.commands.session import Store, session_of, with_store
from tocsin_cli.matching.foreign import BY_SUFFIX, Foreign, Found, Layout, found
from tocsin_cli.matching.lines import LineError
from tocsin_cli.matching.takeover import Taken, Terms


@dataclass(frozen=True, slots=True)
class Row:
    """A query of the file, and what became of it; ``refused`` says why it is no rule."""

    line: int
    rule_id: str
    original: str
    taken: Taken | None = None
    refused: TocsinError | None = None
    state: str = ""


def import_rules(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A query a line, or .csv or .jsonl with id, name, query; - is stdin.",
        ),
    ],
    dialect: Annotated[Dialect, typer.Option("--dialect", help="Whose language they are in.")],
    id_prefix: Annotated[
        str | None,
        typer.Option(
            "--id-prefix",
            metavar="TEXT",
            help="Before each id; where none is given the id is this and the query's number.",
        ),
    ] = None,
    layout: Annotated[
        Layout | None, typer.Option("--format", help="What the file holds, whatever its name.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save/--dry-run", help="Put the rules into the store.")
    ] = False,
    accept_losses: Annotated[
        bool,
        typer.Option("--accept-losses", help="Also those that could not be carried over whole."),
    ] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Translate queries of other tools; say what changed, and what could not be carried over.

    Nothing is saved without --save. A query that cannot be read, or not be carried over whole,
    is refused, and the exit code is 1; --accept-losses takes the latter.
    """
    session = session_of(context)
    terms = Terms(dialect, id_prefix, documents.checker(session))
    rows = _rows(path, layout or BY_SUFFIX.get(path.suffix.lower(), Layout.LINES), terms)
    rows = _judged(rows, accept_losses=accept_losses)
    if save:
        translated = rows
        rows = with_store(context, lambda store: _saved(store, translated, session.who, reason))
    if as_json:
        say_json([_json(row) for row in rows])
    else:
        for row in rows:
            _say(row)
        _say_sum(rows, saved=save)
    if any(row.refused for row in rows):
        raise typer.Exit(FAILED)


def _rows(path: Path, layout: Layout, terms: Terms) -> Sequence[Row]:
    name = name_of(path)
    try:
        with _opened(path) as stream:
            rows = [_row(each, terms) for each in found(stream, layout)]
    except LineError as error:
        raise TocsinError(f"{name}:1: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TocsinError(f"cannot read {name}: {cause_of(error)}") from error
    if not rows:
        raise TocsinError(f"there is no query in {name}")
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if path == STDIN:
        yield sys.stdin
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield stream


def _row(each: Found, terms: Terms) -> Row:
    match each.query:
        case LineError() as error:
            return Row(each.line, "", "", refused=error)
        case Foreign() as foreign:
            row = Row(each.line, terms.rule_id(each.number, foreign), foreign.query)
            try:
                return replace(row, taken=terms.take(each.number, foreign))
            except TocsinError as error:
                return replace(row, refused=error)


def _judged(rows: Sequence[Row], *, accept_losses: bool) -> Sequence[Row]:
    """Return the rows with those refused that lose something, or have another's id."""
    first: dict[str, Row] = {}
    judged = []
    for row in rows:
        why = ""
        if row.taken is not None:
            other = first.setdefault(row.rule_id, row)
            if other is not row:
                why = f"{row.rule_id!r} is also the id at line {other.line}"
            elif row.taken.lost and not accept_losses:
                why = "it cannot be carried over whole: take it as it is with --accept-losses"
        judged.append(replace(row, refused=TocsinError(why)) if why else row)
    return judged


async def _saved(store: Store, rows: Sequence[Row], who: str, reason: str) -> Sequence[Row]:
    return [await _save(store, row, who, reason) for row in rows]


async def _save(store: Store, row: Row, who: str, reason: str) -> Row:
    if row.taken is None or row.refused:
        return row
    before = await _standing(store, row.rule_id)
    if before is None:
        await store.rules.put(row.taken.rule, who=who, reason=reason, expected_version=0)
        return replace(row, state="saved")
    if before.model_copy(update={"version": 0}) == row.taken.rule:
        return replace(row, state="there already")
    problem = (
        f"there is another rule {row.rule_id!r}: give an --id-prefix, "
        "or change it with `tocsin rules set`"
    )
    return replace(row, refused=TocsinError(problem))


async def _standing(store: Store, rule_id: str) -> RuleDocument | None:
    try:
        return await store.rules.get(rule_id)
    except NotFoundError:
        return None


def _say(row: Row) -> None:
    say(Text.assemble((row.rule_id or f"line {row.line}", "bold"), f"  {row.original}".rstrip()))
    if row.taken is not None:
        say(Text.assemble("  becomes  ", (row.taken.rule.query, "green")))
        for note in row.taken.changed:
            say(Text(f"  changed  {_noted(note)}"))
        for note in row.taken.lost:
            say(Text.assemble(("  lost     ", "yellow"), _noted(note)))
    if row.refused is not None:
        say(Text.assemble(("  refused  ", "bold red"), f"line {row.line}: {row.refused}"))
        if isinstance(row.refused, RuleSyntaxError):
            say(caret(row.refused.text, row.refused.position))
    if row.state:
        say(styled(f"  {row.state}", "green"))


def _noted(note: Note) -> str:
    return f"{note.written} at column {note.start + 1}: {note.message}"


def _say_sum(rows: Sequence[Row], *, saved: bool) -> None:
    refused = sum(row.refused is not None for row in rows)
    new = sum(row.state == "saved" for row in rows)
    if saved:
        known = len(rows) - refused - new
        say(f"{new} saved, {known} there already, {refused} refused.")
    else:
        say(f"{len(rows) - refused} to save, {refused} refused. Nothing is saved without --save.")


def _json(row: Row) -> dict[str, Any]:
    taken = row.taken
    return {
        "line": row.line,
        "id": row.rule_id,
        "name": taken.rule.name if taken else None,
        "original": row.original,
        "query": taken.rule.query if taken else None,
        "changed": [_note_json(note) for note in taken.changed] if taken else [],
        "lost": [_note_json(note) for note in taken.lost] if taken else [],
        "refused": str(row.refused) if row.refused else None,
        "saved": row.state == "saved",
    }


def _note_json(note: Note) -> dict[str, Any]:
    return {"column": note.start + 1, "written": note.written, "message": note.message}
