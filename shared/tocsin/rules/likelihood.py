"""How often a rule would fire, roughly: enough to warn of one that fires all the time."""

from collections.abc import Iterable
from math import prod
from typing import assert_never

from tocsin.rules.common_words import common_words, share_of
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
    ListReference,
    Near,
    Not,
    Or,
    Phrase,
    Same,
    SameAccents,
    SameCase,
    Term,
    Wildcard,
)
from tocsin.rules.words import is_pattern, matches


_RARE_WORD = 0.003
_OTHER_WORDS_OF_A_PREFIX = 0.01
_PHRASE = 0.05  # of the articles with the rarest of its words
_NEAR = 0.3
_IN_TITLE = 0.15
_AT_FIRST = 0.5
_ONCE_MORE = 0.4
_IN_CASE = 0.1  # of the articles with the word in any case, as capitals are rare
_IN_REGION = 0.05
_FROM_SOURCE = 0.02
_FROM_COUNTRY = 0.1


def likelihood(expression: Expression) -> float:  # noqa: C901 -- one case for each kind of node
    """Estimate the share of articles, among those of its language, that an expression is true of."""
    match expression:
        case Term() | Wildcard() | Phrase():
            shares = sorted(map(of_word, expression.words))
            return shares[0] if len(shares) == 1 else shares[0] * _PHRASE
        case Near(left, right) | Same(left, right):
            return min(likelihood(left), likelihood(right)) * _NEAR
        case InField(name, operand):
            in_text = name in {FieldName.BODY, FieldName.LEAD}
            return likelihood(operand) * (_AT_FIRST if in_text else _IN_TITLE)
        case FirstWords(operand=operand):
            return likelihood(operand) * _AT_FIRST
        case AtLeast(count, operand):
            return likelihood(operand) * _ONCE_MORE ** (count - 1)
        case SameCase(operand):
            return likelihood(operand) * _IN_CASE
        case SameAccents(operand) | Boost(operand):
            return likelihood(operand)
        case ListReference(alternatives=alternatives):
            return _RARE_WORD if alternatives is None else likelihood(alternatives)
        case InRegion():
            return _IN_REGION
        case Filter(kind=kind):
            return _OF_FILTER[kind]
        case Not(operand):
            return 1 - likelihood(operand)
        case And(operands):
            return min(map(likelihood, operands))
        case Or(operands):
            return _any(map(likelihood, operands))
        case _:
            assert_never(expression)


def of_word(word: str) -> float:
    """Estimate the share of articles that have a word of a rule."""
    if not is_pattern(word):
        return share_of(word) or _RARE_WORD
    # attack and attacked are mostly in the same articles, so the commonest tells it.
    found = (share_of(each) for each in common_words() if matches(word, each))
    return max((*found, _OTHER_WORDS_OF_A_PREFIX))


def _any(shares: Iterable[float]) -> float:
    return 1 - prod(1 - share for share in shares)


_OF_FILTER = {
    FilterKind.LANGUAGE: 1.0,  # all that is in the language
    FilterKind.SOURCE: _FROM_SOURCE,
    FilterKind.SOURCE_COUNTRY: _FROM_COUNTRY,
}
