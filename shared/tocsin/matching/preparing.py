"""What can be done for a rule without knowing any other: most of the work of adding it.

Several processes can do it for one, which then only puts in what they made.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tocsin.errors import RuleSyntaxError
from tocsin.garbage import uncollected
from tocsin.matching.presearch import Kernel, preparing, preparing_plain
from tocsin.matching.reading import Packed, packed_near, packed_places
from tocsin.matching.records import SharedLists, record_of
from tocsin.rules import Rule, parse
from tocsin.rules.plain import PlainClause, plain, plain_near
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
        self._plain = preparing_plain(kernel)
        self._no_lists = SharedLists()

    def __call__(self, rules: Sequence[Rule]) -> list[PreparedRule | None]:
        with uncollected():
            return list(map(self._prepared, rules))

    def _prepared(self, rule: Rule) -> PreparedRule | None:
        query = rule.query
        if may_name(query):
            return None
        found = self._without_tree(rule)
        if found is not None:
            return found
        try:
            if query.strip():
                rule = replace(rule, expression=parse(query))
            return PreparedRule(record_of(rule, self._no_lists), self._order_of(rule))
        except (RuleSyntaxError, ValueError):
            return None

    def _without_tree(self, rule: Rule) -> PreparedRule | None:
        clauses = plain(rule.query)
        if clauses is not None:
            leaves, order = _leaves(clauses), self._plain.clauses(clauses, rule)
        elif (near := plain_near(rule.query)) is not None:
            leaves, order = packed_near(near.start, near.end), self._plain.near(near, rule)
        else:
            return None
        if order is None:
            return None
        return PreparedRule(record_of(rule, self._no_lists, leaves), order)


def _leaves(clauses: Sequence[PlainClause]) -> Packed:
    return packed_places([place for clause in clauses if clause.wanted for place in clause.places])
