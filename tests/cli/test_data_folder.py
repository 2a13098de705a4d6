"""The folder of `tocsin up`: one owner at a time, closed to others."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tocsin.errors import StartError
from tocsin.secret_keys import SecretKeys
from tocsin_cli.adapters import probes, valkey
from tocsin_cli.adapters.data_folder import DataFolder, write_private
from tocsin_cli.supervision.plan import Listener


def test_a_folder_is_closed_to_others_and_to_version_control(tmp_path: Path) -> None:
    folder = DataFolder.create(tmp_path / "deep" / "data")

    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder.path / ".gitignore").read_text() == "*\n"


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = DataFolder.create(tmp_path / "data")

    file = folder.ensure_secret_keys()
    first = file.read_text()

    assert folder.ensure_secret_keys().read_text() == first
    assert len(SecretKeys.parse(first).keys) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert DataFolder.create(tmp_path / "other").ensure_secret_keys().read_text() != first


def test_a_private_file_is_on_the_disk_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, bool]] = []

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / "keys").exists()))

    monkeypatch.setattr(os, "fsync", noted)
    write_private(tmp_path / "keys", "a key")

    assert synced == [
        ((tmp_path / "keys").stat().st_ino, False),
        (tmp_path.stat().st_ino, True),
    ]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartError, match=r"cannot write to .*/file/data: not a directory; choose"):
        DataFolder.create(tmp_path / "file" / "data")


def test_a_second_owner_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    folder = DataFolder.create(tmp_path)
    second = DataFolder.create(tmp_path).lock()

    with folder.lock(), pytest.raises(StartError, match=f"as process {os.getpid()}; stop it"):
        second.__enter__()

    with folder.lock():
        pass


def test_whoever_inherited_the_lock_holds_the_folder(tmp_path: Path) -> None:
    folder = DataFolder.create(tmp_path)
    with folder.lock() as descriptor:
        heir = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"],
            stdin=subprocess.PIPE,
            pass_fds=[descriptor],
        )

    with pytest.raises(StartError), folder.lock():
        pass
    heir.communicate()
    with folder.lock():
        pass


def test_the_password_is_made_once_and_only_the_owner_can_read_it(tmp_path: Path) -> None:
    first = valkey.prepare(tmp_path / "valkey", 6399)
    second = valkey.prepare(tmp_path / "valkey", 6400)

    assert first.password == second.password
    assert len(first.password) >= 32
    assert first.password not in repr(first)
    for name in ("password", "valkey.conf"):
        assert (tmp_path / "valkey" / name).stat().st_mode & 0o777 == 0o600


def test_valkey_is_told_to_keep_all_that_it_acknowledges(tmp_path: Path) -> None:
    valkey.prepare(tmp_path / 'a "folder"', 6399)

    settings = (tmp_path / 'a "folder"' / "valkey.conf").read_text().splitlines()

    assert {
        "appendonly yes",
        "appendfsync always",
        "maxmemory-policy noeviction",
        'save ""',
        "bind 127.0.0.1",
        "port 6399",
    } <= set(settings)
    assert f'dir "{tmp_path}/a \\"folder\\""' in settings


def listeners(*ports: int) -> Sequence[Listener]:
    return [Listener(port, f"purpose {port}", f"VARIABLE_{port}") for port in ports]


def test_free_ports_are_free(unused_tcp_port: int) -> None:
    probes.check_free(listeners(unused_tcp_port))


def test_a_taken_port_is_named_with_its_purpose_and_variable() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(
            StartError,
            match=f"port {port} is taken, and wanted for purpose {port}: .* VARIABLE_{port}",
        ):
            probes.check_free(listeners(port))


def test_a_port_that_is_wanted_twice_is_refused(unused_tcp_port: int) -> None:
    with pytest.raises(StartError, match=f"port {unused_tcp_port} is wanted twice"):
        probes.check_free(listeners(unused_tcp_port, unused_tcp_port))


def test_a_command_that_is_not_installed_is_named() -> None:
    with pytest.raises(StartError, match="tocsin-nonsense is not installed beside"):
        probes.command_path("tocsin-nonsense")
