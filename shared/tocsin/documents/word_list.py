"""A shared list of alternatives, which rules name as ``@jnim-names``."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from tocsin.documents.base import Document
from tocsin.documents.rule import RuleDocument
from tocsin.errors import RuleSyntaxError
from tocsin.rules import Expression
from tocsin.rules.checks import Limits
from tocsin.rules.lists import alternatives


def _readable(entry: str) -> str:
    try:
        alternatives([entry])
    except RuleSyntaxError as error:
        raise ValueError(str(error)) from error
    return entry


Entry = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_readable),
]


class ListDocument(Document):
    """``entries`` are words or phrases, which need no quotes; ``*``, ``?``, ``case:`` and ``exact:`` work."""

    id: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$", max_length=64)
    ]
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=Limits.TERMS)]

    def expression(self) -> Expression:
        """Return what the list stands for in a rule."""
        return alternatives(self.entries)


def rules_that_use(list_id: str, rules: Iterable[RuleDocument]) -> tuple[str, ...]:
    """Return the ids of the rules that name the list."""
    named = re.compile(rf"@{re.escape(list_id)}(?![\w-]|\.\w)")
    return tuple(rule.id for rule in rules if named.search(rule.query))
