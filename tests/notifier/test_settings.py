from pathlib import Path

import pytest

from rig.secret_keys import KEYS, SECRET_KEYS
from tocsin.runtime.settings import SettingsError, load
from tocsin_notifier.settings import NotifierSettings, Relay


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", SECRET_KEYS)


def test_without_keys_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", "")
    with pytest.raises(SettingsError, match="TOCSIN_SECRET_KEYS: is needed"):
        load(NotifierSettings)

    monkeypatch.delenv("TOCSIN_SECRET_KEYS")
    with pytest.raises(SettingsError, match="TOCSIN_SECRET_KEYS: is needed"):
        load(NotifierSettings)


def test_wrong_keys_are_refused_without_repeating_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", f"{SECRET_KEYS},s3cr3t")

    with pytest.raises(SettingsError, match="key 2 is not 32 random bytes") as refusal:
        load(NotifierSettings)

    assert "s3cr3t" not in str(refusal.value)


def test_keys_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# mine\n{SECRET_KEYS}\n")
    monkeypatch.delenv("TOCSIN_SECRET_KEYS")
    monkeypatch.setenv("TOCSIN_SECRET_KEYS_FILE", str(file))

    settings = load(NotifierSettings)

    assert (settings.secret_keys, settings.secret_keys_file) == (KEYS, file)
    assert SECRET_KEYS not in repr(settings)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org?from=a@b.example", ("mail.example.org", 587, "starttls")),
        ("smtps://mail.example.org?from=a@b.example", ("mail.example.org", 465, "ssl")),
        (
            "smtp://mail.example.org:25?from=a@b.example&tls=none",
            ("mail.example.org", 25, "insecure"),
        ),
        ("smtp://127.0.0.1:8025?from=a@b.example", ("127.0.0.1", 8025, "insecure")),
        ("smtp://localhost?from=a@b.example", ("localhost", 25, "insecure")),
        ("smtp://[::1]:2525?from=a@b.example&tls=starttls", ("::1", 2525, "starttls")),
    ],
)
def test_a_relay_is_encrypted_unless_it_is_this_machine_or_told_otherwise(
    url: str, expected: tuple[str, int, str]
) -> None:
    relay = Relay.of(url)

    assert (relay.host, relay.port, relay.security) == expected


def test_a_relay_has_an_account_and_a_name() -> None:
    relay = Relay.of("smtp://us%40er:p%40ss@mail.example.org?from=alerts@b.example&name=The%20Desk")

    assert relay.user == "us@er"
    assert relay.password is not None
    assert relay.password.get_secret_value() == "p@ss"
    assert (relay.sender, relay.sender_name) == ("alerts@b.example", "The Desk")
    assert "p@ss" not in repr(relay)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://mail.example.org", "must be as smtp://"),
        ("smtp://", "must be as smtp://"),
        ("smtp://h:notaport?from=a@b.example", "must be as smtp://"),
        ("smtp://u:s3cr3t@h", "needs from="),
        ("smtp://u:s3cr3t@h?from=nobody", "needs from="),
        ("smtp://u:s3cr3t@h?from=a@b.example&tls=maybe", "tls must be"),
        ("smtp://u:s3cr3t@h?from=a@b.example&form=x", "form is not known"),
    ],
)
def test_a_wrong_relay_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, url: str, problem: str
) -> None:
    monkeypatch.setenv("TOCSIN_NOTIFIER_RELAY", url)

    with pytest.raises(SettingsError, match=problem) as refusal:
        load(NotifierSettings)

    assert "s3cr3t" not in str(refusal.value)
    assert "s3cr3t" not in str(refusal.value.__cause__)


def test_without_settings_there_is_no_relay_and_slack_is_slack() -> None:
    settings = NotifierSettings()

    assert (settings.port, settings.relay, settings.slack_stand_in) == (8012, None, None)


def test_an_empty_relay_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_NOTIFIER_RELAY", "")

    assert load(NotifierSettings).relay is None


def test_a_stand_in_for_slack_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_NOTIFIER_SLACK_URL", "http://127.0.0.1:8026/services")

    assert load(NotifierSettings).slack_stand_in == "http://127.0.0.1:8026/services"
