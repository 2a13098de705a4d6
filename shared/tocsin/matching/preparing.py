"""What can be done for a rule without knowing any other: most of the work of adding it.

Several processes can do it for one, which then only puts in what they made.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tocsin.errors import RuleSyntaxError
from tocsin.matching.presearch import Kernel, preparing
from tocsin.matching.records import SharedLists, record_of
from tocsin.rules import Rule, parse
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

    def __call__(self, rules: Sequence[Rule]) -> list[PreparedRule | None]:
        return list(map(self._prepared, rules))

    def _prepared(self, rule: Rule) -> PreparedRule | None:
        if may_name(rule.query):
            return None
        try:
            if rule.query.strip():
                rule = replace(rule, expression=parse(rule.query))
            return PreparedRule(record_of(rule, SharedLists()), self._order_of(rule))
        except (RuleSyntaxError, ValueError):
            return None
