"""Rules prepared by several processes, where there are so many that it pays."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from tocsin.matching import Preparation, PreparedRule
from tocsin.matching.presearch import Kernel
from tocsin.rules import Rule
from tocsin.runtime.crew import crew, in_turn_meanwhile


# A process takes a second to start, in which we prepare 15,000 rules ourselves.
FEW = 30_000
_MOST = 8

Drafts = AsyncIterator[Sequence[Rule]]
Prepared = AsyncIterator[Sequence[PreparedRule | None]]


@contextmanager
def prepared(
    kernel: Kernel, jobs: int, rules: int, *, few: int = FEW
) -> Iterator[Callable[[Drafts], Prepared]]:
    """Yield what prepares drafts, of which there are ``rules``, in their order.

    ``jobs`` processes do, 0 are as many as there are processors, up to 8; of ``few`` this one alone.
    """
    jobs = jobs or _processors()
    if jobs == 1 or rules < few:
        yield partial(_here, Preparation(kernel))
        return
    with crew(partial(Preparation, kernel), jobs) as workers:
        yield partial(in_turn_meanwhile, workers)


def _processors() -> int:
    # A container's limit is in neither number, and each process takes 100 MB.
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(given or 1, _MOST)


async def _here(preparation: Preparation, drafts: Drafts) -> Prepared:
    async for some in drafts:
        yield preparation(some)
