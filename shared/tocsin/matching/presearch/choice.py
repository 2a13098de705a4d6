"""Which presearcher to use."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

import numpy as np

from tocsin.matching.presearch.contract import Presearcher
from tocsin.matching.presearch.dictionary import DictionaryPresearcher
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.reader import Records
from tocsin.matching.presearch.registration import register
from tocsin.rules import Rule
from tocsin.rules.plain import PlainClause, PlainNear


Kernel = Literal["auto", "numba", "python"]


def presearcher(kernel: Kernel = "auto", frequencies: Frequencies | None = None) -> Presearcher:
    """Return an empty presearcher: compiled where numba is installed, or as it is asked for.

    Raises:
        ModuleNotFoundError: numba is asked for, and not installed.
    """
    if not _with_numba(kernel):
        return DictionaryPresearcher(frequencies)
    # Only here, since numba takes a third of a second, and 60 MB, to import.
    from tocsin.matching.presearch.kernel import KernelPresearcher  # noqa: PLC0415

    return KernelPresearcher(frequencies)


def preparing(kernel: Kernel = "auto") -> Callable[[Rule], Any]:
    """Return what prepares rules as such a presearcher does, for a process that has none."""
    if not _with_numba(kernel):
        return partial(register, frequency=Frequencies())
    from tocsin.matching.presearch.kernel.orders import order_of  # noqa: PLC0415 -- as above

    return partial(order_of, frequencies=Frequencies())


class PlainPreparing(NamedTuple):
    """Do what ``preparing`` does for a rule whose query was read without a tree; None where they cannot."""

    clauses: Callable[[Sequence[PlainClause], Rule], Any | None]
    near: Callable[[PlainNear, Rule], Any | None]


def preparing_plain(kernel: Kernel = "auto") -> PlainPreparing:
    if not _with_numba(kernel):
        return PlainPreparing(_nothing, _nothing)
    from tocsin.matching.presearch.kernel import flat  # noqa: PLC0415 -- as above

    frequencies = Frequencies()
    return PlainPreparing(
        partial(flat.plain_order, frequencies=frequencies),
        partial(flat.near_order, frequencies=frequencies),
    )


def _nothing(_query: object, _rule: Rule) -> None:
    return None


def must_compile(kernel: Kernel = "auto") -> bool:
    """Tell whether nothing compiled is kept yet, so that ``warm`` takes half a minute."""
    if not _with_numba(kernel):
        return False
    from tocsin.matching.presearch.kernel import is_compiled  # noqa: PLC0415 -- as above

    return not is_compiled()


def warm(presearcher: Presearcher) -> None:
    """Have everything compiled, or loaded, before the first article waits for it.

    No rule may have the number 0.
    """
    presearcher.add(0, Rule(id="", name="", languages=("en",)))
    presearcher.candidates([])
    presearcher.reader.locate("", "army", ["army"])
    none = np.empty(0, np.int64)
    presearcher.reader.ids(records := Records(none.view(np.uint8), none, none.astype(np.int32)))
    presearcher.reader.texts(records)
    presearcher.remove(0)


def _with_numba(kernel: Kernel) -> bool:
    return kernel == "numba" or (kernel == "auto" and find_spec("numba") is not None)
