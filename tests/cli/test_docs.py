"""What the pages tell people to type is what there is."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.shell import COMMAND


ROOT = Path(__file__).resolve().parents[2]


def typed() -> Iterator[tuple[str, str]]:
    """Yield each line of a console in our pages that calls us, with its page."""
    for page in sorted((ROOT / "README.md", *ROOT.glob("docs/*.md"))):
        for console in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
            for line in re.findall(r"^\$ .*?\b(tocsin [^-\n].*)$", console, re.MULTILINE):
                yield page.name, line


@pytest.mark.parametrize(("page", "line"), sorted(set(typed())))
def test_every_command_that_a_page_shows_is_there_with_its_options(page: str, line: str) -> None:
    words = shlex.split(re.split(r" [|>] ", line, maxsplit=1)[0], comments=True)[1:]
    command = root = COMMAND
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]  # a group
    known = {name for param in (*command.params, *root.params) for name in param.opts}
    known |= {name for param in command.params for name in param.secondary_opts}

    used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}

    names_no_command = words and not words[0].startswith("-") and hasattr(command, "commands")
    assert not names_no_command
    assert used <= known | {"--help"}
