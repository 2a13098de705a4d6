"""Factiva's traditional search language (Dow Jones).

Words side by side are a phrase; near5 leaves 0 to 4 words between, one less than its number.
Order: phrase, then near and same, then not, then and, then or. Source: Factiva Developer's
Kit, Search Statement Operators and Search Statement Examples.
"""

import re
from typing import ClassVar

from tocsin.rules.dialects.reader import Reader, language
from tocsin.rules.dialects.scanner import PHRASE, Lexeme, Sign
from tocsin.rules.expression import (
    Expression,
    FieldName,
    Filter,
    FilterKind,
    InField,
    Or,
)


_END = r"(?=[\s()\[\]\"“]|$)"
_TRUNCATED = re.compile(r"\$(\d*)")
_CODES = (
    "Dow Jones' codes are not known here: name it in words, or choose the region beside the query"
)
_DATES = "a rule looks at what comes in from now on, not at dates"
_DATE_RANGE = (
    r"(?i:(?:date|upd)\s+(?:(?:from\s+)?\S+\s+(?:to|and)\s+\S+|(?:after|before|from|since)\s+\S+))"
)


def source_name(reader: Reader, lexeme: Lexeme) -> Expression | None:
    name = lexeme.groups.get("text", lexeme.text).strip()
    return Filter(FilterKind.SOURCE, name) if name else None


class Factiva(Reader):
    lexicon: ClassVar = (
        (Sign.OPEN, r"[(\[]"),
        (Sign.CLOSE, r"[)\]]"),
        (Sign.LOST, r"(?i:wc)\s*[<>=]+\s*\d+"),
        (Sign.LOST, _DATE_RANGE),
        (Sign.OR, rf"(?i:or){_END}"),
        (Sign.AND, rf"(?i:and){_END}"),
        (Sign.NOT, rf"(?i:not){_END}"),
        (Sign.NEAR, rf"(?i:near)(?P<n>\d*){_END}"),
        (Sign.NEAR, r"(?i:/n)(?P<n>\d+)/"),
        (Sign.ORDERED, rf"(?i:adj)(?P<n>\d+){_END}"),
        (Sign.ORDERED, rf"(?i:w)\s?/(?P<n>\d+){_END}"),
        (Sign.ORDERED, r"%(?=\s)"),
        (Sign.ADJACENT, rf"(?i:adj){_END}"),
        (Sign.PARAGRAPH, rf"(?i:same){_END}"),
        (Sign.FIRST, r"(?i:/f)(?P<n>\d+)/"),
        (Sign.AT_LEAST, rf"(?i:atleast)(?P<n>\d+){_END}"),
        (Sign.FIELD, r"(?P<name>[A-Za-z]+)="),
        (Sign.PHRASE, PHRASE),
        (Sign.WORD, r"(?:(?!/[NnFf]\d+/)[^\s()\[\]\"“”„«»])+"),
    )
    levels = (Sign.OR, Sign.AND, Sign.NOT, Sign.NEAR, Sign.ADJACENT)
    implied = Sign.ADJACENT
    fields: ClassVar = {
        "hd": FieldName.TITLE,
        "lp": FieldName.LEAD,
        "td": FieldName.BODY,
        **dict.fromkeys(("by", "au"), FieldName.AUTHOR),
        "la": language,
        "sn": source_name,
        **dict.fromkeys(("rst", "sc", "re", "co", "fds", "in", "ns", "pe", "cat", "ipc"), _CODES),
        **dict.fromkeys(("pd", "dt", "date", "upd"), _DATES),
        "wc": "the number of words of an article is not looked at",
    }

    def mixed(self, place: Lexeme) -> None:
        self.changed(
            place,
            "AND binds tighter than OR, as in the traditional search; "
            "Dow Jones' simple search reads it the other way round",
        )

    def distance(self, lexeme: Lexeme) -> int:
        if lexeme.text == "%":
            self.changed(lexeme, "exactly one word between becomes at most one")
            return 1
        number = 1 if lexeme.number is None else lexeme.number
        distance = max(0, number - 1)
        self.changed(lexeme, f"{lexeme.text} leaves 0 to {distance} words between")
        return distance

    def _in_field(self, lexeme: Lexeme) -> Expression | None:
        if lexeme.groups["name"].lower() != "hlp":
            return super()._in_field(lexeme)
        operand = self._primary()
        if operand is None:
            return None
        return Or((InField(FieldName.TITLE, operand), InField(FieldName.LEAD, operand)))

    def word(self, lexeme: Lexeme) -> Expression | None:
        """``$`` cuts a word off, ``$3`` with at most three letters to come."""
        text = lexeme.groups.get("text", lexeme.text).replace("'", " ")
        cut = _TRUNCATED.search(text)
        if cut is None:
            return self.literal_of(lexeme, text)
        exact = "" if not cut[1] else f", however many letters follow, not at most {cut[1]}"
        self.changed(lexeme, f"'$' is '*' here{exact}")
        return self.literal_of(lexeme, _TRUNCATED.sub("*", text))
