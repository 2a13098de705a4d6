"""Where the words of rules stand in one article; each looked for once, however many rules ask."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tocsin.matching.evaluate import find
from tocsin.matching.explanation import Hit
from tocsin.matching.reading import Leaves, words_in
from tocsin.matching.view import ArticleView, Stream
from tocsin.rules import Near, Same


MOST_HITS = 50

Placed = Near | Same
# An interval (see ``intervals``), without its class, which takes ten times as long to make.
Place = tuple[int, int, int]


class Spot(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a field of the article."""

    field: str
    start: int
    end: int


class Found:
    """The places of one expression: how many there are, and where the first are."""

    __slots__ = ("_hits", "_places", "_spots", "_view", "count")

    def __init__(self, view: ArticleView, places: Sequence[Place]) -> None:
        self._view = view
        self._places = places
        self.count = len(places)
        self._spots: tuple[Spot, ...] | None = None
        self._hits: tuple[Hit, ...] | None = None

    @property
    def spots(self) -> tuple[Spot, ...]:
        if self._spots is None:
            self._spots = tuple(map(self._spot, self._places[:MOST_HITS]))
        return self._spots

    @property
    def hits(self) -> tuple[Hit, ...]:
        if self._hits is None:
            self._hits = tuple(map(self._hit, self._places[:MOST_HITS]))
        return self._hits

    def _spot(self, place: Place) -> Spot:
        index, first, last = place
        stream = self._view.streams[index]
        spans = stream.tokens.spans
        return Spot(stream.field, spans[first][0], spans[last][1])

    def _hit(self, place: Place) -> Hit:
        field, start, end = self._spot(place)
        return Hit(field, start, end, self._view.streams[place[0]].text[start:end])


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
        self._streams = (view.title, view.body)
        self._of_text: dict[str, tuple[Evidence, ...]] = {}
        self._of_words: dict[tuple[str, ...], tuple[Found, dict[str, Evidence]]] = {}
        self._of_placed: dict[Placed, Found] = {}

    def evidence(self, leaves: Leaves) -> tuple[Evidence, ...]:
        """Return those clauses that are true."""
        if isinstance(leaves, str):
            return self._evidence_of(leaves)
        found: list[Evidence] = []
        for leaf in leaves:
            if isinstance(leaf, str):
                found += self._evidence_of(leaf)
                continue
            text, words, placed = leaf
            found += self._placed(text, placed) if placed else self._written(text, words)
        return tuple(found)

    def _evidence_of(self, text: str) -> tuple[Evidence, ...]:
        known = self._of_text.get(text)
        if known is None:
            known = self._of_text[text] = tuple(self._written(text, words_in(text)))
        return known

    def _written(self, text: str, words: tuple[str, ...]) -> Iterator[Evidence]:
        places, by_text = self._of_words.get(words) or self._look_for(words)
        if places.count:
            evidence = by_text.get(text)
            if evidence is None:
                evidence = by_text[text] = Evidence(text, None, places)
            yield evidence

    def of_words(self, words: tuple[str, ...]) -> Found:
        """Return where in title and body a literal stands (see ``evaluate``)."""
        return (self._of_words.get(words) or self._look_for(words))[0]

    def _look_for(self, words: tuple[str, ...]) -> tuple[Found, dict[str, Evidence]]:
        found: tuple[Found, dict[str, Evidence]] = (Found(self._view, self._places(words)), {})
        self._of_words[words] = found
        return found

    def _placed(self, text: str, placed: Placed) -> Iterator[Evidence]:
        found = self._of_placed.get(placed)
        if found is None:
            found = self._of_placed[placed] = Found(self._view, find(placed, self._view))
        if found.count:
            yield Evidence(text, placed, found)

    def _places(self, words: tuple[str, ...]) -> list[Place]:
        found: list[Place] = []
        last = len(words) - 1
        for index, stream in enumerate(self._streams):
            starts = _where(words[0], stream)
            if last and starts:
                starts = _followed(starts, words, stream)
            for start in starts:
                found.append((index, start, start + last))  # noqa: PERF401 -- a comprehension takes twice as long
        return found


def _where(word: str, stream: Stream) -> list[int]:
    # What stands in an article is no pattern, and most words that are looked for stand there.
    return stream.positions.get(word) or stream.find(word)


def _followed(starts: list[int], words: tuple[str, ...], stream: Stream) -> list[int]:
    """Return those of the starts from which the words follow one another within a paragraph."""
    last = len(words) - 1
    for offset in range(1, last + 1):
        following = _where(words[offset], stream)
        starts = [start for start in starts if start + offset in following]
    if starts and len(stream.paragraphs) > 1:
        paragraph_of = stream.paragraph_of
        starts = [each for each in starts if paragraph_of(each) == paragraph_of(each + last)]
    return starts
