import pytest

from rig.secret_keys import SECRET_KEYS
from tocsin.runtime.settings import SettingsError, load
from tocsin_console.settings import ConsoleSettings


TOKEN = "a-token-of-sixteen-or-more"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", SECRET_KEYS)
    for name in ("TOKEN", "HOST", "PORT", "ALLOWED_HOSTS"):
        monkeypatch.delenv(f"TOCSIN_CONSOLE_{name}", raising=False)
        monkeypatch.delenv(f"TOCSIN_{name}", raising=False)


def test_by_default_the_console_is_open_to_this_machine_only() -> None:
    settings = load(ConsoleSettings)

    assert (settings.host, settings.port, settings.token) == ("127.0.0.1", 8000, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "console"])
def test_the_network_is_let_in_only_with_a_token(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("TOCSIN_CONSOLE_HOST", host)
    with pytest.raises(SettingsError, match="set TOCSIN_CONSOLE_TOKEN"):
        load(ConsoleSettings)

    monkeypatch.setenv("TOCSIN_CONSOLE_TOKEN", TOKEN)

    assert load(ConsoleSettings).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "localhost"])
def test_this_machine_needs_no_token(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("TOCSIN_CONSOLE_HOST", host)

    assert load(ConsoleSettings).token is None


def test_a_token_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CONSOLE_TOKEN", "sesame")

    with pytest.raises(SettingsError, match="16") as refusal:
        load(ConsoleSettings)

    assert "sesame" not in str(refusal.value)


def test_host_names_are_a_comma_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CONSOLE_ALLOWED_HOSTS", "Console.example.org, *.example.net")

    assert load(ConsoleSettings).allowed_hosts == ("console.example.org", "*.example.net")


@pytest.mark.parametrize("hosts", ["exa*mple.org", "*.*.org", "*", ""])
def test_host_names_that_would_let_anything_in_are_refused(
    monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    monkeypatch.setenv("TOCSIN_CONSOLE_ALLOWED_HOSTS", hosts)

    with pytest.raises(SettingsError, match="TOCSIN_CONSOLE_ALLOWED_HOSTS"):
        load(ConsoleSettings)
