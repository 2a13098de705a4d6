"""The presearcher in compiled code, over flat arrays.

First ``codes`` and ``hashing``: how a text becomes numbers. ``matching`` shows the way of an article:
``reading`` finds its words, ``finding`` the features among them, ``asking`` puts the questions of the
rules to which those lead. ``lookup`` and ``scratch`` say what is in the arrays. ``editing`` adds and
removes rules, by ``interning`` features in the ``table`` and writing slabs in the ``arena``. ``reader`` tells
of matches, by ``locating`` literals and reading ``records``.
"""

from collections.abc import Callable
from typing import Any

from tocsin.matching.presearch.kernel.jit import is_kept
from tocsin.matching.presearch.kernel.locating import locate
from tocsin.matching.presearch.kernel.matching import match
from tocsin.matching.presearch.kernel.presearcher import KernelPresearcher
from tocsin.matching.presearch.kernel.records import read_ids, read_records


__all__ = ["KernelPresearcher", "is_compiled"]


def is_compiled() -> bool:
    """Tell whether the code is kept on disk, so that to start takes a second and not thirty."""
    exported: tuple[Callable[..., Any], ...] = (match, locate, read_ids, read_records)
    return all(map(is_kept, exported))
