from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from tocsin.documents import RuleDocument
from tocsin.errors import RuleSyntaxError, TocsinError
from tocsin.rules import Rule, lint
from tocsin_cli.commands import documents
from tocsin_cli.commands.group import FAILED, caret
from tocsin_cli.commands.options import AsJson
from tocsin_cli.commands.output import say, say_json
from tocsin_cli.commands.session import Session, Store, session_of, with_store
from tocsin_cli.commands.validation import valid


@dataclass(frozen=True, slots=True)
class Finding:
    """``position`` counts characters of the query from 0; None where it is beside the query."""

    level: Literal["error", "hint"]
    problem: str
    position: int | None = None
    fix: str | None = None


def lint_rules(
    context: typer.Context,
    rule_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE…", help="Their ids; all rules where none is named."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option("--query", "-q", metavar="QUERY", help="Look at this; needs no store."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is wrong with rules, and what is most likely not meant.

    Exits with 1 when a rule has an error; hints alone are no failure.
    """
    session = session_of(context)
    looked_at = _looked_at(context, rule_ids or (), query)
    found = [(rule, list(findings(session, rule))) for rule in looked_at]
    if as_json:
        say_json([_json(rule, finding) for rule, each in found for finding in each])
    else:
        for rule, each in found:
            for finding in each:
                _say(rule, finding)
        _say_sum([finding for _, each in found for finding in each], len(found))
    if any(finding.level == "error" for _, each in found for finding in each):
        raise typer.Exit(FAILED)


def findings(session: Session, document: RuleDocument) -> Iterator[Finding]:
    """Yield the error that keeps a rule from being matched, or else its hints."""
    try:
        rule = documents.checker(session)(document)
    except RuleSyntaxError as error:
        problem = str(error)
        yield Finding("error", problem, error.position, error.fix)
    except TocsinError as error:
        yield Finding("error", str(error))
    else:
        yield from _hints(rule, session.gazetteer().name)


def _hints(rule: Rule, region_name: Callable[[str], str]) -> Iterator[Finding]:
    for hint in lint(rule, region_name):
        yield Finding("hint", f"{hint.problem} at column {hint.column}", hint.start, hint.fix)


def _looked_at(
    context: typer.Context, rule_ids: Sequence[str], query: str | None
) -> Sequence[RuleDocument]:
    given = []
    if query is not None:
        given = [valid(RuleDocument, {"id": "query", "name": "query", "query": query})]
        if not rule_ids:
            return given

    async def work(store: Store) -> Sequence[RuleDocument]:
        if not rule_ids:
            return await store.rules.all()
        return [await store.rules.get(rule_id) for rule_id in rule_ids]

    return [*given, *with_store(context, work)]


def _say(rule: RuleDocument, finding: Finding) -> None:
    style = "bold red" if finding.level == "error" else "yellow"
    say(Text.assemble((f"{finding.level}: ", style), f"{rule.id}: {finding.problem}"))
    if finding.position is not None:
        say(caret(rule.query, finding.position))
    if finding.fix and finding.level == "hint":  # an error's message holds it
        say(Text(f"  did you mean: {finding.fix}", "dim"))


def _say_sum(found: Sequence[Finding], rules: int) -> None:
    errors = sum(finding.level == "error" for finding in found)
    hints = len(found) - errors
    said = ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((rules, "rule"), (errors, "error"), (hints, "hint"))
    )
    say(f"{said}.")


def _json(rule: RuleDocument, finding: Finding) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "level": finding.level,
        "problem": finding.problem,
        "column": None if finding.position is None else finding.position + 1,
        "fix": finding.fix,
    }
