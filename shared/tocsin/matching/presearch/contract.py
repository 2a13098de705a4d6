"""What every presearcher does."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.reader import Reader
from tocsin.matching.view import ArticleView
from tocsin.rules import Rule


class Candidates(NamedTuple):
    """The rules, by number, that an article may satisfy.

    It satisfies each of ``certain``, and of the others at most those in ``possible``.
    No number occurs twice.
    """

    certain: NDArray[np.int32]
    possible: NDArray[np.int32]


class Presearcher(Protocol):
    """Finds the few rules among many that an article may satisfy.

    Rules go by numbers from 0, which whoever adds them hands out and may use again once a rule is
    removed; the tables are as long as the highest. A change holds from the next call on. Not for
    use by several threads at once.
    """

    @property
    def reader(self) -> Reader:
        """What tells of matches sooner, where the presearcher is compiled."""
        ...

    def add(self, number: int, rule: Rule) -> None:
        """Register a rule under a number that is free.

        Raises:
            ValueError: the rule cannot be matched: it holds a word without letters, or a list
                that was not resolved.
        """
        ...

    def prepared(self, rule: Rule) -> Any:
        """Return a rule as ``add_prepared`` takes it: the longer half of adding it.

        Another process may do that (see ``preparing``).

        Raises:
            ValueError: as with ``add``.
        """
        ...

    def add_prepared(self, numbers: Sequence[int], prepared: Sequence[Any]) -> None:
        """Register rules, one or more, under numbers that are free."""
        ...

    def remove(self, number: int) -> None:
        """Forget the rule of that number, which must be there."""
        ...

    def candidates(self, views: Sequence[ArticleView]) -> list[Candidates]:
        """Return the candidates of each article."""
        ...

    def dump(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays; nothing, where they would be of no use to ``load``."""
        ...

    def load(self, saved: Mapping[str, NDArray[Any]]) -> bool:
        """Take in what ``dump`` returned; False where it is not enough, and each rule must be added."""
        ...
