"""Why a part of a rule is not true of an article, in words."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from tocsin.matching.evaluate import find, inside, narrowed
from tocsin.matching.explanation import Failure
from tocsin.matching.scope import EVERYWHERE, Scope
from tocsin.matching.setting import Setting
from tocsin.matching.view import TEXT, TITLE, ArticleView
from tocsin.rules import (
    And,
    AtLeast,
    Boost,
    Expression,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    ListReference,
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
from tocsin.rules.walk import is_positional
from tocsin.text import speaks


def reason_of(expression: Expression, view: ArticleView, scope: Scope) -> str:  # noqa: C901 -- one case for each kind of node
    """Return why a false expression is false."""
    match expression:
        case Term() | Wildcard() | Phrase():
            return _where(expression, view, scope)
        case Near(left, right) | Same(left, right):
            absent = next((each for each in (left, right) if not find(each, view, scope)), None)
            if absent is not None:
                return (
                    "only one of the two is there"
                    if _either(left, right, view, scope)
                    else "neither is there"
                )
            return _apart(expression)
        case AtLeast(count, operand):
            return f"there {len(find(operand, view, scope))} times, and {count} are asked for"
        case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
            if is_positional(expression):
                return _where(inside(expression), view, narrowed(expression, scope))
            return reason_of(inside(expression), view, narrowed(expression, scope))
        case Or():
            return "none of them is there"
        case And():
            return "not all of it is there"
        case Not():
            return "it is there"
        case InRegion():
            return "not in the article"
        case Filter():
            return _not_from(expression, view)
        case _:
            assert_never(expression)


def failures_beside(
    rule: Rule, settings: Sequence[Setting], view: ArticleView
) -> Iterator[Failure]:
    """Yield what fails of the conditions beside the query."""
    tag = view.article.language
    if rule.languages and not any(speaks(tag, wanted) for wanted in rule.languages):
        yield Failure(f"language {' or '.join(rule.languages)}", _language(tag))
    if rule.regions is None:
        return
    asked = {each.region: each for each in settings if each.wanted}
    any_of = [asked[region] for region in rule.regions.any]
    if any_of and not any(each.verdict for each in any_of):
        reasons = dict.fromkeys(each.reason for each in any_of)
        names = " or ".join(each.region for each in any_of)
        yield Failure(f"region {names}", "; ".join(reasons))
    for region in rule.regions.all:
        if not asked[region].verdict:
            yield Failure(f"region {region}", asked[region].reason)
    for each in settings:
        if not each.wanted and not each.verdict:
            yield Failure(f"region except {each.region}", each.reason)


def _where(expression: Expression, view: ArticleView, scope: Scope) -> str:
    """Say that something is not there, and whether it is elsewhere or written otherwise."""
    loose = Scope(scope.fields, scope.first, scope.lead)
    if loose != scope and find(expression, view, loose):
        asked = "case" if scope.keep_case else "accents"
        return (
            "there, but not in this case"
            if asked == "case"
            else "there, but not with these accents"
        )
    place = _name(scope)
    if find(expression, view, EVERYWHERE) and scope != EVERYWHERE:
        return f"not in the {place}, though elsewhere in the article"
    return f"not in the {place}"


def _name(scope: Scope) -> str:
    if scope.first is not None:
        return f"first {scope.first} words"
    if scope.lead:
        return "lead"
    if scope.fields == {TITLE, TEXT}:
        return "article"
    return "body" if scope.fields == {TEXT} else next(iter(scope.fields))


def _either(left: Expression, right: Expression, view: ArticleView, scope: Scope) -> bool:
    return bool(find(left, view, scope) or find(right, view, scope))


def _apart(expression: Near | Same) -> str:
    if isinstance(expression, Same):
        unit = "sentence" if expression.unit is Unit.SENTENCE else "paragraph"
        return f"both are there, but never in one {unit}"
    order = " in this order" if expression.ordered else ""
    words = "word" if expression.distance == 1 else "words"
    return f"both are there, but never with at most {expression.distance} {words} between{order}"


def _not_from(asked: Filter, view: ArticleView) -> str:
    article = view.article
    match asked.kind:
        case FilterKind.LANGUAGE:
            return _language(article.language)
        case FilterKind.SOURCE:
            return (
                f"the source is {article.source}" if article.source else "the source is not known"
            )
        case FilterKind.SOURCE_COUNTRY:
            return f"the source's home is {article.home or 'not known'}"
        case _:
            assert_never(asked.kind)


def _language(tag: str) -> str:
    return "the article's language is not known" if tag == "und" else f"the article is in {tag}"
