"""Where compiled code is kept, and when it is out of date.

Numba keeps it by function, and compiles anew when that function's file changes; here a function holds
the code of many files, so it goes by all of them.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.registry import cpu_target


@cache
def stamp() -> bytes:
    """Return a hash of everything that the kernel is made from: itself, and the numbers that it shares."""
    found = sha256()
    for source in _sources():
        found.update(source.read_bytes())
    return found.digest()


def _sources() -> Iterator[Traversable]:
    matching = files("tocsin.matching")
    kernel = matching.joinpath("presearch", "kernel")
    yield from sorted(
        (each for each in kernel.iterdir() if each.name.endswith(".py")), key=lambda e: e.name
    )
    yield matching.joinpath("presearch", "features.py")  # kinds, spaces and zones
    yield matching.joinpath("view.py")  # how long a lead is


class _Stamped:
    def get_source_stamp(self) -> bytes:
        return stamp()


class _Given(_Stamped, UserProvidedCacheLocator):
    """The folder NUMBA_CACHE_DIR. In an image it holds what was compiled there, and is read-only."""

    def ensure_cache_path(self) -> None:
        with suppress(OSError):
            super().ensure_cache_path()  # type: ignore[no-untyped-call]  # numba has no types here


class _BesideTheSource(_Stamped, InTreeCacheLocator):
    pass


class _OfTheUser(_Stamped, UserWideCacheLocator):
    pass


class _Places(CompileResultCacheImpl):
    _locator_classes = [_Given, _BesideTheSource, _OfTheUser]  # noqa: RUF012 -- as numba declares it


class KernelCache(FunctionCache):
    _impl_class = _Places

    def is_kept(self) -> bool:
        """Tell whether code for this processor is there."""
        processor = cpu_target.target_context.codegen().magic_tuple()
        with suppress(OSError):
            index: dict[Any, str] = self._cache_file._load_index()  # type: ignore[no-untyped-call]  # noqa: SLF001 -- numba has no types, and no other way
            return any(key[1] == processor for key in index)
        return False

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        with suppress(OSError):  # a folder that is not ours to read
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]  # numba has no types here
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):  # a read-only folder, a full disk: the next start compiles anew
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]  # numba has no types here
