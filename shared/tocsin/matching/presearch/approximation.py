"""Say in features what a rule asks for; more loosely where features cannot say it.

An article that satisfies a rule satisfies its approximation. Where the approximation is exact the
reverse holds, too, and nobody needs to evaluate the rule.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple, assert_never

from tocsin.matching.evaluate import inside, narrowed
from tocsin.matching.presearch.facts import (
    at_home_in,
    from_source,
    in_language,
    is_set_in,
    touches,
)
from tocsin.matching.presearch.features import (
    Feature,
    Kind,
    Reference,
    Space,
    Zone,
    phrase,
    prefix,
    word,
)
from tocsin.matching.presearch.formula import (
    ALWAYS,
    NEVER,
    AnyOf,
    Close,
    Formula,
    every,
    negation,
    some,
)
from tocsin.matching.scope import EVERYWHERE, Scope
from tocsin.matching.setting import SURE_ENOUGH
from tocsin.matching.view import TEXT, TITLE
from tocsin.rules import (
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
    ListReference,
    Literal,
    Near,
    Not,
    Or,
    Phrase,
    RegionFilter,
    Rule,
    Same,
    SameAccents,
    SameCase,
    Term,
    Wildcard,
)
from tocsin.rules.words import fixed_prefix, is_pattern
from tocsin.text import has_arabic


# Streams of an article are kept this far apart, so that nothing is close across them.
FARTHEST = 62
# A longer beginning of a word is cut here.
LONGEST_PREFIX = 60

_SPACES = {
    frozenset({TITLE, TEXT}): (Space.TEXT, Zone.ANYWHERE),
    frozenset({TITLE}): (Space.TEXT, Zone.TITLE),
    frozenset({TEXT}): (Space.TEXT, Zone.BODY),
    frozenset({FieldName.AUTHOR}): (Space.AUTHOR, Zone.ANYWHERE),
    frozenset({FieldName.TAG}): (Space.TAG, Zone.ANYWHERE),
    frozenset({FieldName.URL}): (Space.URL, Zone.ANYWHERE),
}


class Approximation(NamedTuple):
    formula: Formula
    exact: bool


def approximate(rule: Rule) -> Approximation:
    """Return what an article must have to satisfy a rule.

    Raises:
        ValueError: the rule holds a word without letters, or a list that was not resolved.
    """
    parts: list[Approximation] = []
    if rule.expression is not None:
        parts.append(_of(rule.expression, EVERYWHERE))
    if rule.regions is not None:
        parts.append(_of_regions(rule.regions))
    if rule.languages:
        parts.append(_any_of(map(in_language, rule.languages)))
    return parts[0] if len(parts) == 1 else _all(parts)


def _of(expression: Expression, scope: Scope) -> Approximation:  # noqa: C901 -- a case for each kind of expression
    match expression:
        case Term() | Wildcard() | Phrase():
            return _of_literal(expression, scope)
        case And(operands):
            return _all([_of(operand, scope) for operand in operands])
        case Or(operands):
            return _some([_of(operand, scope) for operand in operands])
        case Not(operand):
            formula, exact = _of(operand, scope)
            # That more articles satisfy the formula than the operand says nothing of the others.
            return Approximation(negation(formula), exact=True) if exact else _UNKNOWN
        case Near():
            return _of_near(expression, scope)
        case Same(left, right):
            return _loose(_all([_of(left, scope), _of(right, scope)]))
        case AtLeast(count, operand):
            found = _of(operand, scope)
            return found if count == 1 else _loose(found) if count > 1 else _UNKNOWN
        case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
            return _of(inside(expression), narrowed(expression, scope))
        case InRegion(level=level, region=region):
            return _any_of([is_set_in(region, level)])
        case Filter():
            return _of_filter(expression)
        case _:
            assert_never(expression)


def _of_literal(literal: Literal, scope: Scope) -> Approximation:
    if scope is EVERYWHERE:
        space, zones, whole = Space.TEXT, Zone.ANYWHERE, True
    else:
        space, zones = _SPACES[scope.fields]
        zones = Zone.LEAD if scope.lead and zones is Zone.BODY else zones
        whole = scope.first is None and not scope.keep_case and not scope.keep_accents
    words = literal.words
    if not words:
        raise ValueError(f"{literal.text!r} has no letter or digit that could be looked for")
    text = " ".join(words)
    if "*" in text or "?" in text:
        features, exact = _patterns(words, space)
        asked = every([AnyOf((Reference(feature, zones),)) for feature in features])
        return Approximation(asked, exact and whole)
    feature = Feature(Kind.WORD if len(words) == 1 else Kind.PHRASE, space, words)
    return Approximation(AnyOf((Reference(feature, zones),)), whole)


def _patterns(words: Sequence[str], space: Space) -> tuple[list[Feature], bool]:
    """Return the features that all must be there, and whether they say all that is asked."""
    features: list[Feature] = []
    exact = len(words) == 1
    for patterned, run in groupby(words, key=is_pattern):
        if not patterned:
            plain = tuple(run)
            features.append(word(*plain, space) if len(plain) == 1 else phrase(plain, space))
            continue
        for pattern in run:
            beginning = fixed_prefix(pattern)
            exact &= f"{beginning}*" == pattern and len(beginning) <= LONGEST_PREFIX
            if beginning:
                features.append(prefix(beginning[:LONGEST_PREFIX], space))
    return features, exact


def _of_near(near: Near, scope: Scope) -> Approximation:
    left, right = _group(near.left, scope), _group(near.right, scope)
    if left is None or right is None or not 0 <= near.distance <= FARTHEST:
        return _loose(_all([_of(near.left, scope), _of(near.right, scope)]))
    exact = not (_may_nest(left) or _may_nest(right))
    return Approximation(Close(left, right, near.distance, near.ordered), exact)


def _group(expression: Expression, scope: Scope) -> tuple[Reference, ...] | None:
    """Return the features that stand wherever the expression is true; None where none say it."""
    match _of(expression, scope):
        case Approximation(AnyOf(references), exact=True) if not _is_fact(references):
            return references
        case _:
            return None


def _is_fact(references: Sequence[Reference]) -> bool:
    return any(reference.feature.kind is Kind.FACT for reference in references)


def _may_nest(group: Sequence[Reference]) -> bool:
    """Tell whether one feature of a group may be found within another.

    Then only the inner one counts (see ``intervals``), while the presearcher goes by both.
    """
    features = [reference.feature for reference in group]
    phrases = [feature.words for feature in features if feature.kind is Kind.PHRASE]
    if not phrases or len({len(feature.words) for feature in features}) == 1:
        return False
    if any(has_arabic(word) for feature in features for word in feature.words):
        return True  # one word of an article may be several of a rule
    beginnings = tuple(each.words[0] for each in features if each.kind is Kind.PREFIX)
    whole = {feature.words for feature in features if feature.kind is not Kind.PREFIX}
    return any(word.startswith(beginnings) for words in phrases for word in words) or any(
        part in whole for words in phrases for part in _proper_parts(words)
    )


def _proper_parts(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        words[start : start + length]
        for length in range(1, len(words))
        for start in range(len(words) - length + 1)
    ]


def _of_filter(asked: Filter) -> Approximation:
    match asked.kind:
        case FilterKind.LANGUAGE:
            return _any_of([in_language(asked.value)])
        case FilterKind.SOURCE:
            return _any_of([from_source(asked.value)])
        case FilterKind.SOURCE_COUNTRY:
            return _any_of([at_home_in(asked.region)] if asked.region else [])
        case _:
            assert_never(asked.kind)


def _of_regions(asked: RegionFilter) -> Approximation:
    plain = (
        asked.min_probability == SURE_ENOUGH
        and asked.include_descendants
        and not asked.explicit_only
    )

    def wanted(regions: Sequence[str]) -> Approximation:
        features = [is_set_in(r, asked.level) if plain else touches(r) for r in regions]
        return Approximation(_any_of(features).formula, plain)

    parts = [wanted([region]) for region in asked.all]
    if asked.any:
        parts.append(wanted(asked.any))
    if asked.except_:
        # Places within a region that must not be count whatever else is asked of wanted ones.
        sure = asked.min_probability == SURE_ENOUGH
        unwanted = _any_of([is_set_in(region, asked.level) for region in asked.except_])
        parts.append(Approximation(negation(unwanted.formula), exact=True) if sure else _UNKNOWN)
    return _all(parts)


_UNKNOWN = Approximation(ALWAYS, exact=False)


def _any_of(features: Iterable[Feature]) -> Approximation:
    references = tuple(dict.fromkeys(map(Reference, features)))
    return Approximation(AnyOf(references) if references else NEVER, exact=True)


def _all(parts: Sequence[Approximation]) -> Approximation:
    return Approximation(every([part.formula for part in parts]), all(part.exact for part in parts))


def _some(parts: Sequence[Approximation]) -> Approximation:
    return Approximation(some([part.formula for part in parts]), all(part.exact for part in parts))


def _loose(found: Approximation) -> Approximation:
    return Approximation(found.formula, exact=False)
