"""How the command line behaves as a whole: errors are one line, shared options stand anywhere."""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from rich.cells import cell_len
from rich.text import Text
from typer.core import TyperGroup

from tocsin.errors import RuleSyntaxError, StoreUnavailableError, TocsinError
from tocsin.runtime.settings import SettingsError
from tocsin_cli.commands.output import err
from tocsin_cli.commands.session import StoreAwayError
from tocsin_cli.manifests import ManifestError


FAILED = 1
WRONG_USE = 2
STORE_AWAY = 3

SHARED_OPTIONS = ("--redis", "--data", "--who")


class RootGroup(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoist(args, SHARED_OPTIONS))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TocsinError as error:
            say_error(error)
            raise typer.Exit(exit_code(error)) from error


def hoist(args: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the arguments with some options (that take a value) before all others.

    So ``tocsin status --redis URL`` means ``tocsin --redis URL status``.
    """
    first: list[str] = []
    others: list[str] = []
    rest = list(args)
    while rest and rest[0] != "--":
        word = rest.pop(0)
        if word in options and rest:
            first += (word, rest.pop(0))
        elif word.partition("=")[0] in options:
            first.append(word)
        else:
            others.append(word)
    return first + others + rest


def exit_code(error: TocsinError) -> int:
    match error:
        case SettingsError():
            return WRONG_USE
        case StoreUnavailableError() | StoreAwayError():
            return STORE_AWAY
        case _:
            return FAILED


def say_error(error: TocsinError) -> None:
    """Write a line for each thing that is wrong; under that of a query the query, with a caret."""
    sys.stdout.flush()
    match error:
        case ManifestError(problems=problems):
            for problem in problems:
                _say_problem(str(problem), problem.excerpt)
        case RuleSyntaxError(text=text, position=position):
            _say_problem(str(error), (text, position))
        case _:
            _say_problem(str(error), None)


def _say_problem(what: str, excerpt: tuple[str, int] | None) -> None:
    err().print(Text.assemble(("error: ", "bold red"), what), soft_wrap=True)
    if excerpt is not None:
        err().print(caret(*excerpt), soft_wrap=True)


def caret(text: str, position: int) -> Text:
    """Return the line of a text where a position is, with a caret under it."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start:].partition("\n")[0]
    # A tab is as wide in both lines; a Chinese character takes two cells, an accent of its own none.
    indent = "".join(
        letter if letter == "\t" else " " * cell_len(letter) for letter in text[start:position]
    )
    return Text.assemble(f"  {line}\n  {indent}", ("^", "bold red"))
