"""Made-up rules about real articles, always the same ones.

``standard``: half are one name or phrase, 30 % AND of two or three clauses, 10 % with a NOT, 5 % NEAR, 5 %
wildcards; a tenth names regions. Names and topics are drawn from the articles, the frequent ones more
often; most names are first and last names that occur, though not together: what a newsroom's day
looks like to those who watch a million subjects. ``media``: 10 to 40 names OR-ed, AND 5 to 20 topics, NEAR
in a third, regions in half. ``storm``: standard, and 5 in 1,000 about one event, which two in five of the
articles tell of.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random
from typing import Literal, NamedTuple

from tocsin.article import Article
from tocsin.rules.stop_words import is_stop_word
from tocsin.text import words


Profile = Literal["standard", "media", "storm"]

REGIONS = 250
STORM = (
    "Hurricane Aldra made landfall near Port Venn on Sunday night. The storm surge flooded the "
    "harbour, and the coast guard of Venn asked residents to leave."
)
_STORM_QUERIES = (
    '"hurricane aldra"',
    'aldra AND ("port venn" OR harbour)',
    "hurricane NEAR/10 (landfall OR flooded)",
    'aldra NOT "red cross"',
    "(flood* OR landfall) AND venn",
)
_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]*(?:\s+[A-ZÀ-Þ][\w'’-]*){1,3}")
_CAPITALISED = re.compile(r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ]\w{2,}")
_CONSONANTS, _VOWELS = "bcdfgklmnprstvxz", "aeiou"


class Query(NamedTuple):
    text: str
    regions: tuple[str, ...]


class Pool:
    """Things of which the frequent are drawn more often: by rank, with some noise, to the -``slope``."""

    def __init__(
        self, random: Random, items: Sequence[str], count: Counter[str], slope: float
    ) -> None:
        self._random = random
        self._items = sorted(items, key=lambda x: -count[x] * random.lognormvariate(0, 1))
        self._weights = list(accumulate(1 / (i + 10) ** slope for i in range(len(items))))

    def draw(self) -> str:
        (found,) = self._random.choices(self._items, cum_weights=self._weights)
        return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the articles speak of: counted by article, but for names, by mention."""

    articles: int
    words: Counter[str]
    pairs: Counter[str]
    names: Counter[str]
    capitalised: Counter[str]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> "Vocabulary":
        found = cls(len(articles), Counter(), Counter(), Counter(), Counter())
        for article in articles:
            found._count(article)
        return found

    def _count(self, article: Article) -> None:
        there = words(article.title) + words(article.text)
        self.words.update(set(there))
        self.pairs.update(
            {
                f"{one} {other}"
                for one, other in pairwise(there)
                if not (is_stop_word(one) or is_stop_word(other)) and len(one + other) > 3
            }
        )
        for match in _NAME.findall(article.text):
            name = words(match)
            if 2 <= len(name) <= 4 and not is_stop_word(name[0]):
                self.names[" ".join(name)] += 1
        for match in _CAPITALISED.findall(article.text):
            for word in words(match):
                if not is_stop_word(word):
                    self.capitalised[word] += 1


class Generator:
    """Yields the same rules for the same articles and seed."""

    def __init__(self, vocabulary: Vocabulary, profile: Profile, seed: int = 11) -> None:
        self._random = random = Random(seed)
        self._profile = profile
        self._articles, counts = vocabulary.articles, vocabulary.words

        def share(word: str) -> float:
            return counts[word] / vocabulary.articles

        content = [
            w for w in sorted(counts) if not is_stop_word(w) and len(w) > 3 and not w.isdigit()
        ]
        names = sorted(vocabulary.names)
        pairs = [p for p, n in sorted(vocabulary.pairs.items()) if n > 1 and not p[0].isdigit()]
        rare = [w for w in content if share(w) <= 0.01]
        common = [w for w in content if 0.004 <= share(w) <= 0.08 and w.isalpha()]
        single = [w for w in sorted(vocabulary.capitalised) if share(w) <= 0.02 and len(w) > 2]
        self._names = Pool(random, names, vocabulary.names, 0.33)
        self._single = Pool(random, single, vocabulary.capitalised, 0.20)
        self._rare = Pool(random, rare, counts, 0.05)
        self._pairs = Pool(random, pairs, vocabulary.pairs, 0.20)
        self._topics = Pool(random, common, counts, 0.5)
        self._first = [name.split()[0] for name in names if name.count(" ") == 1]
        self._last = [name.split()[1] for name in names if name.count(" ") == 1]
        self._sorted = sorted(counts)
        self._counts = counts
        self._weights = list(accumulate(1 / (i + 1) for i in range(REGIONS)))

    def queries(self, count: int) -> Iterator[Query]:
        chance = 0.5 if self._profile == "media" else 0.1
        for _ in range(count):
            text = self._query()
            regions = self._regions() if self._random.random() < chance else ()
            yield Query(text, regions)

    def _query(self) -> str:
        if self._profile == "media":
            return self._media()
        if self._profile == "storm" and self._random.random() < 0.005:
            return self._random.choice(_STORM_QUERIES)
        return self._standard()

    def _standard(self) -> str:
        kind = self._random.random()
        if kind < 0.50:
            return self._subject()
        if kind < 0.80:
            return self._conjunction()
        if kind < 0.90:
            base = self._subject() if self._random.random() < 0.5 else self._conjunction()
            several = self._random.random() >= 0.6
            return f"{base} NOT {self._any(self._topic, 2) if several else self._topic()}"
        if kind < 0.95:
            one = self._single.draw() if self._random.random() < 0.7 else self._rare.draw()
            return f"{one} NEAR/{self._random.randint(1, 9)} {self._topic_word()}"
        wildcard = self._wildcard()
        if self._random.random() < 0.5:
            return wildcard
        other = self._subject() if self._random.random() < 0.5 else self._topic()
        return f"{wildcard} AND {other}"

    def _media(self) -> str:
        draw = self._random
        names = self._any(self._subject, draw.randint(10, 40))
        topics = self._any(self._topic, draw.randint(5, 20))
        joint = f"NEAR/{draw.randint(5, 30)}" if draw.random() < 1 / 3 else "AND"
        text = f"{names} {joint} {topics}"
        if joint == "AND" and draw.random() < 0.5:
            text += f" NOT {self._any(self._topic, draw.randint(1, 5))}"
        return text

    def _subject(self) -> str:
        kind = self._random.random()
        if kind < 0.30:
            return _quoted(self._names.draw())
        if kind < 0.35:
            return self._single.draw()
        if kind < 0.42:
            return _quoted(self._pairs.draw())
        if kind < 0.45:
            return self._rare.draw()
        if kind < 0.80:  # each word is common, the two together are not
            return _quoted(f"{self._random.choice(self._first)} {self._random.choice(self._last)}")
        if kind < 0.92:
            return _quoted(f"{self._random.choice(self._first)} {self._invented()}")
        return self._invented()

    def _topic(self) -> str:
        return self._topic_word() if self._random.random() < 0.85 else _quoted(self._pairs.draw())

    def _topic_word(self) -> str:
        return self._topics.draw()

    def _conjunction(self) -> str:
        draw = self._random
        if draw.random() < 0.12:
            return " AND ".join(self._topic() for _ in range(3))
        first = self._clause(self._subject, 0.75)
        others = (self._clause(self._topic, 0.5) for _ in range(draw.choice((1, 1, 2))))
        return " AND ".join((first, *others))

    def _clause(self, draw: Callable[[], str], alone: float) -> str:
        if self._random.random() < alone:
            return draw()
        return self._any(draw, self._random.randint(2, 4))

    def _any(self, draw: Callable[[], str], count: int) -> str:
        return f"({' OR '.join(draw() for _ in range(count))})" if count > 1 else draw()

    def _wildcard(self) -> str:
        while True:
            word = self._rare.draw() if self._random.random() < 0.6 else self._single.draw()
            beginning = word[: max(5, min(len(word) - 1, self._random.randint(6, 9)))]
            if self._share_of_prefix(beginning) <= 0.004:  # lint would warn of more
                return f"{beginning}*"

    def _share_of_prefix(self, beginning: str) -> float:
        at = bisect_left(self._sorted, beginning)
        total = 0
        while at < len(self._sorted) and self._sorted[at].startswith(beginning):
            total += self._counts[self._sorted[at]]
            at += 1
        return total / self._articles

    def _invented(self) -> str:
        draw = self._random
        syllables = range(draw.randint(2, 4))
        word = "".join(draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in syllables)
        return word + draw.choice(("", "x", "n", "r", "tech", "corp", "son"))

    def _regions(self) -> tuple[str, ...]:
        count = self._random.randint(1, 3)
        drawn = self._random.choices(range(REGIONS), cum_weights=self._weights, k=count)
        return tuple(sorted({region_id(number + 1) for number in drawn}))


def region_id(number: int) -> str:
    return f"area:r{number}"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
