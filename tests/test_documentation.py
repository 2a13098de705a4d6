"""What is documented is what is there."""

import re
from pathlib import Path

import pytest

from rig.secret_keys import SECRET_KEYS
from tocsin.runtime.settings import SecretSettings, Settings, load
from tocsin_console.settings import ConsoleSettings
from tocsin_ingest.settings import IngestSettings
from tocsin_matcher.settings import MatcherSettings
from tocsin_notifier.settings import NotifierSettings


ROOT = Path(__file__).resolve().parents[1]
OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
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


def headings(page: Path) -> set[str]:
    """Return the headings of a page as links name them."""
    lines = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("settings", SERVICES)
def test_every_service_reads_the_settings_that_all_share(
    settings: type[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.1:25")

    assert load(settings).egress_allow == ("10.0.0.0/8", "127.0.0.1:25")
