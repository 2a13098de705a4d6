"""What an expression means; slow and obviously right.

``holds`` decides, ``find`` tells where. The index may choose the rules to ask, the
explanation may say more, but neither decides anything.
"""

from dataclasses import replace
from typing import assert_never

from tocsin.matching.intervals import Interval, between, minimal, over, pairs, pairs_in_order
from tocsin.matching.scope import EVERYWHERE, Scope
from tocsin.matching.setting import in_region, is_from, is_set
from tocsin.matching.view import ArticleView, Stream
from tocsin.rules import (
    And,
    AtLeast,
    Boost,
    Expression,
    Filter,
    FirstWords,
    InField,
    InRegion,
    ListReference,
    Literal,
    Near,
    Not,
    Or,
    Phrase,
    Rule,
    Same,
    SameAccents,
    SameCase,
    Term,
    Unit,
    Wildcard,
)
from tocsin.rules.words import matches, original_patterns
from tocsin.text import speaks, tokenise_any


def evaluate(rule: Rule, view: ArticleView) -> bool:
    """Tell whether an article satisfies a rule."""
    return (
        _is_in_language(rule, view)
        and (rule.regions is None or is_set(rule.regions, view))
        and (rule.expression is None or holds(rule.expression, view))
    )


def holds(expression: Expression, view: ArticleView, scope: Scope = EVERYWHERE) -> bool:
    """Tell whether an expression is true of an article."""
    match expression:
        case Term() | Wildcard() | Phrase() | Near() | Same():
            return bool(find(expression, view, scope))
        case And(operands):
            return all(holds(operand, view, scope) for operand in operands)
        case Or(operands):
            return any(holds(operand, view, scope) for operand in operands)
        case Not(operand):
            return not holds(operand, view, scope)
        case AtLeast(count, operand):
            return len(find(operand, view, scope)) >= count
        case InRegion(level=level, region=region):
            return in_region(region, level, view)
        case Filter():
            return is_from(expression, view.article)
        case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
            return holds(inside(expression), view, narrowed(expression, scope))
        case _:
            assert_never(expression)


def find(expression: Expression, view: ArticleView, scope: Scope = EVERYWHERE) -> list[Interval]:
    """Return the minimal intervals at which an expression is true, in order.

    Raises:
        TypeError: the expression is true of articles, not of places in them.
    """
    match expression:
        case Term() | Wildcard() | Phrase():
            return _literal(expression, view, scope)
        case Near(left, right, distance, ordered):
            matching = pairs_in_order if ordered else pairs
            found = matching(find(left, view, scope), find(right, view, scope))
            return minimal(over(*pair) for pair in found if between(*pair) <= distance)
        case Same(left, right, unit):
            found = pairs(find(left, view, scope), find(right, view, scope))
            return minimal(over(*pair) for pair in found if _within(unit, view, over(*pair)))
        case Or(operands):
            return minimal(interval for each in operands for interval in find(each, view, scope))
        case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
            return find(inside(expression), view, narrowed(expression, scope))
        case And() | Not() | AtLeast() | InRegion() | Filter():
            raise TypeError(f"{type(expression).__name__} is not true at places in a text")
        case _:
            assert_never(expression)


Wrapper = InField | FirstWords | SameCase | SameAccents | Boost | ListReference


def inside(wrapper: Wrapper) -> Expression:
    """Return what is looked for within a changed scope."""
    if not isinstance(wrapper, ListReference):
        return wrapper.operand
    if wrapper.alternatives is None:
        raise ValueError(f"the list @{wrapper.name} was not resolved")
    return wrapper.alternatives


def narrowed(wrapper: Wrapper, scope: Scope) -> Scope:
    """Return the scope in which the inside is looked for."""
    match wrapper:
        case InField(field):
            return scope.within(field)
        case FirstWords(count):
            return scope.within_first(count)
        case SameCase():
            return replace(scope, keep_case=True)
        case SameAccents():
            return replace(scope, keep_accents=True)
        case Boost() | ListReference():
            return scope
        case _:
            assert_never(wrapper)


def _literal(literal: Literal, view: ArticleView, scope: Scope) -> list[Interval]:
    length = len(literal.words)
    return [
        Interval(index, first, first + length - 1)
        for index, stream in enumerate(view.streams)
        for first in _starts(literal, stream, scope.visible(view, stream))
        if _is_written(literal, stream, first, scope)
    ]


def _starts(literal: Literal, stream: Stream, visible: int) -> list[int]:
    """Return the positions from which the words follow one another within one paragraph."""
    length = len(literal.words)
    first, *others = (stream.find(word) for word in literal.words)
    if not others:
        return [start for start in first if start < visible]
    starts = set(first)
    for offset, positions in enumerate(others, start=1):
        starts &= {position - offset for position in positions}
    return [
        start
        for start in sorted(starts)
        if start + length <= visible and _is_in_one_paragraph(stream, start, start + length - 1)
    ]


def _is_in_one_paragraph(stream: Stream, first: int, last: int) -> bool:
    return first == last or stream.paragraph_of(first) == stream.paragraph_of(last)


def _within(unit: Unit, view: ArticleView, interval: Interval) -> bool:
    stream = view.streams[interval.stream]
    unit_of = stream.sentence_of if unit is Unit.SENTENCE else stream.paragraph_of
    return unit_of(interval.first) == unit_of(interval.last)


def _is_written(literal: Literal, stream: Stream, first: int, scope: Scope) -> bool:
    """Tell whether the original has the case and the accents that the scope asks for."""
    if not (scope.keep_case or scope.keep_accents):
        return True
    last = first + len(literal.words) - 1
    written = stream.text[stream.tokens.spans[first][0] : stream.tokens.spans[last][1]]
    keep = {"keep_case": scope.keep_case, "keep_accents": scope.keep_accents}
    words = tokenise_any(written, **keep).words
    patterns = original_patterns(literal.text, **keep)
    return len(words) == len(patterns) and all(map(matches, patterns, words))


def _is_in_language(rule: Rule, view: ArticleView) -> bool:
    tag = view.article.language
    return not rule.languages or any(speaks(tag, wanted) for wanted in rule.languages)
