"""A person's own editor."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from tocsin.errors import TocsinError


def edit(text: str) -> str | None:
    """Have a text edited; return the new one, None where nothing was changed.

    Raises:
        TocsinError: there is no editor, or it failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rule.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 -- the user's own
        except (OSError, subprocess.CalledProcessError) as error:
            raise TocsinError(
                f"the editor {editor!r} failed ({error}): set EDITOR, or use `tocsin rules set`"
            ) from error
        edited = file.read_text(encoding="utf-8")
    return None if edited == text else edited


def keep(text: str) -> Path:
    """Put a text where its writer finds it again; return where."""
    descriptor, name = tempfile.mkstemp(prefix="tocsin-", suffix=".yaml")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
