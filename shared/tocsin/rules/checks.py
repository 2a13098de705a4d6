"""What a query must not say, although it can be read."""

import re
from collections.abc import Collection
from typing import Final

from tocsin.errors import RuleSyntaxError
from tocsin.rules.expression import (
    And,
    AtLeast,
    Expression,
    FieldName,
    Filter,
    FirstWords,
    InField,
    InRegion,
    Not,
    Or,
    SameCase,
    Term,
)
from tocsin.rules.lexer import Kind, Lexeme
from tocsin.rules.stop_words import is_stop_word
from tocsin.rules.walk import children, walk
from tocsin.rules.words import word_patterns


class Limits:
    CHARACTERS: Final = 20_000
    TERMS: Final = 2_000
    DISTANCE: Final = 50
    COUNT: Final = 100
    FIRST_WORDS: Final = 1_000
    WEIGHT: Final = 100
    DEPTH: Final = 40


_ASTERISK = re.compile(r"\*+")
_QUESTION_BEFORE = re.compile(r"(?<![^\W_])(?<![?*])\?+(?=[^\W_])")
_WORD_END = re.compile(r"^[\w*?]+")
LETTERS_BEFORE_ASTERISK = 3
_LETTERS_BESIDE_QUESTION_MARKS = 2


def check_literal(lexeme: Lexeme, query: str) -> None:
    """Refuse a word or phrase that could not be found, or that would find nearly everything."""

    def error(offset: int, problem: str, fixed: str | None = None) -> RuleSyntaxError:
        quoted = lexeme.kind is Kind.QUOTED
        position = lexeme.start + quoted + offset
        if fixed is None or not fixed.strip():
            return RuleSyntaxError(query, position, problem)
        new = f'"{fixed}"' if quoted else fixed
        fix = query[: lexeme.start] + new + query[lexeme.end :]
        return RuleSyntaxError(query, position, problem, fix=fix)

    text = lexeme.text
    for found in _ASTERISK.finditer(text):
        problem = _problem_of_asterisk(text, found)
        if problem:
            raise error(found.start(), problem, _without_asterisk(text, found))
    if not word_patterns(text):
        shown = query[lexeme.start : lexeme.end]
        problem = f"{shown!r} has no letter or digit that could be looked for"
        raise error(0, f"{problem}: write NOT to leave something out" if shown == "-" else problem)
    if question := _QUESTION_BEFORE.search(text):
        raise error(
            question.start(),
            "'?' stands for one letter within a word, not for the first: write wom?n",
            text[: question.start()] + text[question.end() :],
        )
    if lexeme.kind is Kind.BARE and text.endswith("?"):
        raise error(
            len(text) - 1,
            "'?' stands for one letter within a word: write wom?n, or '*' at the end",
            text.rstrip("?"),
        )
    for word in word_patterns(text):
        if "?" in word and sum(map(str.isalnum, word)) < _LETTERS_BESIDE_QUESTION_MARKS:
            raise error(text.index("?"), "too few letters beside '?': give at least two")


def _problem_of_asterisk(text: str, found: re.Match[str]) -> str:
    before = word_patterns(text[: found.start()])
    attached = found.start() > 0 and not text[found.start() - 1].isspace() and before
    if not attached:
        return (
            "'*' stands for the end of a word, not for its beginning or a whole word: write attack*"
        )
    if text[found.end() : found.end() + 1].isalnum() or text[found.end() : found.end() + 1] == "?":
        return "'*' stands for the end of a word, not for its middle: write attack*, or '?' for one letter"
    if len(found.group()) > 1:
        return "one '*' is enough"
    letters = _letters_before(text, found.start())
    if letters < LETTERS_BEFORE_ASTERISK:
        return (
            f"'*' needs at least {LETTERS_BEFORE_ASTERISK} letters before it: "
            f"with fewer it stands for far too many words"
        )
    return ""


def _without_asterisk(text: str, found: re.Match[str]) -> str:
    """Return the nearest thing that may be meant: ``att*`` for ``att*ck``."""
    rest = _WORD_END.sub("", text[found.end() :], count=1)
    if found.start() > 0 and _letters_before(text, found.start()) >= LETTERS_BEFORE_ASTERISK:
        return f"{text[: found.start()]}*{rest}"
    return text[: found.start()] + text[found.end() :]


def _letters_before(text: str, position: int) -> int:
    last = word_patterns(text[:position])[-1:]
    return sum(map(str.isalnum, "".join(last)))


def check_operand(operand: Expression, operator: str, query: str) -> None:
    """Refuse within NEAR and its kin what is not at a place in the text."""
    for node in walk(operand):
        match node:
            case And():
                problem = f"AND cannot stand inside {operator}: write OR, a phrase or another NEAR"
            case Not():
                problem = f"NOT removes whole articles, so it cannot stand inside {operator}"
            case AtLeast():
                problem = f"atleast{node.count} cannot stand inside {operator}"
            case InRegion() | Filter():
                problem = f"what is said of the whole article cannot stand inside {operator}"
            case _:
                continue
        raise RuleSyntaxError(query, node.place.start, problem)


def check_scope(
    operand: Expression, scope: str, query: str, *, forbidden: Collection[FieldName] = ()
) -> None:
    """Refuse within ``title:( )`` and its kin what looks elsewhere."""
    for node in walk(operand):
        match node:
            case InRegion() | Filter():
                problem = f"what is said of the whole article cannot stand inside {scope}"
            case InField() if node.name in forbidden:
                problem = f"'{node.name}:' cannot stand inside {scope}"
            case _:
                continue
        raise RuleSyntaxError(query, node.place.start, problem)


def check(expression: Expression, query: str) -> None:
    """Refuse a rule that would match nearly every article."""
    _check_branches(expression, query)
    if not _demands(expression):
        raise RuleSyntaxError(
            query,
            expression.place.start,
            "NOT only takes articles away: say what must be there, too",
        )
    if (word := _stop_word(expression)) is not None:
        raise _says_nothing(word, query)


def _says_nothing(word: Term, query: str) -> RuleSyntaxError:
    start, end = word.place
    if not word.text.isupper():
        problem = f"{word.text!r} is in nearly every article: put it in a phrase, or leave it out"
        return RuleSyntaxError(query, start, problem)
    capitals = f"case:{query[start:end]}"
    return RuleSyntaxError(
        query,
        start,
        f"{word.text!r} also finds {word.text.lower()!r}, which is in nearly every article: "
        f"write {capitals} for capitals only",
        fix=f"{query[:start]}{capitals}{query[end:]}",
    )


def _check_branches(expression: Expression, query: str) -> None:
    for node in walk(expression):
        if isinstance(node, Or):
            for branch in node.operands:
                if not _demands(branch):
                    raise RuleSyntaxError(
                        query,
                        branch.place.start,
                        "NOT cannot be all that one side of OR has: nearly every article would match",
                    )


def _demands(expression: Expression) -> bool:
    """Tell whether the expression asks for something, not only for absence."""
    match expression:
        case Not():
            return False
        case And(operands):
            return any(map(_demands, operands))
        case Or(operands):
            return all(map(_demands, operands))
        case _:
            return all(map(_demands, children(expression)))


def _stop_word(expression: Expression) -> Term | None:
    """Return the word of no meaning that all else hangs on, or None."""
    match expression:
        case Term() if all(map(is_stop_word, expression.words)):
            return expression
        case SameCase(operand=Term(text=text)) if not text.islower():
            return None  # case:WHO, case:IT
        case And(operands):
            found = [_stop_word(operand) for operand in operands if _demands(operand)]
            return None if None in found else found[0]
        case Or(operands):
            return next((word for o in operands if (word := _stop_word(o)) is not None), None)
        case InField(operand=operand) | FirstWords(operand=operand):
            return _stop_word(operand)
        case _:
            return None
