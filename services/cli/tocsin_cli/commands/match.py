"""Many articles against many rules, without a store: for trying out, and for measuring."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tocsin.documents import RuleDocument
from tocsin.errors import RuleSyntaxError, TocsinError
from tocsin.matching.presearch import must_compile, presearcher, warm
from tocsin.rules import Rule
from tocsin_cli.commands import documents
from tocsin_cli.commands.group import FAILED
from tocsin_cli.commands.line_files import STDIN, answer_lines, name_of, opened
from tocsin_cli.commands.line_workers import answering
from tocsin_cli.commands.options import Jobs
from tocsin_cli.commands.output import err
from tocsin_cli.commands.session import session_of
from tocsin_cli.manifests import ManifestError, Problem
from tocsin_cli.matching.answer import Recipe
from tocsin_cli.matching.lines import LineError, rule_line
from tocsin_cli.pushing.batches import NumberedLine, numbered


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
) -> None:
    """Match files of articles against files of rules, without a store.

    Writes for each article, in their order, a line with the ids of the rules that it matches.
    A line that is no article is named, and the exit code is 1; the others are answered.
    """
    if rules == articles == STDIN:
        raise TocsinError("only one of --rules and --articles can be standard input")
    session = session_of(context)
    kernel = session.settings.matcher_kernel
    recipe = Recipe(
        _rules(rules, documents.checker(session)),
        session.gazetteer,
        session.clock.now(),
        explain,
        kernel,
    )
    if must_compile(kernel):
        err().print("compiling the matching kernel, once: half a minute")
        warm(presearcher(kernel))
    with answering(recipe, jobs) as answers:
        bad = answer_lines(articles, answers, jobs, "matching")
    if bad:
        raise typer.Exit(FAILED)


def _rules(path: Path, check: Callable[[RuleDocument], Rule]) -> tuple[Rule, ...]:
    """Return the rules that are in force.

    Raises:
        ManifestError: with every problem there is.
    """
    name = name_of(path)
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    found: list[Rule] = []
    with opened(path) as lines:
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
