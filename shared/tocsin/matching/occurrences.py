"""Where the words of rules stand in one article; each looked for once, however many rules ask."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tocsin.matching.evaluate import find
from tocsin.matching.explanation import Hit
from tocsin.matching.intervals import Interval
from tocsin.matching.reading import Leaf
from tocsin.matching.view import ArticleView, Stream
from tocsin.rules import Near, Same


MOST_HITS = 50

Placed = Near | Same


class Spot(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a field of the article."""

    field: str
    start: int
    end: int


class Found:
    """The places of one expression: how many there are, and where the first are."""

    __slots__ = ("_hits", "_intervals", "_spots", "_view", "count")

    def __init__(self, view: ArticleView, intervals: Sequence[Interval]) -> None:
        self._view = view
        self._intervals = intervals
        self.count = len(intervals)
        self._spots: tuple[Spot, ...] | None = None
        self._hits: tuple[Hit, ...] | None = None

    @property
    def spots(self) -> tuple[Spot, ...]:
        if self._spots is None:
            self._spots = tuple(map(self._spot, self._intervals[:MOST_HITS]))
        return self._spots

    @property
    def hits(self) -> tuple[Hit, ...]:
        if self._hits is None:
            self._hits = tuple(map(self._hit, self._intervals[:MOST_HITS]))
        return self._hits

    def _spot(self, interval: Interval) -> Spot:
        index, first, last = interval
        stream = self._view.streams[index]
        spans = stream.tokens.spans
        return Spot(stream.field, spans[first][0], spans[last][1])

    def _hit(self, interval: Interval) -> Hit:
        field, start, end = self._spot(interval)
        return Hit(field, start, end, self._view.streams[interval.stream].text[start:end])


class Evidence:
    """A clause of a query that was found: how it is written, and where it stands.

    ``hits`` and ``spots`` are the first few of ``count``. ``placed`` is what it is, None of a literal.
    """

    __slots__ = ("count", "found", "placed", "text")

    def __init__(self, text: str, placed: Placed | None, found: Found) -> None:
        self.text = text
        self.placed = placed
        self.found = found
        self.count = found.count

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self.found.spots

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.found.hits


class Occurrences:
    """``evidence`` is the same for all rules that write a clause in the same way."""

    def __init__(self, view: ArticleView) -> None:
        self._view = view
        self._of_words: dict[tuple[str, ...], tuple[Found, dict[str, Evidence]]] = {}
        self._of_placed: dict[Placed, Found] = {}

    def evidence(self, leaves: Iterable[Leaf]) -> tuple[Evidence, ...]:
        """Return those clauses that are true."""
        found: list[Evidence] = []
        for text, words, placed in leaves:
            if placed is not None:
                found += self._placed_evidence(text, placed)
                continue
            places, by_text = self._of_words.get(words) or self._look_for(words)
            if places.count:
                evidence = by_text.get(text)
                if evidence is None:
                    evidence = by_text[text] = Evidence(text, None, places)
                found.append(evidence)
        return tuple(found)

    def of_words(self, words: tuple[str, ...]) -> Found:
        """Return where in title and body a literal stands."""
        return (self._of_words.get(words) or self._look_for(words))[0]

    def _look_for(self, words: tuple[str, ...]) -> tuple[Found, dict[str, Evidence]]:
        found: tuple[Found, dict[str, Evidence]] = (Found(self._view, self._places(words)), {})
        self._of_words[words] = found
        return found

    def _placed_evidence(self, text: str, placed: Placed) -> Iterator[Evidence]:
        found = self._of_placed.get(placed)
        if found is None:
            found = self._of_placed[placed] = Found(self._view, find(placed, self._view))
        if found.count:
            yield Evidence(text, placed, found)

    def _places(self, words: tuple[str, ...]) -> list[Interval]:
        length = len(words) - 1
        return [
            Interval(index, start, start + length)
            for index, stream in enumerate((self._view.title, self._view.body))
            for start in (_starts(words, stream) if length else stream.find(words[0]))
        ]


def _starts(words: tuple[str, ...], stream: Stream) -> list[int]:
    """Return where the words follow one another within a paragraph (see ``evaluate``)."""
    starts = stream.find(words[0])
    for offset in range(1, len(words)):
        if not starts:
            return starts
        following = stream.find(words[offset])
        starts = [start for start in starts if start + offset in following]
    last = len(words) - 1
    if len(stream.paragraphs) > 1:
        paragraph_of = stream.paragraph_of
        starts = [each for each in starts if paragraph_of(each) == paragraph_of(each + last)]
    return starts
