"""The folder where ``tocsin up`` keeps its data: one owner at a time, closed to others."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tocsin.errors import StartError, cause_of
from tocsin.secret_keys import LENGTH, SecretKey, SecretKeys


PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a running ``tocsin up`` tells the other commands. The URL holds the password."""

    pid: int
    redis_url: str
    ports: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DataFolder:
    path: Path

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make the folder, closed to others and to version control.

        Raises:
            StartError: it cannot be made or written to.
        """
        folder = cls(path.absolute())
        try:
            folder.path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            (folder.path / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise StartError(
                f"cannot write to {folder.path}: {cause_of(error)}; choose another with --data DIR"
            ) from error
        return folder

    @property
    def secret_keys(self) -> Path:
        """The file of keys; it need not be there."""
        return self.path / "secret-keys"

    def ensure_secret_keys(self) -> Path:
        """Return the file of keys, with a key of its own if there was none."""
        if not self.secret_keys.exists():
            new = SecretKey(secrets.token_bytes(LENGTH))
            write_private(self.secret_keys, SecretKeys.of((new,)).as_file())
        return self.secret_keys

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the folder; yield the lock's file descriptor.

        A process that inherits the descriptor holds the folder too: so Valkey's data are
        safe from a second Valkey even where the first has lost its parent.

        Raises:
            StartError: somebody else holds it.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(descriptor, 32, 0).decode().strip()
                raise StartError(
                    f"`tocsin up` already runs on {self.path}, as process {owner}; stop it, "
                    "or give this one a folder of its own: --data DIR"
                ) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def announce(self, whereabouts: Whereabouts) -> Iterator[None]:
        """Let the other commands find us for as long as this lasts."""
        file = self.path / "up.json"
        write_private(file, json.dumps(asdict(whereabouts), indent=2) + "\n")
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    def whereabouts(self) -> Whereabouts | None:
        """Return where the ``tocsin up`` that runs on this folder is, if one does."""
        try:
            found = json.loads((self.path / "up.json").read_text(encoding="utf-8"))
            whereabouts = Whereabouts(found["pid"], found["redis_url"], found["ports"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return whereabouts if _is_alive(whereabouts.pid) else None


def write_private(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all; it is on the disk afterwards."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: a file that was synced may still lack its new one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_alive(pid: int) -> bool:
    with suppress(PermissionError):  # somebody else's: alive
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
