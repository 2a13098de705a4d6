"""Lucene's classic query syntax, as Elasticsearch, OpenSearch and Solr take it.

Words side by side are alternatives. AND does not bind tighter than OR: it makes both its
neighbours required, and beside something required whatever else is optional only raises the
rank (QueryParserBase.addClause of org.apache.lucene.queryparser.classic).
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import ClassVar

from tocsin.rules.dialects.reader import Reader, country_of_source, language, source
from tocsin.rules.dialects.scanner import PHRASE, Lexeme, Sign
from tocsin.rules.expression import And, Expression, FieldName, Not


class _Occurs(Enum):
    MUST = auto()
    SHOULD = auto()
    MUST_NOT = auto()


@dataclass(slots=True)
class _Clause:
    occurs: _Occurs
    lexeme: Lexeme
    expression: Expression | None


_ESCAPED = re.compile(r"\\(.)")
_DATES = "a rule looks at what comes in from now on, not at dates"


class Lucene(Reader):
    lexicon: ClassVar = (
        (Sign.OPEN, r"\("),
        (Sign.CLOSE, r"\)"),
        (Sign.OR, r"OR(?=[\s(\"]|$)|\|\|"),
        (Sign.AND, r"AND(?=[\s(\"]|$)|&&"),
        (Sign.NOT, r"NOT(?=[\s(\"]|$)|!|-(?=\S)"),
        (Sign.PLUS, r"\+(?=\S)"),
        (Sign.BOOST, r"\^(?P<n>\d+)(?![\d.])"),
        (Sign.BOOST, r"\^[\d.]*"),
        (Sign.SLOP, r"~(?P<n>\d+)(?![\d.])"),
        (Sign.SLOP, r"~[\d.]*"),
        (Sign.LOST, r"[\[{][^\]}]*[\]}]|/(?:[^/\\\s]|\\.)+/|\*:\*|[<>]=?\S+"),
        (Sign.FIELD, r"(?P<name>[A-Za-z_][\w.-]*):(?!//)"),
        (Sign.PHRASE, PHRASE),
        (Sign.WORD, r"(?:\\.|[^\s()\"“”„«»^~:\\\[\]{}])+"),
    )
    fields: ClassVar = {
        **dict.fromkeys(("title", "headline"), FieldName.TITLE),
        **dict.fromkeys(("body", "content", "text"), FieldName.BODY),
        **dict.fromkeys(("author", "authors", "byline"), FieldName.AUTHOR),
        **dict.fromkeys(("tag", "tags", "keywords"), FieldName.TAG),
        "url": FieldName.URL,
        **dict.fromkeys(("lang", "language"), language),
        **dict.fromkeys(("source", "domain", "site", "publisher"), source),
        "sourcecountry": country_of_source,
        **dict.fromkeys(("date", "published", "published_at", "timestamp"), _DATES),
    }

    def _level(self, depth: int) -> Expression | None:
        clauses: list[_Clause] = []
        while self.peek().sign not in {Sign.END, Sign.CLOSE} or not clauses:
            clauses.append(self._clause(clauses))
        found = [clause for clause in clauses if clause.expression is not None]
        return self._combined(found)

    def _clause(self, before: list[_Clause]) -> _Clause:
        and_, beside = self._takes_conjunction(before)
        occurs = _Occurs.MUST if and_ else _Occurs.SHOULD
        while (sign := self.peek().sign) in {Sign.PLUS, Sign.NOT}:
            self.take()
            occurs = _Occurs.MUST if sign is Sign.PLUS else _Occurs.MUST_NOT
        first = self.peek()
        expression = self._postfix()
        whole = replace(first, end=self.end, text=self.text[first.start : self.end])
        if beside:
            self.changed(whole, "words side by side are alternatives in Lucene")
        return _Clause(occurs, whole, expression)

    def _takes_conjunction(self, before: list[_Clause]) -> tuple[bool, bool]:
        """Take AND, which makes the clause before it required, too; or OR, which changes nothing.

        Return whether it was AND, and whether there was none though one makes a difference.
        """
        sign = self.peek().sign
        beside = False
        if before and sign in {Sign.AND, Sign.OR}:
            self.take()
        elif before and sign is not Sign.NOT:
            beside = before[-1].occurs is _Occurs.SHOULD
        if sign is Sign.AND and before and before[-1].occurs is _Occurs.SHOULD:
            before[-1].occurs = _Occurs.MUST
        return sign is Sign.AND, beside

    def _combined(self, clauses: list[_Clause]) -> Expression | None:
        required = [c.expression for c in clauses if c.occurs is _Occurs.MUST and c.expression]
        optional = [c.expression for c in clauses if c.occurs is _Occurs.SHOULD and c.expression]
        unwanted = [c.expression for c in clauses if c.occurs is _Occurs.MUST_NOT and c.expression]
        if required:
            for clause in clauses:
                if clause.occurs is _Occurs.SHOULD:
                    self.lost(clause.lexeme, "beside what must be there it only raises the rank")
            wanted = required
        else:
            alternatives = self.joined(Sign.OR, optional)
            wanted = [alternatives] if alternatives is not None else []
        operands = (*wanted, *(Not(each) for each in unwanted))
        if len(operands) < 2:
            return operands[0] if operands else None
        return And(operands)

    def _loose(self, sign: Lexeme, operand: Expression | None) -> Expression | None:
        found = super()._loose(sign, operand)
        if found is not operand:
            self.changed(sign, "in any order; Lucene counts two more words for the reverse order")
        return found

    def word(self, lexeme: Lexeme) -> Expression | None:
        text = lexeme.groups.get("text", lexeme.text)
        return self.literal_of(lexeme, _ESCAPED.sub(r"\1", text))
