"""Recursive descent, one method for each line of the grammar.

::

    level   = unary (("AND" | "OR" | "NOT" | nothing) unary)*     AND and OR do not mix
    unary   = ("NOT" | "-") unary | near
    near    = postfix (("NEAR/8" | "ONEAR/3" | "SENTENCE" | "PARAGRAPH") postfix)*
    postfix = primary ("^9" | "/F50/" | "~8")*
    primary = "(" level ")" | prefix postfix | "first50" postfix | "atleast3" postfix
            | word | phrase | "@list" | value
"""

from dataclasses import replace

from tocsin.errors import RuleSyntaxError
from tocsin.rules.checks import Limits, check, check_literal, check_operand, check_scope
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
from tocsin.rules.lexer import Kind, Lexeme, Modifier, lex
from tocsin.rules.quick import quick
from tocsin.rules.readings import mixed
from tocsin.rules.suggest import language_code
from tocsin.rules.words import is_pattern, word_patterns, words_as_written
from tocsin.text import is_tag


_STARTS_OPERAND = frozenset(
    {
        *(Kind.OPEN, Kind.PREFIX, Kind.FIRST, Kind.AT_LEAST, Kind.BARE, Kind.QUOTED),
        *(Kind.VALUE, Kind.LIST, Kind.NOT),
    }
)
_JOINS = frozenset({Kind.AND, Kind.OR})
_OPERAND = "a word, a phrase or '('"
_NOT_COUNTED = (FieldName.AUTHOR, FieldName.TAG, FieldName.URL)
_MOST_FIXES = 3  # more, and the fix would be of something else
_NO_DOUBLE_QUOTES = str.maketrans('"＂', "  ")  # noqa: RUF001 -- as people type it


def parse(text: str) -> Expression:
    """Read a query. A fix that an error offers can itself be read.

    Raises:
        RuleSyntaxError: with the position, what stood there and what would be right.
    """
    if (ordinary := quick(text)) is not None:
        return ordinary
    return parse_fully(text)


def parse_fully(text: str) -> Expression:
    """Do what ``parse`` does, for queries of every kind; what ``quick`` reads it must read the same.

    Raises:
        RuleSyntaxError: as above.
    """
    try:
        return _parse(text)
    except RuleSyntaxError as error:
        raise RuleSyntaxError(
            text, error.position, error.problem, fix=sound(error.fix), readings=error.readings
        ) from None


def _parse(text: str) -> Expression:
    if len(text) > Limits.CHARACTERS:
        raise RuleSyntaxError(
            text, Limits.CHARACTERS, f"a query has at most {Limits.CHARACTERS:,} characters"
        )
    return _Parser(text).query()


def sound(fix: str | None) -> str | None:
    """Return a fix, mended in turn until it can be read; None where that does not come about."""
    for _ in range(_MOST_FIXES):
        if fix is None:
            return None
        try:
            _parse(fix)
        except RuleSyntaxError as error:
            fix = error.fix
        else:
            return fix
    return None


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lexemes = list(lex(text))
        self._index = 0
        self._depth = 0
        self._terms = 0
        self._value_of: Lexeme | None = None  # the region: or lang: that names belong to

    def query(self) -> Expression:
        if self._peek().kind is Kind.END:
            raise self._error(0, f"the query is empty: expected {_OPERAND}")
        expression = self._level()
        self._expect_end()
        check(expression, self._text)
        return expression

    def _level(self) -> Expression:
        operands = [self._unary()]
        joins: list[Lexeme] = []
        while (join := self._join()) is not None:
            joins.append(join)
            operands.append(self._unary())
        if not joins:
            return operands[0]
        place = Place(operands[0].place.start, operands[-1].place.end)
        is_or = [join.kind is Kind.OR for join in joins]
        if all(is_or):
            return Or(tuple(operands), place=place)
        if any(is_or):
            raise mixed(self._text, operands, joins, unclosed=self._unclosed_brackets())
        return And(tuple(operands), place=place)

    def _unclosed_brackets(self) -> int:
        kinds = [lexeme.kind for lexeme in self._lexemes]
        return max(0, kinds.count(Kind.OPEN) - kinds.count(Kind.CLOSE))

    def _join(self) -> Lexeme | None:
        """Take what joins the next operand to the last; a bare neighbour is joined by AND."""
        lexeme = self._peek()
        if lexeme.kind in _JOINS:
            return self._take()
        return lexeme if lexeme.kind in _STARTS_OPERAND else None

    def _unary(self) -> Expression:
        if self._peek().kind is not Kind.NOT:
            return self._near()
        sign = self._take()
        if self._peek().kind is Kind.NOT:
            second = self._peek()
            raise self._error(
                second.start,
                "NOT twice is the same as not at all: take both away",
                fix=self._text[: sign.start] + self._text[second.end :].lstrip(),
            )
        operand = self._near()
        return Not(operand, place=self._since(sign))

    def _near(self) -> Expression:
        left = self._postfix()
        row = 0
        while self._peek().kind in {Kind.NEAR, Kind.SAME}:
            operator = self._take()
            row += 1
            if row > Limits.DEPTH:
                raise self._error(
                    operator.start, f"at most {Limits.DEPTH} of {operator.text} in a row"
                )
            left = self._joined_near(left, operator, self._near_operand(operator))
        return left

    def _near_operand(self, operator: Lexeme) -> Expression:
        if self._peek().kind is Kind.NOT:
            raise self._error(
                self._peek().start,
                f"NOT removes whole articles, so it cannot stand inside {operator.text}",
            )
        return self._postfix()

    def _joined_near(self, left: Expression, operator: Lexeme, right: Expression) -> Expression:
        for operand in (left, right):
            check_operand(operand, operator.text, self._text)
        place = Place(left.place.start, right.place.end)
        if isinstance(operator.meaning, Unit):
            return Same(left, right, operator.meaning, place=place)
        name = "ONEAR" if operator.ordered else "NEAR"
        self._check_distance(operator, f"{name}/{Limits.DISTANCE}")
        return Near(left, right, operator.number, operator.ordered, place=place)

    def _postfix(self) -> Expression:
        operand = self._primary()
        while True:
            sign = self._peek()
            place = Place(operand.place.start, sign.end)
            match sign.kind:
                case Kind.BOOST:
                    operand = self._boosted(self._take(), operand, place)
                case Kind.FIRST_AFTER:
                    operand = self._first(self._take(), operand, place)
                case Kind.SLOP:
                    raise self._loose_word(sign)
                case _:
                    return operand

    def _boosted(self, sign: Lexeme, operand: Expression, place: Place) -> Expression:
        if isinstance(operand, Boost):
            raise self._error(sign.start, "there is a weight already", fix=self._instead(sign, ""))
        if not 1 <= sign.number <= Limits.WEIGHT:
            raise self._error(sign.start, f"a weight is from 1 to {Limits.WEIGHT}")
        return Boost(operand, sign.number, place=place)

    def _first(self, sign: Lexeme, operand: Expression, place: Place) -> Expression:
        if not 1 <= sign.number <= Limits.FIRST_WORDS:
            raise self._error(
                sign.start, f"expected a number from 1 to {Limits.FIRST_WORDS} after 'first'"
            )
        check_scope(operand, f"first{sign.number}( )", self._text, forbidden=_NOT_COUNTED)
        return FirstWords(sign.number, operand, place=place)

    def _primary(self) -> Expression:
        lexeme = self._take()
        self._depth += 1
        if self._depth > Limits.DEPTH:
            raise self._error(lexeme.start, f"brackets are nested deeper than {Limits.DEPTH}")
        expression = self._opened(lexeme)
        self._depth -= 1
        return expression

    def _opened(self, lexeme: Lexeme) -> Expression:
        match lexeme.kind:
            case Kind.OPEN:
                return self._group(lexeme)
            case Kind.PREFIX:
                return self._prefixed(lexeme)
            case Kind.FIRST:
                operand = self._primary()
                return self._first(lexeme, operand, self._since(lexeme))
            case Kind.AT_LEAST:
                return self._at_least(lexeme)
            case Kind.BARE | Kind.QUOTED | Kind.VALUE:
                return self._leaf(lexeme)
            case Kind.LIST:
                self._count(lexeme)
                return ListReference(lexeme.text, place=lexeme.place)
            case _:
                raise self._expected(lexeme, self._wanted())

    def _group(self, opening: Lexeme) -> Expression:
        if self._peek().kind is Kind.CLOSE:
            raise self._error(opening.start, "there is nothing between the brackets")
        inside = self._level()
        closing = self._take()
        if closing.kind is not Kind.CLOSE:
            raise self._unclosed(opening, closing)
        if isinstance(inside, And | Or):
            return replace(inside, place=Place(opening.start, closing.end))
        return inside

    def _prefixed(self, prefix: Lexeme) -> Expression:
        if self._peek().kind is Kind.NOT:
            raise self._not_after_prefix(prefix, self._peek())
        match prefix.meaning:
            case FilterKind() | Level():
                return self._valued(prefix)
            case FieldName() as field:
                operand = self._primary()
                check_scope(operand, f"{field}:", self._text, forbidden=tuple(FieldName))
                return InField(field, operand, place=self._since(prefix))
            case Modifier() as modifier:
                operand = self._primary()
                check_scope(operand, f"{modifier.name.lower()}:", self._text)
                kind = SameCase if modifier is Modifier.CASE else SameAccents
                return kind(operand, place=self._since(prefix))
            case _:
                raise AssertionError(prefix)

    def _valued(self, prefix: Lexeme) -> Expression:
        outer, self._value_of = self._value_of, prefix
        operand = self._primary()
        self._value_of = outer
        return replace(operand, place=self._since(prefix))

    def _at_least(self, sign: Lexeme) -> Expression:
        if not 1 <= sign.number <= Limits.COUNT:
            raise self._error(sign.start, f"a count is from 1 to {Limits.COUNT}")
        operand = self._primary()
        check_operand(operand, f"atleast{sign.number}", self._text)
        return AtLeast(sign.number, operand, place=self._since(sign))

    def _leaf(self, lexeme: Lexeme) -> Expression:
        self._count(lexeme)
        if self._value_of is not None:
            return self._value(lexeme, self._value_of)
        check_literal(lexeme, self._text)
        found = literal(lexeme.text, lexeme.place)
        if self._peek().kind is Kind.SLOP and isinstance(found, Phrase):
            return self._loose(found, self._take())
        return found

    def _value(self, lexeme: Lexeme, prefix: Lexeme) -> Expression:
        last = lexeme
        while last.kind is Kind.VALUE and self._peek().kind is Kind.VALUE:
            last = self._take()  # region:(Burkina Faso OR Mali)
        quoted = lexeme.kind is Kind.QUOTED
        name = _one_line(lexeme.text if quoted else self._text[lexeme.start : last.end])
        if not name:
            raise self._error(
                lexeme.start, f"there is nothing between the quotes after {prefix.text}:"
            )
        place = Place(lexeme.start, last.end)
        match prefix.meaning:
            case Level() as level:
                return InRegion(name, level, place=place)
            case FilterKind() as kind:
                if kind is FilterKind.LANGUAGE:
                    self._check_language(name, place)
                return Filter(kind, name, place=place)
            case _:
                raise AssertionError(prefix)

    def _check_language(self, tag: str, place: Place) -> None:
        if is_tag(tag):
            return
        code = language_code(tag)
        fix = f"{self._text[: place.start]}{code}{self._text[place.end :]}" if code else None
        problem = f"{tag!r} is not a language tag such as en or pt-BR"
        raise self._error(place.start, problem, fix=fix)

    def _loose(self, phrase: Phrase, sign: Lexeme) -> Expression:
        """Read ``"a b"~8`` as ``a NEAR/8 b``."""
        self._check_distance(sign, f"~{Limits.DISTANCE}")
        if len(phrase.words) > Limits.DEPTH:
            raise self._error(sign.start, f"at most {Limits.DEPTH} words can be so loose")
        place = Place(phrase.place.start, sign.end)
        first, *others = (literal(word, phrase.place) for word in words_as_written(phrase.text))
        near: Expression = first
        for word in others:
            near = Near(near, word, sign.number, place=place)
        return near

    def _check_distance(self, sign: Lexeme, furthest: str) -> None:
        if sign.number > Limits.DISTANCE:
            raise self._error(
                sign.start,
                f"{sign.text} is too far: at most {Limits.DISTANCE} words may lie between",
                fix=self._instead(sign, furthest),
            )

    def _count(self, lexeme: Lexeme) -> None:
        self._terms += 1
        if self._terms > Limits.TERMS:
            raise self._error(
                lexeme.start,
                f"a query has at most {Limits.TERMS:,} terms; keep long lists as @lists",
            )

    def _peek(self) -> Lexeme:
        return self._lexemes[self._index]

    def _take(self) -> Lexeme:
        lexeme = self._lexemes[self._index]
        if lexeme.kind is not Kind.END:
            self._index += 1
        return lexeme

    def _since(self, lexeme: Lexeme) -> Place:
        """Return the place from a lexeme to the last that was taken."""
        return Place(lexeme.start, self._lexemes[self._index - 1].end)

    def _expect_end(self) -> None:
        lexeme = self._peek()
        if lexeme.kind is Kind.CLOSE:
            raise self._error(
                lexeme.start,
                "')' closes a bracket that was never opened",
                fix=self._instead(lexeme, ""),
            )
        if lexeme.kind is not Kind.END:
            raise self._expected(lexeme, "AND, OR, NOT or the end")

    def _wanted(self) -> str:
        if self._value_of is None:
            return _OPERAND
        return f"a name or a quoted name after {self._value_of.text}:"

    def _expected(self, lexeme: Lexeme, wanted: str) -> RuleSyntaxError:
        """The fix takes away an operator that has nothing to join."""
        if lexeme.kind is Kind.END:
            left = self._text[: self._lexemes[-2].start].rstrip()
            return self._error(lexeme.start, f"expected {wanted}, but the query ends", fix=left)
        shown = self._text[lexeme.start : lexeme.end]
        return self._error(
            lexeme.start, f"expected {wanted}, and not {shown!r}", fix=self._instead(lexeme, "")
        )

    def _unclosed(self, opening: Lexeme, found: Lexeme) -> RuleSyntaxError:
        if found.kind is Kind.END:
            return self._error(
                opening.start, "this bracket is never closed", fix=f"{self._text.rstrip()})"
            )
        return self._expected(found, "AND, OR, NOT or ')'")

    def _not_after_prefix(self, prefix: Lexeme, sign: Lexeme) -> RuleSyntaxError:
        before = self._text[: prefix.start]
        moved = (
            f"{before}NOT {self._text[prefix.start : sign.start]}{self._text[sign.end :].lstrip()}"
        )
        return self._error(sign.start, f"NOT goes before {prefix.text}:", fix=moved)

    def _loose_word(self, sign: Lexeme) -> RuleSyntaxError:
        return self._error(
            sign.start,
            "'~' follows a phrase: write \"army convoy\"~8, "
            "or for other spellings of a word '*' or '?'",
            fix=self._instead(sign, ""),
        )

    def _instead(self, lexeme: Lexeme, new: str) -> str:
        before, after = self._text[: lexeme.start], self._text[lexeme.end :]
        return (before + new + (after if new else after.lstrip(" "))).strip()

    def _error(self, position: int, problem: str, *, fix: str | None = None) -> RuleSyntaxError:
        return RuleSyntaxError(self._text, position, problem, fix=fix)


def _one_line(text: str) -> str:
    """Return the text as it may stand between double quotes."""
    return " ".join(text.translate(_NO_DOUBLE_QUOTES).split())


def literal(text: str, place: Place) -> Term | Wildcard | Phrase:
    """Return the word, wildcard or phrase that a piece of text is; it has at least one word."""
    text = _one_line(text)
    words = word_patterns(text)
    if len(words) > 1:
        return Phrase(text, place=place)
    return Wildcard(text, place=place) if is_pattern(words[0]) else Term(text, place=place)
