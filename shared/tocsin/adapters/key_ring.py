"""Where the operator's secret keys are while we run: in a setting, or in a file that may change."""

from pathlib import Path
from typing import Self

import structlog

from tocsin.errors import StartError, cause_of
from tocsin.secret_keys import SecretKeys


log = structlog.get_logger()


class KeyRing:
    """The keys, read anew where their file has changed since.

    So that they can be rotated while services run. ``path`` is the file that ``keys`` were
    read from, if they were.
    """

    def __init__(self, keys: SecretKeys | None, path: Path | None = None) -> None:
        self._keys = keys
        self.path = path
        self._seen = self._stamp()

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Read a file of keys.

        Raises:
            StartError: it cannot be read, or holds none.
        """
        ring = cls(None, path)  # looked at before it is read, so that a change meanwhile is seen
        try:
            ring._keys = SecretKeys.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StartError(f"the secret keys in {path}: {_why(error)}") from error
        return ring

    def find(self) -> SecretKeys | None:
        """Return the keys, None where there are none."""
        if self.path is not None and self._seen != (stamp := self._stamp()):
            self._keys = self._read(self.path)
            self._seen = stamp
        return self._keys

    def current(self) -> SecretKeys:
        """Return the keys of a process that was started with some."""
        keys = self.find()
        assert keys is not None, "the settings ask for keys"
        return keys

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat() if self.path else None
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_ino, stat.st_size) if stat else None

    def _read(self, path: Path) -> SecretKeys | None:
        try:
            return SecretKeys.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            # What we have opens all that was sealed so far; a file in the midst of a change must not
            # take it away.
            log.warning("secret keys not read anew", file=str(path), problem=_why(error))
            return self._keys


def key_ring(keys: SecretKeys | None, path: Path | None) -> KeyRing:
    """Return the ring for keys as the settings have them; the file counts if they are its."""
    if path is None:
        return KeyRing(keys)
    of_file = KeyRing.of_file(path)
    return of_file if of_file.find() == keys else KeyRing(keys)


def _why(error: OSError | ValueError) -> str:
    return cause_of(error) if isinstance(error, OSError | UnicodeDecodeError) else str(error)
