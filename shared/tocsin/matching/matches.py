"""The rules that an article satisfies, with the reasons for whoever wants them."""

from collections.abc import Sequence
from functools import cached_property
from typing import overload

from tocsin.matching.explain import explain
from tocsin.matching.explanation import Match
from tocsin.matching.records import id_in
from tocsin.matching.rulebook import Rulebook
from tocsin.matching.view import ArticleView


class Matches(Sequence[Match]):
    """Ordered by the rules' ids. How many there are is known; the rest is made when it is read.

    Rules are those that were in force when the article was matched, whatever has become of them.
    """

    def __init__(self, records: list[bytes], rulebook: Rulebook, view: ArticleView) -> None:
        self._unordered = records
        self._rulebook = rulebook
        self._view = view
        self._made: dict[bytes, Match] = {}

    def __len__(self) -> int:
        return len(self._unordered)

    @overload
    def __getitem__(self, index: int) -> Match: ...

    @overload
    def __getitem__(self, index: slice) -> list[Match]: ...

    def __getitem__(self, index: int | slice) -> Match | list[Match]:
        chosen = self._records[index]
        return list(map(self._match, chosen)) if isinstance(chosen, list) else self._match(chosen)

    @property
    def rule_ids(self) -> list[str]:
        return list(map(id_in, self._records))

    @cached_property
    def _records(self) -> list[bytes]:
        return sorted(self._unordered, key=id_in)

    def _match(self, record: bytes) -> Match:
        if record not in self._made:
            rule = self._rulebook.rule(record)
            self._made[record] = Match(rule, explain(rule, self._view))
        return self._made[record]
