"""Cut a query into lexemes. What other tools write for the same thing comes out the same."""

# ruff: noqa: RUF001 -- quotes and brackets as people type them

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from tocsin.errors import RuleSyntaxError
from tocsin.rules.expression import FieldName, FilterKind, Level, Place, Unit
from tocsin.rules.suggest import closest


class Kind(Enum):
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()  # number: the distance; ordered
    SAME = auto()  # meaning: Unit
    PREFIX = auto()  # meaning: what the operand is looked at as
    FIRST = auto()  # number
    AT_LEAST = auto()  # number
    BARE = auto()
    QUOTED = auto()
    VALUE = auto()  # the name of a region, a language, a source
    LIST = auto()
    BOOST = auto()  # number
    SLOP = auto()  # number
    FIRST_AFTER = auto()  # number
    END = auto()


class Modifier(Enum):
    CASE = auto()
    EXACT = auto()


Meaning = FieldName | FilterKind | Level | Modifier | Unit


@dataclass(frozen=True, slots=True)
class Lexeme:
    kind: Kind
    start: int
    end: int
    text: str = ""
    number: int = 0
    ordered: bool = False
    meaning: Meaning | None = None

    @property
    def place(self) -> Place:
        return Place(self.start, self.end)


DEFAULT_DISTANCE = 4

PREFIXES: dict[str, Meaning] = {
    "title": FieldName.TITLE,
    "intitle": FieldName.TITLE,
    "headline": FieldName.TITLE,
    "hd": FieldName.TITLE,
    "lead": FieldName.LEAD,
    "ingress": FieldName.LEAD,
    "body": FieldName.BODY,
    "author": FieldName.AUTHOR,
    "tag": FieldName.TAG,
    "url": FieldName.URL,
    "case": Modifier.CASE,
    "exact": Modifier.EXACT,
    "region": Level.MENTION,
    "about": Level.ABOUT,
    "lang": FilterKind.LANGUAGE,
    "source": FilterKind.SOURCE,
    "site": FilterKind.SOURCE,
    "sourcecountry": FilterKind.SOURCE_COUNTRY,
}

_ALIASES = frozenset({"intitle", "headline", "hd", "ingress", "site"})

# What people write who come from elsewhere, and spelling cannot guess.
_MEANT = {
    "language": "lang",
    "la": "lang",
    "lg": "lang",
    "country": "region",
    "place": "region",
    "location": "region",
    "in": "region",
    "inurl": "url",
    "link": "url",
    "by": "author",
    "byline": "author",
    "domain": "source",
    "rst": "source",
    "sn": "source",
    "text": "body",
    "intext": "body",
    "content": "body",
    "lp": "lead",
    "allintitle": "title",
    "ti": "title",
}

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_QUOTES = {
    '"': '"＂',
    "＂": '"＂',
    "“": "”“",
    "„": "”“",
    "«": "»",
    "‹": "›",
    "»": "«",
    "「": "」",
    "『": "』",
}
_QUOTE_SIGNS = '"＂“”„«»‹›「」『』'
_BARE = re.compile(f"[^\\s\u200b\ufeff()（）|^{_QUOTE_SIGNS}]+")
_PREFIX = re.compile(r"([^\W\d][\w-]*)([:=])")
_AROUND = re.compile(r"around\(\s*(\d+)\s*\)", re.IGNORECASE)
_FIRST = re.compile(r"first(\d+)(?=\s*[(（])", re.IGNORECASE)
_AT_LEAST = re.compile(rf"(?:atleast(\d+)(?=[\s(（{_QUOTE_SIGNS}])|repeat(\d+):)", re.IGNORECASE)
_FIRST_AFTER = re.compile(r"/F(\d+)/", re.IGNORECASE)
_FIRST_AFTER_WORD = re.compile(r"(?<=.)/F\d+/$", re.IGNORECASE)
_BOOST = re.compile(r"\^(\d*)(\.\d+)?")
_SLOP = re.compile(r"~(\d*)")
_LIST = re.compile(r"@([\w.-]*\w)")
_MARK = re.compile(r"\|\|?|&&|[(（)）]")
_MARKS = {
    "|": Kind.OR,
    "||": Kind.OR,
    "&&": Kind.AND,
    "(": Kind.OPEN,
    "（": Kind.OPEN,
    ")": Kind.CLOSE,
    "）": Kind.CLOSE,
}
_NEAR = re.compile(r"(near|onear|adj)/?(\d+)|(w)/(\d+)|/(n)(\d+)/", re.IGNORECASE)
_NEAR_UNFINISHED = re.compile(r"(?:near|onear|adj)/.*|/n\D*/?", re.IGNORECASE)
_ORDERED = frozenset({"onear", "adj", "w"})
_MINUS = "-−–"  # word processors turn the first into the others

# Longer numbers are out of every range, and Python refuses to read them at some length.
_MOST_DIGITS = 9


def lex(text: str) -> Iterator[Lexeme]:
    """Yield the lexemes of a query, the last of kind END.

    Raises:
        RuleSyntaxError: something stands there that means nothing in a rule.
    """
    return _Lexer(text).lexemes()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        # For each open bracket whether values stand in it, as in region:(Mali OR Niger).
        self._brackets: list[bool] = []
        self._value_follows = False

    def lexemes(self) -> Iterator[Lexeme]:
        while True:
            if space := _SPACE.match(self._text, self._at):
                self._at = space.end()
            if self._at == len(self._text):
                yield Lexeme(Kind.END, self._at, self._at)
                return
            lexeme = self._next()
            self._at = lexeme.end
            self._follow(lexeme)
            yield lexeme

    def _follow(self, lexeme: Lexeme) -> None:
        """Keep track of whether words or values come next."""
        match lexeme.kind:
            case Kind.OPEN:
                self._brackets.append(self._in_values())
            case Kind.CLOSE if self._brackets:
                self._brackets.pop()
            case _:
                pass
        self._value_follows = lexeme.kind is Kind.PREFIX and isinstance(
            lexeme.meaning, FilterKind | Level
        )

    def _in_values(self) -> bool:
        return self._value_follows or bool(self._brackets and self._brackets[-1])

    def _next(self) -> Lexeme:
        if mark := _MARK.match(self._text, self._at):
            return self._lexeme(_MARKS[mark.group()], mark)
        if self._text[self._at] in _QUOTE_SIGNS:
            return self._quoted()
        if self._in_values():
            return self._value()
        return self._operator() or self._special() or self._bare()

    def _lexeme(self, kind: Kind, found: re.Match[str], digits: str | None = None) -> Lexeme:
        number = self._number(digits, found) if digits is not None else 0
        return Lexeme(kind, found.start(), found.end(), found.group(), number)

    def _quoted(self) -> Lexeme:
        start = self._at
        sign = self._text[start]
        if sign not in _QUOTES:
            raise self._error(f"a closing quote {sign} without an opening one")
        ends = [at for close in _QUOTES[sign] if (at := self._text.find(close, start + 1)) >= 0]
        if not ends:
            closed = self._text.rstrip() + _QUOTES[sign][0]
            raise self._error("a quote is opened and never closed", fix=closed)
        end = min(ends)
        return Lexeme(Kind.QUOTED, start, end + 1, self._text[start + 1 : end])

    def _value(self) -> Lexeme:
        run = self._run()
        if run.group() in {"AND", "OR", "NOT"}:
            return self._lexeme(Kind[run.group()], run)
        if run.group()[0] in _MINUS and len(run.group()) > 1:
            return Lexeme(Kind.NOT, self._at, self._at + 1, run.group()[0])
        if run.group().endswith((",", ";")):
            raise self._stray_comma(run)
        if run.group() == "^":
            raise self._error("a weight goes behind the bracket that closes")
        return self._lexeme(Kind.VALUE, run)

    def _operator(self) -> Lexeme | None:
        if around := _AROUND.match(self._text, self._at):
            return self._lexeme(Kind.NEAR, around, around[1])
        if after := _FIRST_AFTER.match(self._text, self._at):
            return self._lexeme(Kind.FIRST_AFTER, after, after[1])
        run = self._run()
        match run.group():
            case "AND" | "OR" | "NOT":
                return self._lexeme(Kind[run.group()], run)
            case "NEAR" | "ONEAR":
                ordered = run.group() == "ONEAR"
                place = (run.start(), run.end(), run.group())
                return Lexeme(Kind.NEAR, *place, DEFAULT_DISTANCE, ordered)
            case "SENTENCE" | "PARAGRAPH" | "SAME" | "same":
                unit = Unit.SENTENCE if run.group() == "SENTENCE" else Unit.PARAGRAPH
                return Lexeme(Kind.SAME, run.start(), run.end(), run.group(), meaning=unit)
            case _:
                return self._near(run)

    def _near(self, run: re.Match[str]) -> Lexeme | None:
        found = _NEAR.fullmatch(run.group())
        if found is None:
            if _NEAR_UNFINISHED.fullmatch(run.group()):
                raise self._error(f"expected a number of words in {run.group()!r}, as in NEAR/8")
            return None
        name, digits = (part for part in found.groups() if part is not None)
        distance = self._number(digits, run)
        ordered = name.lower() in _ORDERED
        return Lexeme(Kind.NEAR, run.start(), run.end(), run.group(), distance, ordered)

    def _special(self) -> Lexeme | None:
        """Read what starts with a sign of its own, or a name before a colon or a number."""
        if first := _FIRST.match(self._text, self._at):
            return self._lexeme(Kind.FIRST, first, first[1])
        if count := _AT_LEAST.match(self._text, self._at):
            return self._lexeme(Kind.AT_LEAST, count, count[1] or count[2])
        if prefix := _PREFIX.match(self._text, self._at):
            return self._prefix(prefix)
        match self._text[self._at]:
            case "^":
                return self._boost()
            case "~":
                return self._slop()
            case "@" if name := _LIST.match(self._text, self._at):
                return Lexeme(Kind.LIST, name.start(), name.end(), name[1])
            case sign if sign in _MINUS and len(self._run().group()) > 1:
                return Lexeme(Kind.NOT, self._at, self._at + 1, sign)
            case _:
                return None

    def _prefix(self, found: re.Match[str]) -> Lexeme:
        name = found[1].lower()
        if name in PREFIXES:
            meaning = PREFIXES[name]
            return Lexeme(Kind.PREFIX, found.start(), found.end(), found[1], meaning=meaning)
        meant = _MEANT.get(name) or closest(name, PREFIXES)
        run = self._run()
        if meant and not run.group().startswith(f"{found.group()}//"):
            fix = f"{self._text[: self._at]}{meant}:{self._text[found.end() :]}"
        else:
            fix = f'{self._text[: self._at]}"{run.group()}"{self._text[run.end() :]}'
        known = ", ".join(f"{prefix}:" for prefix in PREFIXES if prefix not in _ALIASES)
        raise self._error(
            f"there is no field {found.group()!r}: known are {known}; "
            "text with a colon goes in quotes",
            fix=fix,
        )

    def _boost(self) -> Lexeme:
        found = _BOOST.match(self._text, self._at)
        assert found
        if not found[1] or found[2]:
            raise self._error("expected a whole number after '^', as in Mali^9")
        return self._lexeme(Kind.BOOST, found, found[1])

    def _slop(self) -> Lexeme:
        found = _SLOP.match(self._text, self._at)
        assert found
        if not found[1]:
            raise self._error(
                "expected a number of words after '~', as in \"army convoy\"~8",
                fix=self._text[: self._at] + self._text[found.end() :],
            )
        return self._lexeme(Kind.SLOP, found, found[1])

    def _bare(self) -> Lexeme:
        run = self._run()
        word = run.group()
        self._refuse_foreign_signs(run)
        if "~" in word:
            word = word.partition("~")[0]
        if after := _FIRST_AFTER_WORD.search(word):
            word = word[: after.start()]
        return Lexeme(Kind.BARE, self._at, self._at + len(word), word)

    def _refuse_foreign_signs(self, run: re.Match[str]) -> None:
        """Name the signs that mean something in other tools; here they would be lost in silence."""
        word = run.group()
        if word.endswith((",", ";")):
            raise self._stray_comma(run)
        if word == "&":
            raise self._error("'&' is not an operator: write AND", fix=self._replaced(run, "AND"))
        if word[0] == "+":
            raise self._error(
                "'+' is not an operator: every word must be there unless OR says otherwise",
                fix=self._replaced(run, word[1:]),
            )
        if word[0] == "!":
            raise self._error(
                "'!' is not an operator: write NOT", fix=self._replaced(run, f"NOT {word[1:]}")
            )
        if word[0] in "[]{}<>":
            raise self._error(
                f"{word[0]!r} means nothing here: groups are written with ( and )",
                fix=self._text.translate(str.maketrans("[]{}<>", "()()()")),
            )
        self._refuse_single_quotes(word)

    def _refuse_single_quotes(self, word: str) -> None:
        close = {"'": "'", "‘": "’"}.get(word[0])
        if close is None:
            return
        end = re.compile(rf"{close}(?=[\s()]|$)").search(self._text, self._at + 1)
        if end is None:
            return
        inside = self._text[self._at + 1 : end.start()]
        raise self._error(
            "phrases are written with double quotes",
            fix=f'{self._text[: self._at]}"{inside}"{self._text[end.end() :]}',
        )

    def _stray_comma(self, run: re.Match[str]) -> RuleSyntaxError:
        word = run.group()
        sign = word[-1]
        return RuleSyntaxError(
            self._text,
            run.end() - 1,
            f"{sign!r} joins nothing: write OR between alternatives, AND between what must all be there",
            fix=self._replaced(run, f"{word.rstrip(',;')} OR"),
        )

    def _run(self) -> re.Match[str]:
        found = _BARE.match(self._text, self._at)
        if found is None:  # a lone sign that only follows something
            found = re.compile(".", re.DOTALL).match(self._text, self._at)
        assert found
        return found

    def _replaced(self, run: re.Match[str], new: str) -> str:
        return self._text[: run.start()] + new + self._text[run.end() :]

    def _number(self, digits: str, found: re.Match[str]) -> int:
        if len(digits) > _MOST_DIGITS:
            raise RuleSyntaxError(self._text, found.start(), "the number is far too large")
        return int(digits)

    def _error(self, problem: str, *, fix: str | None = None) -> RuleSyntaxError:
        return RuleSyntaxError(self._text, self._at, problem, fix=fix)
