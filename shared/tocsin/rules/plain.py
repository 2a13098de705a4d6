"""Read the plainest queries as clauses, without making a tree of them.

Plain is an AND of clauses, each of which is a word, a phrase or a wildcard, or an OR of such in brackets,
with NOT before it or without; and one such OR alone. Nine rules in ten are, and where a million are
loaded the trees would take longer than all else. Of the others most are one NEAR of two such clauses.
"""

import re
from typing import NamedTuple

from tocsin.rules.checks import Limits
from tocsin.rules.lexer import DEFAULT_DISTANCE
from tocsin.rules.ordinary import TOKEN, Literal, literal


class PlainClause(NamedTuple):
    """One of ``literals`` must be there, or none where ``wanted`` is false.

    ``places``: where in the query each begins and ends.
    """

    wanted: bool
    literals: list[Literal]
    places: list[tuple[int, int]]


class PlainNear(NamedTuple):
    """One of ``left`` and one of ``right``, in any order; it is the whole query, from ``start`` to ``end``."""

    left: list[Literal]
    right: list[Literal]
    distance: int
    start: int
    end: int


# A query with one letter for each token.
_LITERAL, _OR, _NOT = "w", "|", "-"
_SIGNS = {"(": "(", ")": ")", "AND": "&", "OR": _OR, "NOT": _NOT, "NEAR": "~"}
_PLAIN = re.compile(
    r"""
    -? (?: w | \( w (?: \| w )* \) ) (?: &? -? (?: w | \( w (?: \| w )* \) ) )*
    | (?: w | \( w \) ) (?: \| (?: w | \( w \) ) )+
    """,
    re.VERBOSE,
)
_NEAR = re.compile(r" *(\([^()]+\)|[^()]+?) NEAR(?:/([0-9]{1,2}))? (\([^()]+\)|[^()]+?) *")


def plain_near(text: str) -> PlainNear | None:
    """Return the NEAR that a query that ``quick`` reads is, None where it is none or not so plain."""
    found = _NEAR.fullmatch(text)
    if found is None or len(text) > Limits.TERMS:  # so that it has no more terms for sure
        return None
    distance = int(found[2] or DEFAULT_DISTANCE)
    left, right = _side(found[1]), _side(found[3])
    if left is None or right is None or distance > Limits.DISTANCE:
        return None
    return PlainNear(left, right, distance, found.start(1), found.end(3))


def _side(text: str) -> list[Literal] | None:
    """Return one literal without brackets, or those of an OR in brackets."""
    clauses = plain(text)
    if clauses is None or len(clauses) > 1:
        return None
    literals = clauses[0].literals
    return literals if ("(" in text) == (len(literals) > 1) else None


def plain(text: str) -> list[PlainClause] | None:
    """Return the clauses of a query that ``quick`` reads, None where it is not plain."""
    if len(text) > Limits.CHARACTERS or "/" in text:  # as in NEAR/5
        return None
    tokens = TOKEN.findall(text)
    form = "".join([_SIGNS.get(token, _LITERAL) for _, token in tokens])
    if len(tokens) > Limits.TERMS or not _PLAIN.fullmatch(form):
        return None
    found = _clauses(text, tokens, form)
    # What is all vague, or asks for nothing, is for the parser to refuse.
    return found if found is not None and any(map(_demands, found)) else None


def _clauses(text: str, tokens: list[tuple[str, str]], form: str) -> list[PlainClause] | None:
    clauses: list[PlainClause] = []
    wanted, joins, end = True, False, 0
    for (space, token), kind in zip(tokens, form, strict=True):
        start = end + len(space)
        end = start + len(token)
        if kind == _NOT:
            wanted = False
        elif kind == _OR:
            joins = True
        elif kind == _LITERAL:
            found = literal(token)
            if found is None:
                return None
            if joins:
                clauses[-1].literals.append(found)
                clauses[-1].places.append((start, end))
            else:
                clauses.append(PlainClause(wanted, [found], [(start, end)]))
            wanted, joins = True, False
    # Where the tokens leave something out they are shorter than the text.
    return None if text[end:].strip(" ") else clauses


def _demands(clause: PlainClause) -> bool:
    return clause.wanted and not any(each.vague for each in clause.literals)
