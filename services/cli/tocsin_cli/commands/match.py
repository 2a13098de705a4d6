"""Many articles against many rules, without a store: for trying out, and for measuring."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tocsin.documents import RuleDocument
from tocsin.errors import RuleSyntaxError, TocsinError
from tocsin.rules import Rule
from tocsin_cli.commands import documents
from tocsin_cli.commands.group import FAILED, say_error
from tocsin_cli.commands.match_workers import Answered, Recipe, answering
from tocsin_cli.commands.output import err
from tocsin_cli.commands.session import session_of
from tocsin_cli.manifests import ManifestError, Problem
from tocsin_cli.matching.lines import LineError, rule_line
from tocsin_cli.pushing.batches import NumberedLine, cut, numbered


STDIN = Path("-")
AT_ONCE = 32  # articles that one process gets


def match(
    context: typer.Context,
    rules: Annotated[
        Path,
        typer.Option("--rules", metavar="FILE", help="Rules, one JSON object a line; - is stdin."),
    ],
    articles: Annotated[
        Path,
        typer.Option(
            "--articles", metavar="FILE", help="Articles, one JSON object a line; - is stdin."
        ),
    ],
    explain: Annotated[
        bool, typer.Option("--explain", help="Say by which words and places each rule matches.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="N", min=1, max=256, help="Processes at once.")
    ] = 1,
) -> None:
    """Match files of articles against files of rules, without a store.

    Writes for each article, in their order, a line with the ids of the rules that it matches.
    A line that is no article is named, and the exit code is 1; the others are answered.
    """
    if rules == articles == STDIN:
        raise TocsinError("only one of --rules and --articles can be standard input")
    session = session_of(context)
    recipe = Recipe(
        _rules(rules, documents.checker(session)), session.gazetteer, session.clock.now(), explain
    )
    with _lines(articles) as lines, _progress(articles) as advance:
        batches = _batches(lines, 1 if jobs == 1 else AT_ONCE, advance)
        with answering(recipe, jobs) as answers:
            bad = sum(_write(_name(articles), each) for each in answers(batches))
    if bad:
        raise typer.Exit(FAILED)


def _rules(path: Path, check: Callable[[RuleDocument], Rule]) -> tuple[Rule, ...]:
    """Return the rules that are in force.

    Raises:
        ManifestError: with every problem there is.
    """
    name = _name(path)
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    found: list[Rule] = []
    with _lines(path) as lines:
        for line in numbered(lines):
            try:
                rule = _rule(line, seen, check)
            except RuleSyntaxError as error:
                excerpt = (error.text, error.position)
                problems.append(Problem(name, line.number, "query", str(error), excerpt))
            except LineError as error:
                problems.append(Problem(name, line.number, error.where, error.problem))
            except TocsinError as error:
                problems.append(Problem(name, line.number, "", str(error)))
            else:
                found += [rule] if rule else []
    if problems:
        raise ManifestError(problems)
    if not found:
        raise TocsinError(f"there is no rule in {name}")
    return tuple(found)


def _rule(
    line: NumberedLine, seen: dict[str, int], check: Callable[[RuleDocument], Rule]
) -> Rule | None:
    """Return the rule; None where it is disabled."""
    given = rule_line(line.text)
    first = seen.setdefault(given.id, line.number)
    if first != line.number:
        raise LineError("id", f"{given.id!r} is also the id at line {first}")
    rule = replace(check(given.document()), id=given.id, name=given.name or given.id)
    return rule if given.enabled else None


def _write(name: str, answered: Sequence[Answered]) -> int:
    """Write the answers and what is wrong; return how many lines are wrong."""
    bad = 0
    for each in answered:
        if each.answer is None:
            say_error(ManifestError([Problem(name, each.number, *each.problem)]))
            bad += 1
        else:
            sys.stdout.write(json.dumps(each.answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()  # whoever reads along need not wait for a full buffer
    return bad


def _batches(
    lines: Iterable[bytes], most: int, advance: Callable[[int], None]
) -> Iterator[Sequence[NumberedLine]]:
    for batch in cut(numbered(lines), most_lines=most):
        yield batch
        advance(sum(len(line.text) + 1 for line in batch))


@contextmanager
def _lines(path: Path) -> Iterator[Iterable[bytes]]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise TocsinError(f"cannot read {path}: {error.strerror or error}") from error
    with stream:
        yield stream


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[int], None]]:
    """Show how far we are, unless the answers are on the same screen."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
        redirect_stdout=False,
        disable=not sys.stderr.isatty() or sys.stdout.isatty(),
    )
    size = path.stat().st_size if path.is_file() else None
    task = progress.add_task("matching", total=size)
    with progress:
        yield lambda done: progress.advance(task, done)


def _name(path: Path) -> str:
    return "standard input" if path == STDIN else str(path)
