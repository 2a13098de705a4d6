"""What an article must have of a rule, whatever else, to be worth a look.

An article has keys: its words, the regions it is set in, its language, its source. Every rule
is registered under a few keys, or beginnings of keys, of which each article that satisfies it
has at least one; the rarest such few.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from tocsin.matching import frequency
from tocsin.matching.setting import home_keys, source_key, source_keys
from tocsin.matching.view import TEXT, TITLE, ArticleView
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


@dataclass(frozen=True, slots=True)
class Anchors:
    """Each article that may match has one of ``keys``, or a key that begins with one of ``prefixes``.

    ``frequency`` estimates the share of articles that do.
    """

    keys: frozenset[str]
    prefixes: frozenset[str]
    frequency: float


# The words of title and body are keys as they are. All others begin with a colon, as no word does.
_IN_TEXT = ""


def keys_of(view: ArticleView) -> set[str]:
    """Return everything that an article may be looked up by."""
    keys: set[str] = set()
    for stream in view.streams:
        if stream.field in {TITLE, TEXT}:
            keys.update(stream.positions)
        else:
            keys.update(f":{stream.field}:{word}" for word in stream.positions)
    keys.update(f":region:{region}" for region in view.places.regions)
    article = view.article
    keys.update(f":lang:{tag}" for tag in _ranges(article.language))
    keys.update(f":source:{name}" for name in source_keys(article.source))
    keys.update(f":home:{region}" for region in home_keys(article.home))
    return keys


def anchors_of(rule: Rule) -> Anchors | None:
    """Return the rarest anchors of a rule; None where it must always be asked."""
    found = [_of_regions(rule.regions)] if rule.regions else []
    if rule.expression is not None:
        found.append(anchors(rule.expression))
    if rule.languages:
        tags = (f":lang:{_tag(tag)}" for tag in rule.languages)
        found.append(_any_key(tags, frequency.OF_LANGUAGE))
    return _rarest(found)


def anchors(expression: Expression, field: str = _IN_TEXT) -> Anchors | None:  # noqa: C901 -- one case for each kind of node
    """Return the rarest anchors of an expression; None where an article may match without any."""
    match expression:
        case Term() | Wildcard() | Phrase():
            return _of_literal(expression, field)
        case And(operands):
            return _rarest([anchors(operand, field) for operand in operands])
        case Or(operands):
            return _union([anchors(operand, field) for operand in operands])
        case Not():
            return None
        case Near(left, right) | Same(left, right):
            return _rarest([anchors(left, field), anchors(right, field)])
        case InField(name, operand):
            in_text = name in {FieldName.TITLE, FieldName.LEAD, FieldName.BODY}
            return anchors(operand, _IN_TEXT if in_text else f":{name}:")
        case (
            FirstWords(operand=operand)
            | AtLeast(operand=operand)
            | SameCase(operand=operand)
            | SameAccents(operand=operand)
            | Boost(operand=operand)
        ):
            return anchors(operand, field)
        case ListReference(alternatives=alternatives):
            return None if alternatives is None else anchors(alternatives, field)
        case InRegion(region=region):
            return _any_key([f":region:{region}"], frequency.OF_REGION)
        case Filter():
            return _of_filter(expression)
        case _:
            assert_never(expression)


def _of_literal(literal: Literal, field: str) -> Anchors:
    return min((_of_word(word, field) for word in literal.words), key=_frequency)


def _of_word(word: str, field: str) -> Anchors:
    if is_pattern(word):
        prefix = fixed_prefix(word)
        found = frozenset({field + prefix})
        return Anchors(frozenset(), found, frequency.of_prefix(prefix))
    return Anchors(frozenset({field + word}), frozenset(), frequency.of_word(word))


def _of_filter(asked: Filter) -> Anchors:
    match asked.kind:
        case FilterKind.LANGUAGE:
            return _any_key([f":lang:{_tag(asked.value)}"], frequency.OF_LANGUAGE)
        case FilterKind.SOURCE:
            return _any_key([f":source:{source_key(asked.value)}"], frequency.OF_SOURCE)
        case FilterKind.SOURCE_COUNTRY:
            return _any_key([f":home:{asked.region}"], frequency.OF_SOURCE_COUNTRY)
        case _:
            assert_never(asked.kind)


def _of_regions(asked: RegionFilter) -> Anchors | None:
    choices = [_any_key([f":region:{region}"], frequency.OF_REGION) for region in asked.all]
    if asked.any:
        keys = (f":region:{region}" for region in asked.any)
        choices.append(_any_key(keys, frequency.OF_REGION))
    return _rarest(choices)


def _any_key(keys: Iterable[str], each: float) -> Anchors:
    found = frozenset(keys)
    return Anchors(found, frozenset(), each * len(found))


def _rarest(choices: Iterable[Anchors | None]) -> Anchors | None:
    return min((choice for choice in choices if choice is not None), key=_frequency, default=None)


def _union(choices: Iterable[Anchors | None]) -> Anchors | None:
    keys: set[str] = set()
    prefixes: set[str] = set()
    total = 0.0
    for choice in choices:
        if choice is None:
            return None
        keys |= choice.keys
        prefixes |= choice.prefixes
        total += choice.frequency
    return Anchors(frozenset(keys), frozenset(prefixes), total)


def _frequency(choice: Anchors) -> float:
    return choice.frequency


def _tag(tag: str) -> str:
    return tag.lower().replace("_", "-")


def _ranges(tag: str) -> list[str]:
    """Return the language ranges that a tag falls into: ``pt-br`` and ``pt``."""
    parts = _tag(tag).split("-")
    return ["-".join(parts[: n + 1]) for n in range(len(parts))]
