"""Settings from the environment."""

import re
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from tocsin.runtime.settings import Settings, SettingsError, load, variables


class ShopSettings(Settings):
    service: ClassVar[str] = "shop"

    port: int = Field(default=8099, description="The shop's port")
    colour: str = Field(description="Has no default")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Only what a test sets is set, besides the one that has no default."""
    for names in variables(ShopSettings).values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("TOCSIN_SHOP_COLOUR", "red")
    return monkeypatch


def test_defaults_hold_where_nothing_is_set() -> None:
    settings = load(ShopSettings)

    assert (settings.host, settings.port, settings.log_format) == ("127.0.0.1", 8099, "console")
    assert settings.unsafe_store is False


def test_a_services_own_variable_goes_before_the_common_one(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("TOCSIN_PORT", "1")
    environment.setenv("TOCSIN_LOG_LEVEL", "error")
    environment.setenv("TOCSIN_SHOP_PORT", "2")

    settings = load(ShopSettings)

    assert (settings.port, settings.log_level) == (2, "ERROR")


def test_a_value_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("redis://:pw@host/0\n")
    environment.setenv("TOCSIN_REDIS_URL_FILE", str(secret))

    settings = load(ShopSettings)

    assert settings.redis_url == "redis://:pw@host/0"
    assert "pw" not in repr(settings)


def test_a_list_is_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TOCSIN_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.1:8025,[::1]:80")

    assert load(ShopSettings).egress_allow == ("10.0.0.0/8", "127.0.0.1:8025", "[::1]:80")


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("TOCSIN_SHOP_PORT", "eighty", "valid integer"),
        ("TOCSIN_PORT", "70000", "must be a port from 0 (any) to 65535"),
        ("TOCSIN_LOG_FORMAT", "xml", "'console' or 'json'"),
        ("TOCSIN_GRACE_S", "-1", "greater than or equal to 0"),
        ("TOCSIN_RETENTION_H", "inf", "less than or equal to 87600"),
        ("TOCSIN_UNSAFE_STORE", "perhaps", "valid boolean"),
        ("TOCSIN_REDIS_URL", "localhost", "must be a URL such as redis://host:6379/0"),
        ("TOCSIN_REDIS_URL", "http://h", "must be a URL such as redis://host:6379/0"),
        ("TOCSIN_REDIS_URL", "redis://h:port", "must be a URL such as redis://host:6379/0"),
        ("TOCSIN_REDIS_URL", "redis://h?protocol=3", "must not set protocol"),
        ("TOCSIN_REDIS_URL", "redis://h?decode_responses=1", "must not set decode_responses"),
        ("TOCSIN_EGRESS_ALLOW", "example.org:80", "'example.org:80' is neither a network"),
        ("TOCSIN_EGRESS_ALLOW", "127.0.0.1:port", "'127.0.0.1:port' is neither a network"),
        ("TOCSIN_COLOUR_FILE", "/nowhere", "cannot read /nowhere: no such file or directory"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    environment: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    environment.delenv("TOCSIN_SHOP_COLOUR")
    environment.setenv("TOCSIN_COLOUR" if variable != "TOCSIN_COLOUR_FILE" else "_", "red")
    environment.setenv(variable, value)

    with pytest.raises(SettingsError, match=re.escape(problem)) as caught:
        load(ShopSettings)

    assert caught.value.variable == variable
    assert str(caught.value).startswith(f"{variable}: ")
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_asked_for_by_name(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TOCSIN_SHOP_COLOUR")

    with pytest.raises(SettingsError, match="TOCSIN_COLOUR: field required"):
        load(ShopSettings)


def test_a_secret_is_not_repeated_in_the_refusal(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TOCSIN_REDIS_URL", "redis://:hidden@h?protocol=3")

    with pytest.raises(SettingsError) as caught:
        load(ShopSettings)

    assert "hidden" not in str(caught.value)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
