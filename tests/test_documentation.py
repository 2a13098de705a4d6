"""What is documented is what is there."""

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


def test_every_page_that_the_readme_names_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {part.partition(")")[0] for part in readme.split("](")[1:]}
    for page in named - {page for page in named if page.startswith("http")}:
        assert (ROOT / page).exists(), page


@pytest.mark.parametrize("settings", SERVICES)
def test_every_service_reads_the_settings_that_all_share(
    settings: type[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.1:25")

    assert load(settings).egress_allow == ("10.0.0.0/8", "127.0.0.1:25")
