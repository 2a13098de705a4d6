"""What is documented is what is there."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from rig.secret_keys import SECRET_KEYS
from tocsin.runtime.settings import SecretSettings, Settings, load
from tocsin_cli.app import app
from tocsin_console.settings import ConsoleSettings
from tocsin_ingest.settings import IngestSettings
from tocsin_matcher.settings import MatcherSettings
from tocsin_notifier.settings import NotifierSettings


ROOT = Path(__file__).resolve().parents[1]
OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"^\$ (?:[^|\n]*\| )?(?:\w+=\S+ )*(?:\.venv/bin/)?(tocsin .*)$", re.MULTILINE)
SERVICES = (IngestSettings, MatcherSettings, NotifierSettings, ConsoleSettings)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", SECRET_KEYS)


@pytest.mark.parametrize("field", sorted(SecretSettings.model_fields))
def test_every_setting_of_all_services_is_documented(field: str) -> None:
    assert f"`TOCSIN_{field.upper()}`" in OPERATING


@pytest.mark.parametrize("settings", SERVICES)
def test_every_setting_of_a_service_is_documented(settings: type[Settings]) -> None:
    own = settings.model_fields.keys() - SecretSettings.model_fields.keys()
    for field in own:
        assert f"`TOCSIN_{settings.service.upper()}_{field.upper()}`" in OPERATING


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_to_a_heading_that_is_there(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, heading = link.partition("#")
        leads_to = page.parent / name if name else page

        assert leads_to.exists(), link
        assert not heading or heading in headings(leads_to), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_the_documentation_is_one_of_ours(page: Path) -> None:
    for line in COMMAND.findall(page.read_text(encoding="utf-8")):
        command, arguments = found(shlex.split(line.partition("|")[0], comments=True))

        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        given = {name.partition("=")[0] for name in arguments if re.match("--?[a-z]", name)}
        assert given <= known | {"--redis", "--data", "--who", "--help"}, line


def headings(page: Path) -> set[str]:
    """Return the headings of a page as links name them."""
    lines = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def found(words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Return the command that a line calls, and its arguments."""
    command: Any = get_command(app)
    for number, word in enumerate(words[1:], 1):
        if word not in getattr(command, "commands", {}):
            assert word.startswith("-") or not hasattr(command, "commands"), f"no command {word!r}"
            return command, words[number:]
        command = command.commands[word]
    return command, ()


@pytest.mark.parametrize("settings", SERVICES)
def test_every_service_reads_the_settings_that_all_share(
    settings: type[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.1:25")

    assert load(settings).egress_allow == ("10.0.0.0/8", "127.0.0.1:25")
