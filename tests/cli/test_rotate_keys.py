"""`tocsin channels rotate-keys`: every URL under a new key, nothing lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.shell import Cli
from rig.secret_keys import KEYS, SECRET_KEYS
from tocsin.adapters import keys
from tocsin.documents.channel_url import key_of
from tocsin.secret_keys import SecretKey, SecretKeys


NEW = SecretKey(b"n" * 32)


@pytest.fixture
def told(cli: Cli) -> Cli:
    cli.run("subscribers", "add", "desk")
    mail = "mailto:desk@example.org"
    cli.run("channels", "add", "mail", "--subscriber", "desk", "--url", mail)
    return cli


@pytest.fixture
def file(told: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The keys in the folder of `tocsin up`, and not in the environment."""
    monkeypatch.delenv("TOCSIN_SECRET_KEYS")
    told.folder.mkdir(exist_ok=True)
    file = told.folder / "secret-keys"
    file.write_text(KEYS.as_file())
    return file


def key_in_use(cli: Cli) -> str:
    async def read(redis: Any) -> Any:
        return await redis.hget(keys.CHANNELS, "mail")

    return key_of(json.loads(cli.store(read))["url"])


def test_keys_of_a_setting_are_rotated_to_the_first_of_them(told: Cli) -> None:
    both = f"{NEW.written()},{SECRET_KEYS}"

    said = told.out("channels", "rotate-keys", TOCSIN_SECRET_KEYS=both)

    assert f"1 channels' URLs are sealed anew, all with key {NEW.id} now." in said
    assert f"The others ({KEYS.first.id}) open only the links" in said
    assert key_in_use(told) == NEW.id
    listed = told.out("channels", "list", TOCSIN_SECRET_KEYS=NEW.written())
    assert "email to d***@example.org" in listed


def test_while_a_channel_cannot_be_read_no_key_is_forgotten(told: Cli, file: Path) -> None:
    async def spoil(redis: Any) -> None:
        stored = json.loads(await redis.hget(keys.CHANNELS, "mail"))
        await redis.hset(keys.CHANNELS, "mail", json.dumps(stored | {"port": 1}))

    told.store(spoil)

    said = told.error("channels", "rotate-keys", "--forget-old")

    assert "error: the channels mail cannot be read: they stay as they are" in said
    assert SecretKeys.parse(file.read_text()).keys[-1:] == KEYS.keys[-1:]
    problems = json.loads(told.out("status", "--json", code=1))["problems"]
    assert "channel mail cannot be read: port: Extra inputs are not permitted" in problems
    removed = told.lines("channels", "remove", "mail", "--yes")
    assert removed == ["- channel mail, which cannot be read: port: Extra inputs are not permitted"]
    assert "there is no channel 'mail'" in told.error("channels", "remove", "mail", "--yes")


def test_keys_in_a_file_get_a_new_one_first_and_the_old_stays(told: Cli, file: Path) -> None:
    said = told.out("channels", "rotate-keys")

    held = SecretKeys.parse(file.read_text())
    assert held.keys[1:] == KEYS.keys
    assert key_in_use(told) == held.first.id != KEYS.first.id
    assert f"sealed anew, all with key {held.first.id} now." in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert "email to d***@example.org" in told.out("channels", "list")


def test_the_old_key_can_be_forgotten_then(told: Cli, file: Path) -> None:
    told.run("channels", "rotate-keys")
    first = SecretKeys.parse(file.read_text()).first

    told.run("channels", "rotate-keys", "--forget-old")

    assert SecretKeys.parse(file.read_text()).keys == (first,)
    assert "email to d***@example.org" in told.out("channels", "list")


def test_a_rotation_that_was_broken_off_is_finished_with_the_same_key(
    told: Cli, file: Path
) -> None:
    file.write_text(SecretKeys((NEW, *KEYS.keys)).as_file())  # and then it died

    told.run("channels", "rotate-keys")

    assert SecretKeys.parse(file.read_text()).keys == (NEW, *KEYS.keys)
    assert key_in_use(told) == NEW.id


def test_without_the_key_nothing_is_rotated_and_nothing_forgotten(told: Cli, file: Path) -> None:
    file.write_text(SecretKeys((NEW,)).as_file())

    said = told.error("channels", "rotate-keys", "--forget-old")

    assert "no key opens the URLs of mail" in said
    assert key_in_use(told) == KEYS.first.id


def test_without_keys_a_channel_cannot_be_added_and_the_others_cannot_be_read(
    told: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_SECRET_KEYS")

    assert "cannot be opened with our keys" in told.out("channels", "list")
    new = ("channels", "add", "new", "--subscriber", "desk", "--url", "mailto:a@b.example")
    assert "set TOCSIN_SECRET_KEYS" in told.error(*new)
    assert "there are no keys to rotate" in told.error("channels", "rotate-keys")


def test_what_stays_sealed_goes_through_export_and_apply_unharmed(
    told: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", NEW.written())
    told.folder.mkdir(exist_ok=True)
    file = told.folder / "all.yaml"
    file.write_text(told.out("export").replace("name: mail", "name: Renamed"))

    told.run("apply", "-f", str(file), "--yes")

    monkeypatch.setenv("TOCSIN_SECRET_KEYS", SECRET_KEYS)
    assert "Renamed" in told.out("channels", "list")
    assert "email to d***@example.org" in told.out("channels", "list")
