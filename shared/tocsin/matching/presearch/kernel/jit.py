"""How the kernel is compiled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # comes with numba, and has no types
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from tocsin.matching.presearch.kernel.keeping import KernelCache


def _prefetch(_: Any, array: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind, _ = signature.args
        data = context.make_array(kind)(context, builder, values[0]).data
        byte = ir.IntType(8).as_pointer()
        address = builder.bitcast(builder.gep(data, [values[1]]), byte)
        number = ir.IntType(32)
        asked = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", (byte,), asked)
        builder.call(function, [address, number(0), number(3), number(1)])  # to read, to all caches
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


# ``prefetch(array, index)``: have the processor fetch an element of a flattened array, and wait for nothing. A
# load holds up all that comes behind it once 256 instructions are under way; this does not. So a loop
# that asks for what the next loop reads has twenty waits for memory under way, however much it
# computes in between.
prefetch = cast("Callable[[NDArray[Any], Any], None]", intrinsic(_prefetch))


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
