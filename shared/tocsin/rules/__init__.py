"""The rule language: ``(JNIM OR GSIM) AND attack* NEAR/12 army NOT title:football``.

``parse`` turns text into an expression, ``to_text`` turns it back; expressions are plain
values that ``tocsin.matching`` evaluates and indexes. ``expression`` lists everything that can
be said, ``parser`` how it is written, ``checks`` what is refused.
"""

from tocsin.rules.english import describe, in_english
from tocsin.rules.expression import (
    And,
    AtLeast,
    Boost,
    Expression,
    FieldName,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    Level,
    ListReference,
    Literal,
    Near,
    Not,
    Or,
    Phrase,
    Place,
    Same,
    SameAccents,
    SameCase,
    Term,
    Unit,
    Wildcard,
)
from tocsin.rules.lint import Hint, lint
from tocsin.rules.parser import parse
from tocsin.rules.printer import to_text
from tocsin.rules.resolve import RegionNames, resolve
from tocsin.rules.rule import RegionFilter, Rule


__all__ = [
    "And",
    "AtLeast",
    "Boost",
    "Expression",
    "FieldName",
    "Filter",
    "FilterKind",
    "FirstWords",
    "Hint",
    "InField",
    "InRegion",
    "Level",
    "ListReference",
    "Literal",
    "Near",
    "Not",
    "Or",
    "Phrase",
    "Place",
    "RegionFilter",
    "RegionNames",
    "Rule",
    "Same",
    "SameAccents",
    "SameCase",
    "Term",
    "Unit",
    "Wildcard",
    "describe",
    "in_english",
    "lint",
    "parse",
    "resolve",
    "to_text",
]
