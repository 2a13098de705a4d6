"""Many articles against many rules, without a store: for trying out, and for measuring."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.errors import RuleSyntaxError, TocsinError
from tocsin.matching import Engine
from tocsin.matching.presearch import Kernel, must_compile, presearcher, warm
from tocsin_cli.commands import documents
from tocsin_cli.commands.files import STDIN, name_of
from tocsin_cli.commands.group import FAILED
from tocsin_cli.commands.line_files import answer_lines, opened, progress
from tocsin_cli.commands.line_workers import answering
from tocsin_cli.commands.options import Jobs
from tocsin_cli.commands.output import err
from tocsin_cli.commands.own_regions import RegionsFile, StoreRegions, know_own_regions
from tocsin_cli.commands.rule_lines import RuleReading, preparing, read_rules
from tocsin_cli.commands.session import session_of
from tocsin_cli.manifests import ManifestError, Problem
from tocsin_cli.matching.answer import Recipe
from tocsin_cli.matching.lines import LineError
from tocsin_cli.pushing.batches import numbered


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
    jobs: Jobs = 1,
    regions: RegionsFile = None,
    store_regions: StoreRegions = False,
) -> None:
    """Match files of articles against files of rules, without a store.

    Writes for each article, in their order, a line with the ids of the rules that it matches.
    A line that is no article is named, and the exit code is 1; the others are answered.
    """
    if rules == articles == STDIN:
        raise TocsinError("only one of --rules and --articles can be standard input")
    session = session_of(context)
    know_own_regions(session, regions, of_store=store_regions)
    reading = RuleReading(documents.checker(session), documents.drafter(session))
    engine = _engine(rules, reading, session.settings.matcher_kernel, jobs)
    recipe = Recipe(engine, session.gazetteer, session.clock.now(), explain)
    with answering(recipe, jobs) as answers:
        bad = answer_lines(articles, answers, jobs, "matching")
    if bad:
        raise typer.Exit(FAILED)


def _engine(path: Path, reading: RuleReading, kernel: Kernel, jobs: int) -> Engine:
    """Return the engine with the rules that are in force.

    Raises:
        ManifestError: with every problem there is.
    """
    if must_compile(kernel):
        err().print("compiling the matching kernel, once: half a minute")
    chooser = presearcher(kernel)
    warm(chooser)
    engine = Engine(chooser)
    problems: list[Problem] = []
    with (
        opened(path) as lines,
        progress(path, "reading rules") as advance,
        preparing(kernel, jobs) as prepared,
    ):
        for batch in read_rules(numbered(lines), reading, prepared):
            engine.put_prepared(batch.prepared)
            for rule in batch.rules:
                engine.put(rule)
            problems += [_problem(name_of(path), number, error) for number, error in batch.errors]
            advance(batch.size)
    if problems:
        raise ManifestError(sorted(problems, key=lambda problem: problem.line))
    if not len(engine):
        raise TocsinError(f"there is no rule in {name_of(path)}")
    return engine


def _problem(file: str, line: int, error: TocsinError) -> Problem:
    match error:
        case RuleSyntaxError(text=text, position=position):
            return Problem(file, line, "query", str(error), (text, position))
        case LineError(where=where, problem=problem):
            return Problem(file, line, where, problem)
        case _:
            return Problem(file, line, "", str(error))
