"""A snapshot as a file beside the data: numpy's, with a name that tells what it was made by."""

import json
import os
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import structlog
from numpy.typing import NDArray

from tocsin_matcher.ports import Snapshot


log = structlog.get_logger()

_ABOUT = "about"
_ENGINE = "engine."
# What the meaning of a rule, and the form of a snapshot, may depend on.
_MADE_BY = ("tocsin.documents", "tocsin.matching", "tocsin.rules", "tocsin.text")
_PRIVATE = 0o600
_OLD_S = 7 * 24 * 3600


class SnapshotFile:
    """Keeps the promises of ``SnapshotStore``.

    ``settings`` are those under which alone a snapshot means the same: shard, gazetteer, kernel. All of
    them, and all of our code, are in its name; one of another name is left alone.
    """

    def __init__(self, folder: Path, settings: tuple[str, ...]) -> None:
        self._folder = folder
        self._path = folder / f"rules-{_stamp(settings)}.npz"

    def load(self) -> Snapshot | None:
        try:
            with self._path.open("rb") as file, np.load(file) as arrays:
                return _snapshot({name: arrays[name] for name in arrays.files})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as problem:
            log.warning("snapshot cannot be read", path=str(self._path), problem=str(problem))
            return None

    def save(self, snapshot: Snapshot) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}.draft")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(draft, "wb", opener=_private) as file:
                np.savez(file, **_arrays(snapshot))  # type: ignore[arg-type]  # its annotation knows no names
            draft.replace(self._path)
        except OSError as problem:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            log.warning("snapshot cannot be kept", path=str(self._path), problem=str(problem))
            return
        self._forget_old()

    def _forget_old(self) -> None:
        """Remove what versions and settings left that are past."""
        with suppress(OSError):
            new = self._path.stat().st_mtime
            for other in self._folder.glob("rules-*.npz"):
                if new - other.stat().st_mtime > _OLD_S:
                    other.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)


def _arrays(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    about = {
        "cursor": snapshot.cursor,
        "last": snapshot.last,
        "revisions": snapshot.revisions,
        "versions": dict(snapshot.versions),
        "unreadable": snapshot.unreadable,
        "unread": dict(snapshot.unread),
        "users": dict(snapshot.users),
    }
    engine = {f"{_ENGINE}{name}": values for name, values in snapshot.engine.items()}
    return {_ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8), **engine}


def _snapshot(arrays: Mapping[str, NDArray[Any]]) -> Snapshot:
    about = json.loads(arrays[_ABOUT].tobytes())
    return Snapshot(
        cursor=about["cursor"],
        last=about["last"],
        revisions=tuple(about["revisions"]),
        versions=about["versions"],
        unreadable=tuple(about["unreadable"]),
        unread=about["unread"],
        users={name: tuple(ids) for name, ids in about["users"].items()},
        engine={
            name.removeprefix(_ENGINE): values
            for name, values in arrays.items()
            if name.startswith(_ENGINE)
        },
    )


def _stamp(settings: tuple[str, ...]) -> str:
    found = sha256(repr((settings, np.__version__, unicodedata.unidata_version)).encode())
    for package in _MADE_BY:
        for source in _sources(files(package)):
            found.update(source.read_bytes())
    return found.hexdigest()[:16]


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _sources(each)
        elif each.name.endswith(".py"):
            yield each
