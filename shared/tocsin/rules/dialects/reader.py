"""Read a query of another tool into our tree; each dialect says what differs.

::

    level   = operand (sign operand)*      one level for each sign, from the loosest to the tightest
    postfix = primary ("^9" | "~8" | "/F50/")*
    primary = "(" level ")" | field postfix | "atleast3" postfix | word | phrase

What has no counterpart is left out with a note, and whatever joins it is read without it.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from tocsin.errors import RuleSyntaxError
from tocsin.rules.checks import Limits
from tocsin.rules.dialects.scanner import Lexeme, Lexicon, Sign, scan
from tocsin.rules.dialects.translation import Note, Translation
from tocsin.rules.expression import (
    NOWHERE,
    And,
    AtLeast,
    Boost,
    Expression,
    FieldName,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    Literal,
    Near,
    Not,
    Or,
    Phrase,
    Same,
    SameAccents,
    SameCase,
    Unit,
)
from tocsin.rules.parser import literal, parse
from tocsin.rules.printer import to_text
from tocsin.rules.suggest import language_code
from tocsin.rules.walk import is_positional
from tocsin.rules.words import word_patterns, words_as_written
from tocsin.text import is_tag


# What reads one word or phrase that follows a field's name.
Value = Callable[["Reader", Lexeme], Expression | None]

_OPERANDS = frozenset(
    {
        *(Sign.OPEN, Sign.FIELD, Sign.AT_LEAST, Sign.CASE, Sign.EXACT, Sign.PLUS),
        *(Sign.WORD, Sign.PHRASE, Sign.LOST),
    }
)
_NEARS = frozenset({Sign.NEAR, Sign.ORDERED, Sign.SENTENCE, Sign.PARAGRAPH})
_DEFAULT_DISTANCE = 4


class Reader:
    """What the dialects have in common.

    ``levels`` are the signs from the loosest to the tightest; ``implied`` is the one meant
    where two operands stand side by side. ``fields`` say where to look, how to read a value, or
    why a field is lost; a field that is not among them is lost, too.
    """

    lexicon: ClassVar[Lexicon]
    levels: ClassVar[tuple[Sign, ...]] = (Sign.OR, Sign.AND, Sign.NOT, Sign.NEAR)
    implied: ClassVar[Sign] = Sign.AND
    fields: ClassVar[Mapping[str, FieldName | Value | str]] = {}

    def __init__(self, text: str) -> None:
        self.text = text
        self._lexemes = list(scan(text, self.lexicon))
        self._index = 0
        self._depth = 0
        self._value: Value | None = None
        self._row: Sign | None = None  # what joined the operands that were read last, if several
        self._changed: list[Note] = []
        self._lost: list[Note] = []

    def translation(self) -> Translation:
        """Read the whole query.

        Raises:
            RuleSyntaxError: it cannot be read, or nothing that is a rule is left of it.
        """
        if len(self.text) > Limits.CHARACTERS:
            problem = f"a query has at most {Limits.CHARACTERS:,} characters"
            raise self.error(Limits.CHARACTERS, problem)
        expression = self._level(0)
        if self.peek().sign is not Sign.END:
            raise self._unexpected("the end")
        if expression is None:
            raise self.error(0, "nothing of the query can be carried over")
        query = to_text(expression)
        return Translation(query, self._checked(query), tuple(self._changed), tuple(self._lost))

    def changed(self, lexeme: Lexeme, message: str) -> None:
        self._changed.append(Note(lexeme.start, lexeme.end, lexeme.text, message))

    def lost(self, lexeme: Lexeme, message: str) -> None:
        self._lost.append(Note(lexeme.start, lexeme.end, lexeme.text, message))

    def error(self, position: int, problem: str) -> RuleSyntaxError:
        return RuleSyntaxError(self.text, position, problem)

    # What dialects say otherwise

    def word(self, lexeme: Lexeme) -> Expression | None:
        """Read a word or a phrase of the text."""
        text = lexeme.groups.get("text", lexeme.text)
        return self.literal_of(lexeme, text)

    def distance(self, lexeme: Lexeme) -> int:
        """Return how many words may lie between, as we count."""
        return _DEFAULT_DISTANCE if lexeme.number is None else lexeme.number

    def mixed(self, place: Lexeme) -> None:
        """Be told of AND and OR in one row; ``place`` is somewhere in it."""

    # Reading

    def peek(self) -> Lexeme:
        return self._lexemes[self._index]

    @property
    def end(self) -> int:
        """Where what was taken last ends."""
        return self._lexemes[self._index - 1].end

    def take(self) -> Lexeme:
        lexeme = self._lexemes[self._index]
        if lexeme.sign is not Sign.END:
            self._index += 1
        return lexeme

    def _level(self, depth: int) -> Expression | None:
        if depth == len(self.levels):
            self._row = None
            return self._postfix()
        match self.levels[depth]:
            case Sign.NOT:
                return self._negation(depth)
            case Sign.NEAR:
                return self._near(depth)
            case Sign.ADJACENT:
                return self._adjacent(depth)
            case sign:
                return self._joined(sign, depth)

    def _joined(self, sign: Sign, depth: int) -> Expression | None:
        start = self.peek()
        operands: list[Expression | None] = []
        others: set[Sign | None] = set()
        while not operands or self._takes_join(sign):
            operands.append(self._level(depth + 1))
            others.add(self._row)
        if len(operands) > 1:
            if others & {Sign.AND, Sign.OR} - {sign}:
                self.mixed(start)
            self._row = sign
        return self.joined(sign, [operand for operand in operands if operand is not None])

    def joined(self, sign: Sign, operands: list[Expression]) -> Expression | None:
        if len(operands) < 2:
            return operands[0] if operands else None
        return Or(tuple(operands)) if sign is Sign.OR else And(tuple(operands))

    def _takes_join(self, sign: Sign) -> bool:
        if self.peek().sign is sign:
            self.take()
            return True
        follows = self.peek().sign
        implied = follows in _OPERANDS and self.implied is sign
        return implied or (follows is Sign.NOT and sign is Sign.AND)

    def _negation(self, depth: int) -> Expression | None:
        if self.peek().sign is not Sign.NOT:
            return self._level(depth + 1)
        self.take()
        operand = self._level(depth + 1)
        return None if operand is None else Not(operand)

    def _near(self, depth: int) -> Expression | None:
        left = self._level(depth + 1)
        row = 0
        while self.peek().sign in _NEARS:
            operator = self.take()
            row += 1
            if row > Limits.DEPTH:
                raise self.error(operator.start, f"more than {Limits.DEPTH} in a row")
            left = self._pair(operator, left, self._level(depth + 1))
        return left

    def _pair(
        self, operator: Lexeme, left: Expression | None, right: Expression | None
    ) -> Expression | None:
        if left is None or right is None:
            return left or right
        if not (is_positional(left) and is_positional(right)):
            raise self.error(
                operator.start,
                f"{operator.text} joins words, phrases and OR-groups here, not AND or NOT: "
                "spell it out before it is imported",
            )
        match operator.sign:
            case Sign.SENTENCE:
                return Same(left, right, Unit.SENTENCE)
            case Sign.PARAGRAPH:
                return Same(left, right, Unit.PARAGRAPH)
            case sign:
                return Near(left, right, self._capped(operator), sign is Sign.ORDERED)

    def _capped(self, operator: Lexeme) -> int:
        distance = self.distance(operator)
        if distance <= Limits.DISTANCE:
            return distance
        self.changed(operator, f"at most {Limits.DISTANCE} words may lie between here")
        return Limits.DISTANCE

    def _adjacent(self, depth: int) -> Expression | None:
        """Read neighbours as a phrase, or, where one is a group, one right behind the other."""
        first = self.peek()
        whole = self._level(depth + 1)
        while self.peek().sign in _OPERANDS or self.peek().sign is Sign.ADJACENT:
            if self.peek().sign is Sign.ADJACENT:
                self.take()
            whole = self._next_to(first, whole, self._level(depth + 1))
        return whole

    def _next_to(
        self, first: Lexeme, left: Expression | None, right: Expression | None
    ) -> Expression | None:
        if left is None or right is None:
            return left or right
        if isinstance(left, Literal) and isinstance(right, Literal):
            phrase = literal(f"{left.text} {right.text}", NOWHERE)
            if not isinstance(left, Phrase):
                self.changed(first, "words side by side are a phrase")
            return phrase
        if not (is_positional(left) and is_positional(right)):
            raise self.error(self.peek().start, "expected an operator between these two")
        return Near(left, right, 0, ordered=True)

    def _postfix(self) -> Expression | None:
        operand = self._primary()
        while True:
            match self.peek().sign:
                case Sign.BOOST:
                    operand = self._boosted(self.take(), operand)
                case Sign.SLOP:
                    operand = self._loose(self.take(), operand)
                case Sign.FIRST:
                    operand = self._first(self.take(), operand)
                case _:
                    return operand

    def _boosted(self, sign: Lexeme, operand: Expression | None) -> Expression | None:
        if sign.number is None or not 1 <= sign.number <= Limits.WEIGHT:
            self.lost(sign, f"a weight is a whole number from 1 to {Limits.WEIGHT} here")
            return operand
        if operand is None or isinstance(operand, Boost):
            return operand
        return Boost(operand, sign.number)

    def _loose(self, sign: Lexeme, operand: Expression | None) -> Expression | None:
        if operand is None:
            return None
        if isinstance(operand, InField):
            inside = self._loose(sign, operand.operand)
            return None if inside is None else InField(operand.name, inside)
        if not isinstance(operand, Phrase):
            self.lost(sign, "words that are spelt alike are not looked for")
            return operand
        first, *others = (literal(each, NOWHERE) for each in words_as_written(operand.text))
        distance = self._capped(sign)
        near: Expression = first
        for word in others[: Limits.DEPTH]:
            near = Near(near, word, distance)
        if len(others) > 1:
            self.changed(sign, f"each word within {distance} words of those before it")
        return near

    def _first(self, sign: Lexeme, operand: Expression | None) -> Expression | None:
        count = sign.number or 1
        return None if operand is None else FirstWords(min(count, Limits.FIRST_WORDS), operand)

    def _primary(self) -> Expression | None:
        lexeme = self.take()
        self._depth += 1
        if self._depth > Limits.DEPTH:
            raise self.error(lexeme.start, f"brackets are nested deeper than {Limits.DEPTH}")
        found = self._opened(lexeme)
        self._depth -= 1
        return found

    def _opened(self, lexeme: Lexeme) -> Expression | None:
        match lexeme.sign:
            case Sign.OPEN:
                return self._group(lexeme)
            case Sign.FIELD:
                return self._in_field(lexeme)
            case Sign.AT_LEAST:
                return self._at_least(lexeme)
            case Sign.CASE | Sign.EXACT:
                return self._as_written(lexeme)
            case Sign.PLUS:
                return self._primary()
            case Sign.WORD | Sign.PHRASE:
                return self._value(self, lexeme) if self._value else self.word(lexeme)
            case Sign.LOST:
                self.lost(lexeme, "there is nothing like it here")
                return None
            case _:
                self._index -= lexeme.sign is not Sign.END
                raise self._unexpected("a word, a phrase or '('")

    def _group(self, opening: Lexeme) -> Expression | None:
        inside = self._level(0)
        self._row = None
        if self.take().sign is not Sign.CLOSE:
            raise self.error(opening.start, "this bracket is never closed")
        return inside

    def _in_field(self, lexeme: Lexeme) -> Expression | None:
        name = lexeme.groups["name"].lower()
        meaning = self.fields.get(name, "there is no such field here")
        match meaning:
            case FieldName():
                operand = self._primary()
                return None if operand is None else InField(meaning, operand)
            case str() as why:
                self._pass_over(lexeme, why)
                return None
            case read_value:
                outer, self._value = self._value, read_value
                found = self._primary()
                self._value = outer
                return found

    def _pass_over(self, lexeme: Lexeme, why: str) -> None:
        """Note that a field is lost with all that it holds."""
        before = len(self._changed), len(self._lost)
        self._primary()
        del self._changed[before[0] :], self._lost[before[1] :]
        end = self.end
        written = self.text[lexeme.start : end]
        self._lost.append(Note(lexeme.start, end, written, why))

    def _at_least(self, sign: Lexeme) -> Expression | None:
        operand = self._primary()
        if operand is None:
            return None
        if not is_positional(operand):
            raise self.error(sign.start, f"{sign.text} counts words, phrases and OR-groups here")
        return AtLeast(max(1, min(sign.number or 1, Limits.COUNT)), operand)

    def _as_written(self, sign: Lexeme) -> Expression | None:
        operand = self._primary()
        if operand is None:
            return None
        return SameCase(operand) if sign.sign is Sign.CASE else SameAccents(operand)

    def literal_of(self, lexeme: Lexeme, text: str) -> Expression | None:
        """Return what a piece of text looks for; lost where it cannot be looked for."""
        if not word_patterns(text):
            self.lost(lexeme, "it has no letter or digit that could be looked for")
            return None
        found = literal(text, NOWHERE)
        try:
            parse(f"x1 {to_text(found)}")
        except RuleSyntaxError as error:
            self.lost(lexeme, error.problem)
            return None
        return found

    def _checked(self, query: str) -> Expression:
        try:
            return parse(query)
        except RuleSyntaxError as error:
            raise self.error(
                0, f"the rule would be {query!r}, which cannot be: {error.problem}"
            ) from None

    def _unexpected(self, wanted: str) -> RuleSyntaxError:
        found = self.peek()
        shown = "the query ends" if found.sign is Sign.END else f"there is {found.text!r}"
        return self.error(found.start, f"expected {wanted}, but {shown}")


# Values that several dialects have


def language(reader: Reader, lexeme: Lexeme) -> Expression | None:
    name = lexeme.groups.get("text", lexeme.text).strip()
    tag = name if is_tag(name) else language_code(name)
    if tag is None:
        reader.lost(lexeme, f"{name!r} is no language that we know by name")
        return None
    return Filter(FilterKind.LANGUAGE, tag)


def source(reader: Reader, lexeme: Lexeme) -> Expression | None:
    """Read a site, of which only the host counts."""
    written = lexeme.groups.get("text", lexeme.text).strip()
    host, _, path = written.removeprefix("https://").removeprefix("http://").partition("/")
    host = host.removeprefix("*.").removeprefix("www.").removeprefix(".")
    if path:
        reader.changed(lexeme, f"only the site counts, not the path /{path}")
    if not host:
        reader.lost(lexeme, "it names no site")
        return None
    return Filter(FilterKind.SOURCE, host)


def country_of_source(reader: Reader, lexeme: Lexeme) -> Expression | None:
    name = lexeme.groups.get("text", lexeme.text).strip()
    if not name:
        reader.lost(lexeme, "it names no country")
        return None
    return Filter(FilterKind.SOURCE_COUNTRY, name)
