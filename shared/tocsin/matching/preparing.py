"""What can be done for a rule without knowing any other: most of the work of adding it.

Several processes can do it for one, which then only puts in what they made.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tocsin.errors import RuleSyntaxError
from tocsin.garbage import uncollected
from tocsin.matching.presearch import Kernel, preparing, preparing_plain
from tocsin.matching.reading import Packed, packed_places
from tocsin.matching.records import SharedLists, record_of
from tocsin.rules import Rule, parse
from tocsin.rules.plain import PlainClause, plain
from tocsin.rules.resolve import may_name


class PreparedRule(NamedTuple):
    """``order`` is what the presearcher takes."""

    record: bytes
    order: Any


class Preparation:
    """Prepares rules whose queries are still to be parsed.

    Left out, as None, are those that somebody must look at who knows more: whose queries name lists or
    regions, or cannot be read.
    """

    def __init__(self, kernel: Kernel = "auto") -> None:
        self._order_of: Callable[[Rule], Any] = preparing(kernel)
        self._plain_order_of = preparing_plain(kernel)
        self._no_lists = SharedLists()

    def __call__(self, rules: Sequence[Rule]) -> list[PreparedRule | None]:
        with uncollected():
            return list(map(self._prepared, rules))

    def _prepared(self, rule: Rule) -> PreparedRule | None:
        query = rule.query
        if may_name(query):
            return None
        clauses = plain(query)
        if clauses is not None:
            order = self._plain_order_of(clauses, rule)
            if order is not None:
                return PreparedRule(record_of(rule, self._no_lists, _leaves(clauses)), order)
        try:
            if query.strip():
                rule = replace(rule, expression=parse(query))
            return PreparedRule(record_of(rule, self._no_lists), self._order_of(rule))
        except (RuleSyntaxError, ValueError):
            return None


def _leaves(clauses: Sequence[PlainClause]) -> Packed:
    return packed_places([place for clause in clauses if clause.wanted for place in clause.places])
