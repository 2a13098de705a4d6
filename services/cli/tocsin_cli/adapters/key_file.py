import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tocsin.errors import TocsinError, cause_of
from tocsin.secret_keys import LENGTH, SecretKey, SecretKeys
from tocsin_cli.adapters.data_folder import write_private


class Ring(Protocol):
    @property
    def path(self) -> Path | None: ...

    def find(self) -> SecretKeys | None: ...


class KeyFile:
    """The keys of a ring, and the file that they are in, if they are in one.

    Services that run on the same file read it anew when it changed.
    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    @property
    def ids(self) -> Sequence[str]:
        keys = self._ring.find()
        return keys.ids if keys else ()

    @property
    def file(self) -> Path | None:
        return self._ring.path

    def put_new_first(self) -> None:
        new = SecretKey(secrets.token_bytes(LENGTH))
        self._write(SecretKeys.of((new, *self._keys())))

    def keep_first_only(self) -> None:
        self._write(SecretKeys.of(self._keys()[:1]))

    def _keys(self) -> tuple[SecretKey, ...]:
        keys = self._ring.find()
        return keys.keys if keys else ()

    def _write(self, keys: SecretKeys) -> None:
        assert self.file is not None, "keys in a setting are changed there"
        try:
            write_private(self.file, keys.as_file())
        except OSError as error:
            raise TocsinError(
                f"cannot write {self.file}: {cause_of(error)}; put a new key "
                "first there by other means, then run this again"
            ) from error
