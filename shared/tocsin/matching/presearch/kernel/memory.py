"""Arrays that grow in place."""

import mmap
import platform
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray


# Of addresses that are reserved none counts as memory that we might want: else no machine smaller than
# the largest table would let us start, and none would let a process that has several fork. Python
# knows the flag from 3.13 on; its value is that of <asm-generic/mman.h>.
_GENERIC = sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"}
MAP_NORESERVE: int = getattr(mmap, "MAP_NORESERVE", 0x4000 if _GENERIC else 0)


def reserve(count: int, dtype: Any, *, columns: int = 0, huge: bool = False) -> NDArray[Any]:
    """Return zeros of shape (count,) or (count, columns) that take memory only where written to.

    Addresses are reserved, and the system gives a page when it is first touched, so an array is
    as long as it may ever get from the beginning: nothing is copied when a table fills up, and no
    edit waits for that (copying 200 MB pauses for 100 ms). ``huge`` asks for pages of 2 MB, with
    which random access takes a third less time, where the array is large in any case.

    Raises:
        MemoryError: the system does not let addresses be reserved (vm.overcommit_memory=2).
    """
    kind = np.dtype(dtype)
    size = count * max(columns, 1) * kind.itemsize
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    try:
        memory = mmap.mmap(-1, size, flags=flags)
    except OSError as problem:
        raise MemoryError(
            f"cannot reserve {size >> 20} MB of addresses for the rules: {problem.strerror}; "
            "set vm.overcommit_memory to 0 or 1, or TOCSIN_MATCHER_KERNEL=python"
        ) from problem
    if huge and hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    flat = np.frombuffer(memory, kind)
    return flat.reshape(count, columns) if columns else flat
