"""Made-up news of which it is known what it must match."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.documents import RuleDocument


PLACES = ("Bamako, Mali", "Niamey, Niger", "Lagos, Nigeria", "Lima, Peru", "Oslo, Norway")


@dataclass(frozen=True, slots=True)
class Story:
    """An article, and the ids of the rules that it matches."""

    article: dict[str, Any]
    matches: frozenset[str]


class Newsroom:
    """Writes articles of a few hundred words, and knows the rules that people made for them.

    Rule ``n`` asks for two topic words at once; an article carries the topics of some rules, each
    with chance ``share``.
    """

    def __init__(self, rules: int, *, share: float, words: int = 300, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._count = rules
        self._share = share
        self._words = words
        self._vocabulary = [f"word{number}" for number in range(5_000)]

    def rules(self) -> list[RuleDocument]:
        return [
            RuleDocument(
                id=rule_id(number),
                name=f"Topic {number}",
                query=f"topic{number}a AND (topic{number}b OR topic{number}c)",
            )
            for number in range(self._count)
        ]

    def stories(self, count: int) -> Iterator[Story]:
        for number in range(count):
            yield self._story(number)

    def _story(self, number: int) -> Story:
        draw = self._random
        hits = [n for n in self._some_topics() if draw.random() < 0.5]
        near_misses = [n for n in self._some_topics() if n not in hits]
        words = draw.choices(self._vocabulary, k=self._words)
        words += [word for n in hits for word in (f"topic{n}a", f"topic{n}{draw.choice('bc')}")]
        words += [f"topic{n}a" for n in near_misses]
        draw.shuffle(words)
        article = {
            "title": f"Report {number} from {draw.choice(PLACES)}",
            "text": " ".join(words),
            "url": f"https://news.example/{number}",
            "source": "news.example",
            "language": "en",
        }
        return Story(article, frozenset(map(rule_id, hits)))

    def _some_topics(self) -> list[int]:
        """Return topics so that half of them are ``share`` of all, on average."""
        expected = 2 * self._share * self._count
        count = int(expected) + (self._random.random() < expected % 1)
        return self._random.sample(range(self._count), min(count, self._count))


def rule_id(number: int) -> str:
    return f"topic-{number}"
