"""Shared lists of alternatives, which rules name as ``@jnim-names``."""

from collections.abc import Sequence

from tocsin.errors import RuleSyntaxError
from tocsin.rules.checks import Limits
from tocsin.rules.expression import Expression, Or, Phrase, SameAccents, SameCase, Term, Wildcard
from tocsin.rules.parser import parse


_QUOTES = '"“”„«»'
_AS_WRITTEN = ("case:", "exact:")


def alternatives(entries: Sequence[str]) -> Expression:
    """Return what a list stands for. Each entry is a word, a phrase, or one with a wildcard.

    A phrase needs no quotes here; ``case:WHO`` and ``exact:Año`` are as in a rule. Empty
    entries do not count.

    Raises:
        RuleSyntaxError: an entry is something else; its text is the error's.
        ValueError: there is no entry.
    """
    found = tuple(_entry(entry.strip()) for entry in entries if entry.strip())
    if not found:
        raise ValueError("a list needs at least one entry")
    if len(found) > Limits.TERMS:
        raise ValueError(f"a list has at most {Limits.TERMS:,} entries")
    return found[0] if len(found) == 1 else Or(found)


def _entry(entry: str) -> Expression:
    if not entry.lower().startswith(_AS_WRITTEN):
        return parse(f'"{entry.strip(_QUOTES)}"')
    expression = parse(entry)
    inner = expression
    while isinstance(inner, SameCase | SameAccents):
        inner = inner.operand
    if not isinstance(inner, Term | Wildcard | Phrase):
        raise RuleSyntaxError(entry, 0, "an entry of a list is one word or one phrase")
    return expression
