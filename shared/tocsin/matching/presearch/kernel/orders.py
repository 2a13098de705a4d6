"""From a rule to the numbers by which ``editing`` registers it; the longer half of adding it.

Nothing here knows the arrays, so that several processes can do it for one.
"""

from array import array

from tocsin.matching.presearch.features import Feature, Kind
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.kernel.flat import flat_order
from tocsin.matching.presearch.kernel.hashing import key_of
from tocsin.matching.presearch.kernel.lookup import DIRECT, INEXACT, REPEATED
from tocsin.matching.presearch.kernel.order import Order
from tocsin.matching.presearch.kernel.programs import question
from tocsin.matching.presearch.registration import register
from tocsin.rules import Rule


_NOTHING_ELSE: tuple[int, list[int], list[int]] = (0, [0, 0], [])
_KINDS = tuple(int(kind) << 32 for kind in Kind)


def order_of(rule: Rule, frequencies: Frequencies) -> Order:
    """Return how to register a rule.

    Raises:
        ValueError: the rule cannot be matched (see ``approximate``).
    """
    return flat_order(rule, frequencies) or order_by_formula(rule, frequencies)


def order_by_formula(rule: Rule, frequencies: Frequencies) -> Order:
    """Do what ``order_of`` does, for rules of any form."""
    registration = register(rule, frequencies)
    places: dict[Feature, int] = {}

    def place(feature: Feature) -> int:
        return places.setdefault(feature, len(places))

    anchors = [place(feature) for feature in registration.anchors]
    guards, program = question(registration.question, registration.anchors, place)
    flags = INEXACT if program is None or not registration.exact else 0
    if len(anchors) > 1:
        flags |= REPEATED
    if (flags, guards, program) == _NOTHING_ELSE:
        flags = DIRECT
    asked = program or []
    words = [0, flags, len(places), len(asked), len(anchors), *guards]
    facts = []
    for feature in places:
        kind, _, texts = feature
        if kind is Kind.FACT:
            facts.append((len(words) + 1, texts[0]))
        words += _keys(feature)
    words += asked
    words += anchors
    return Order(array("Q", words).tobytes(), tuple(facts))


def _keys(feature: Feature) -> list[int]:
    kind, space, words = feature
    if kind is Kind.FACT:
        return [_KINDS[kind] + 1, 0]
    if kind is Kind.PREFIX:
        return [_KINDS[kind] + 2, key_of(words[0], kind, space), len(words[0])]
    return [_KINDS[kind] + len(words), *[key_of(word, Kind.WORD, space) for word in words]]
