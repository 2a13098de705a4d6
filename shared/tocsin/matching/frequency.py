"""How often things are in an article: estimates, good enough to choose what to look for first."""

from tocsin.rules.common_words import share_of


_BY_LENGTH = {1: 0.2, 2: 0.1, 3: 0.03, 4: 0.015, 5: 0.008, 6: 0.005}
_LONG = 0.003
_PREFIX_FACTOR = 4.0


def of_word(word: str) -> float:
    """Return the share of articles with a folded word in them, as far as its form tells."""
    return share_of(word) or _BY_LENGTH.get(len(word), _LONG)


def of_prefix(prefix: str) -> float:
    return min(1.0, of_word(prefix) * _PREFIX_FACTOR)


OF_REGION = 0.05
OF_SOURCE = 0.02
OF_SOURCE_COUNTRY = 0.1
OF_LANGUAGE = 0.5
