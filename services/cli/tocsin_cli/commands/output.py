"""How commands write: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tocsin.durations import in_words


# A table that goes to a file or a pipe is as wide as it needs to be, up to this.
PIPE_WIDTH = 240


def out() -> Console:
    return _console(stderr=False)


def err() -> Console:
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def say(text: str | Text = "") -> None:
    out().print(text, soft_wrap=True)


def say_json(value: Any) -> None:
    """Write JSON, one document, for scripts."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def say_table(columns: Sequence[str], rows: Iterable[Sequence[RenderableType]]) -> None:
    table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    out().print(table)


def styled(text: str, style: str) -> Text:
    return Text(text, style)


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago a moment was, in one unit: ``3 min ago``."""
    if moment is None:
        return "never"
    return f"{in_words(now - moment)} ago"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")
