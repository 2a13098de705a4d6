"""Read ordinary queries several times faster than ``parser``, which tells what is ordinary and right.

What they are made of tells ``ordinary``. Whatever looks otherwise, or is wrong in any way, is left to the
parser.
"""

from tocsin.rules.checks import Limits
from tocsin.rules.expression import And, Expression, Near, Not, Or, Place
from tocsin.rules.lexer import DEFAULT_DISTANCE
from tocsin.rules.ordinary import AND, CLOSE, END, LEAF, NEAR, NOT, OPEN, OR, SIGNS, TOKEN, literal


_DEEPEST = 12  # brackets
_LONGEST_ROW = 12  # of NEAR


# What is known of a part of the query: it is true at places, as NEAR needs it; it demands something,
# it says nothing (see ``checks``).
_PLACED, _DEMANDS, _VAGUE = 1, 2, 4
_Part = tuple[Expression, int]


class _OutOfTheOrdinaryError(Exception):
    pass


def quick(text: str) -> Expression | None:
    """Return what ``parser`` returns for an ordinary query, None for any other."""
    if len(text) > Limits.CHARACTERS:
        return None
    tokens = TOKEN.findall(text)
    if not 0 < len(tokens) <= Limits.TERMS:
        return None
    try:
        expression, known = _Reader(text, tokens).whole()
    except _OutOfTheOrdinaryError:
        return None
    return expression if known & (_DEMANDS | _VAGUE) == _DEMANDS else None


class _Reader:
    """Recursive descent, as in ``parser``; the next token is at hand."""

    __slots__ = ("_after", "_at", "_depth", "_end", "_start", "_text", "_tokens", "kind", "token")

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._after = 0  # where the last token ends
        self._end = 0
        self._next()

    def whole(self) -> _Part:
        found = self._level()
        # Where the tokens leave something out they are shorter than the text.
        if self.kind != END or self._text[self._end :].strip(" "):
            raise _OutOfTheOrdinaryError
        return found

    def _next(self) -> None:
        self._after = self._end
        if self._at == len(self._tokens):
            self.kind = END
            return
        space, self.token = self._tokens[self._at]
        self._at += 1
        self._start = self._end + len(space)
        self._end = self._start + len(self.token)
        self.kind = SIGNS.get(self.token) or (NEAR if "/" in self.token else LEAF)

    def _level(self) -> _Part:
        first = self._unary()
        join = self.kind
        if join < AND or join == NEAR:
            return first
        is_or = join == OR
        parts = [first]
        while self.kind >= AND:
            if (self.kind == OR) != is_or:
                raise _OutOfTheOrdinaryError
            if self.kind <= OR:
                self._next()
            parts.append(self._unary())
        place = Place(first[0].place[0], parts[-1][0].place[1])
        return _any_of(parts, place) if is_or else _all_of(parts, place)

    def _unary(self) -> _Part:
        if self.kind != NOT:
            return self._near()
        start = self._start
        self._next()
        if self.kind == NOT:
            raise _OutOfTheOrdinaryError
        operand, _ = self._near()
        return Not(operand, place=Place(start, self._after)), 0

    def _near(self) -> _Part:
        found = self._primary()
        row = 0
        while self.kind == NEAR:
            row += 1
            found = self._joined_near(found, int(self.token[5:] or DEFAULT_DISTANCE))
            if row > _LONGEST_ROW:
                raise _OutOfTheOrdinaryError
        return found

    def _joined_near(self, one: _Part, distance: int) -> _Part:
        self._next()
        left, of_left = one
        right, of_right = self._primary()
        if not of_left & of_right & _PLACED or distance > Limits.DISTANCE:
            raise _OutOfTheOrdinaryError
        place = Place(left.place[0], right.place[1])
        return Near(left, right, distance, place=place), _PLACED | _DEMANDS

    def _primary(self) -> _Part:
        if self.kind == LEAF:
            found = _leaf(self.token, self._start, self._end)
            self._next()
            return found
        if self.kind != OPEN or self._depth == _DEEPEST:
            raise _OutOfTheOrdinaryError
        return self._group()

    def _group(self) -> _Part:
        start = self._start
        self._depth += 1
        self._next()
        inside, known = self._level()
        if self.kind != CLOSE:
            raise _OutOfTheOrdinaryError
        self._next()
        self._depth -= 1
        if isinstance(inside, And | Or):  # the brackets are its own
            inside = type(inside)(inside.operands, place=Place(start, self._after))
        return inside, known


def _all_of(parts: list[_Part], place: Place) -> _Part:
    demanding = [known for _, known in parts if known & _DEMANDS]
    known = _DEMANDS if demanding else 0
    if demanding and all(each & _VAGUE for each in demanding):
        known |= _VAGUE
    return And(tuple([operand for operand, _ in parts]), place=place), known


def _any_of(parts: list[_Part], place: Place) -> _Part:
    every, some = _PLACED | _DEMANDS, 0
    for _, known in parts:
        every &= known
        some |= known
    if not every & _DEMANDS:
        raise _OutOfTheOrdinaryError
    return Or(tuple([operand for operand, _ in parts]), place=place), every | (some & _VAGUE)


def _leaf(token: str, start: int, end: int) -> _Part:
    known = literal(token)
    if known is None:
        raise _OutOfTheOrdinaryError
    place = Place(start, end)
    flags = _PLACED | _DEMANDS | (_VAGUE if known.vague else 0)
    return known.sort.of_words(known.text, known.words, place), flags
