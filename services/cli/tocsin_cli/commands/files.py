"""Files that a person names on the command line; ``-`` is standard input."""

import sys
from pathlib import Path

from tocsin.errors import TocsinError, cause_of


STDIN = Path("-")


def name_of(path: Path) -> str:
    return "standard input" if path == STDIN else str(path)


def text_of(path: Path) -> str:
    """Return what a file holds.

    Raises:
        TocsinError: it cannot be read, or is no text.
    """
    try:
        return sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TocsinError(f"cannot read {name_of(path)}: {cause_of(error)}") from error
