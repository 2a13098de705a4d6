"""How the kernel is compiled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
import numpy as np

from tocsin.matching.presearch.kernel.keeping import KernelCache


# A number of whatever kind as int64. Numba makes a float of a signed and an unsigned one.
signed = cast("Callable[[Any], int]", np.int64)

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def exported(function: Compiled) -> Compiled:
    """Compile a function that Python calls to machine code, when it is first called.

    The code is kept on disk, so that only the first start compiles. Nothing checks an index: an
    array that is too short is a crash or worse.
    """
    return _compiled(function)


def compiled(function: Compiled) -> Compiled:
    """Compile a function that only others of the kernel call, which takes half the time."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: Compiled) -> Compiled:
    """Compile a function of a few lines into each of its callers."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


def is_kept(function: Callable[..., Any]) -> bool:
    """Tell whether the code of an exported function is on disk, for this very processor."""
    kept = getattr(function, "_cache", None)
    return isinstance(kept, KernelCache) and kept.is_kept()


def _compiled(function: Compiled, **options: bool) -> Compiled:
    # Without reference counts: every array lives for as long as the call, and none is made in it.
    options |= {"nogil": True, "boundscheck": False, "_nrt": False}
    compiler: Any = numba.njit
    dispatcher = compiler(error_model="numpy", **options)(function)
    with suppress(RuntimeError):  # there is no place to keep it, so each start compiles anew
        kept = KernelCache(function)  # type: ignore[no-untyped-call]  # numba has no types here
        dispatcher._cache = kept  # noqa: SLF001 -- numba offers no other way
    return cast("Compiled", dispatcher)
