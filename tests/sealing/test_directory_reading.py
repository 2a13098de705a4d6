"""A change of the directory has that read anew which changed, and nothing else."""

import json

from tocsin.adapters.directory_reading import DirectoryReader
from tocsin.adapters.vault import Vault
from tocsin.documents.channel_url import is_sealed
from tocsin.secret_keys import SecretKey, SecretKeys


OLD, NEW = (SecretKey(letter * 32) for letter in (b"o", b"n"))
ANN = {b"ann": json.dumps({"id": "ann", "name": "Ann"}).encode()}


class CountingVault(Vault):
    """Keeps account of what it opened."""

    def __init__(self, *keys: SecretKey) -> None:
        self.now = SecretKeys(keys)
        self.opened: list[str] = []
        super().__init__(lambda: self.now)

    def open(self, channel_id: str, stored: str) -> str:
        self.opened.append(channel_id)
        return super().open(channel_id, stored)


def stored(vault: Vault, *channels: str, name: str = "mail") -> dict[bytes, bytes]:
    return {
        id_.encode(): json.dumps(
            {
                "id": id_,
                "subscriber": "ann",
                "name": name,
                "url": vault.seal(id_, f"mailto:{id_}@example.org"),
            }
        ).encode()
        for id_ in channels
    }


def test_only_what_changed_is_opened_again() -> None:
    vault = CountingVault(OLD)
    reader = DirectoryReader(vault)
    channels = stored(vault, "a", "b", "c")
    reader.read(1, ANN, channels, {}, {})
    assert vault.opened == ["a", "b", "c"]

    changed = channels | stored(vault, "b", name="another name")
    held = reader.read(2, ANN, changed, {}, {})

    assert vault.opened == ["a", "b", "c", "b"]
    assert [channel.name for channel in held.directory.channels] == ["mail", "another name", "mail"]
    assert held.urls["b"] == json.loads(changed[b"b"])["url"]


def test_what_was_read_before_is_what_a_new_reader_reads() -> None:
    vault = CountingVault(OLD)
    reader = DirectoryReader(vault)
    channels = stored(vault, "a", "b")
    standings = {b"a": b'{"failures": 2}'}
    reader.read(1, ANN, channels, {}, {})

    held = reader.read(2, ANN, channels, {}, standings)

    assert held == DirectoryReader(vault).read(2, ANN, channels, {}, standings)


def test_with_other_keys_all_are_opened_again() -> None:
    vault = CountingVault(NEW)
    channels = stored(CountingVault(OLD), "a")
    reader = DirectoryReader(vault)
    (locked,) = reader.read(1, ANN, channels, {}, {}).directory.channels
    assert is_sealed(locked.url.get_secret_value())

    vault.now = SecretKeys((NEW, OLD))
    (opened,) = reader.read(2, ANN, channels, {}, {}).directory.channels

    assert opened.url.get_secret_value() == "mailto:a@example.org"


def test_a_channel_without_its_owner_is_set_aside_though_it_is_as_it_was() -> None:
    vault = CountingVault(OLD)
    reader = DirectoryReader(vault)
    channels = stored(vault, "a")
    reader.read(1, ANN, channels, {}, {})

    held = reader.read(2, {}, channels, {}, {})

    assert held.directory.channels == ()
    assert ("channel", "a") in held.directory.unreadable
