"""How often features are in an article: what decides under which of them a rule is registered."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tocsin.article import Article
from tocsin.matching import frequency
from tocsin.matching.presearch.features import Feature, Kind
from tocsin.text import words


# Words one after another are found in this share of the articles that have the rarest of them
# (measured on 17,000 news articles).
_PHRASE_FACTOR = 0.05
_FACTS = {
    "lang": frequency.OF_LANGUAGE,
    "source": frequency.OF_SOURCE,
    "home": frequency.OF_SOURCE_COUNTRY,
    "article": 1.0,
}


class Frequencies:
    """Estimates the share of articles that have a feature.

    Of words by their form alone, or better by ``shares`` measured on articles; a word that is not
    among those is rarer than all that are.
    """

    def __init__(self, shares: Mapping[str, float] | None = None) -> None:
        self._of_word: Callable[[str], float] = (
            lru_cache(maxsize=1 << 16)(frequency.of_word) if shares is None else _measured(shares)
        )

    @classmethod
    def of(cls, articles: Iterable[Article]) -> "Frequencies":
        """Measure words on articles; some thousand are enough."""
        counts: Counter[str] = Counter()
        total = 0
        for article in articles:
            counts.update({*words(article.title), *words(article.text)})
            total += 1
        # A word seen once tells no more than one not seen, and half of all words are seen once.
        return cls({word: count / total for word, count in counts.items() if count > 1})

    def __call__(self, feature: Feature) -> float:
        return self.share(feature.kind, feature.words)

    def share(self, kind: int, words: tuple[str, ...]) -> float:
        """Do the same for a feature by its kind and words."""
        if kind == Kind.WORD:
            return self._of_word(words[0])
        if kind == Kind.PHRASE:
            return _PHRASE_FACTOR * min(map(self._of_word, words))
        if kind == Kind.PREFIX:
            return frequency.of_prefix(words[0])
        return _FACTS.get(words[0].partition(":")[0], frequency.OF_REGION)


def _measured(shares: Mapping[str, float]) -> Callable[[str], float]:
    unseen = min(shares.values(), default=frequency.of_word("x" * 9)) / 2
    return lambda word: shares.get(word, unseen)
