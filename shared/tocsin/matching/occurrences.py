"""Where the words of rules stand in one article; each looked for once, however many rules ask."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, cast

from tocsin.matching.evaluate import find
from tocsin.matching.explanation import Hit
from tocsin.matching.presearch import Reader
from tocsin.matching.presearch.reader import Spans
from tocsin.matching.reading import Leaf, Leaves, literals_in, words_in
from tocsin.matching.view import TEXT, TITLE, ArticleView, Stream
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
            self._hits = tuple(map(self._hit, self.spots))
        return self._hits

    def _spot(self, place: Place) -> Spot:
        index, first, last = place
        stream = self._view.streams[index]
        spans = stream.tokens.spans
        return Spot(stream.field, spans[first][0], spans[last][1])

    def _hit(self, spot: Spot) -> Hit:
        field, start, end = spot
        article = self._view.article
        return Hit(
            field, start, end, (article.title if field == TITLE else article.text)[start:end]
        )


class Evidence:
    """A clause of a query that was found: how it is written, and where it stands.

    ``hits`` and ``spots`` are the first few of ``count``. ``placed`` is what it is, None of a literal.
    """

    __slots__ = ("_found", "count", "placed", "text")

    def __init__(self, text: str, placed: Placed | None, found: Found) -> None:
        self.text = text
        self.placed = placed
        self._found = found
        self.count = found.count

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self._found.spots

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self._found.hits


class Located(NamedTuple):
    """Places in an article, of which ``texts`` are title and text."""

    texts: tuple[str, str]
    spans: Spans


class LocatedEvidence(Evidence):
    """A literal of which it is known where in the text it stands."""

    __slots__ = ("_first", "_hits", "_located")

    def __init__(self, text: str, located: Located, first: int, end: int) -> None:
        """Take the places from ``first`` to ``end`` of those that were located."""
        self.text = text
        self.placed = None
        self.count = end - first
        self._located = located
        self._first = first
        self._hits: tuple[Hit, ...] | None = None

    @property
    def spots(self) -> tuple[Spot, ...]:
        return tuple([Spot(hit.field, hit.start, hit.end) for hit in self.hits])

    @property
    def hits(self) -> tuple[Hit, ...]:
        if self._hits is None:
            texts, (streams, starts, ends) = self._located
            self._hits = tuple(
                [
                    _hit(
                        (
                            _FIELDS[streams[at]],
                            starts[at],
                            ends[at],
                            texts[streams[at]][starts[at] : ends[at]],
                        )
                    )
                    for at in range(self._first, self._first + min(self.count, MOST_HITS))
                ]
            )
        return self._hits


_FIELDS = (TITLE, TEXT)
# What ``Hit._make`` does, without a call in Python.
_hit = cast("Callable[[tuple[str, int, int, str]], Hit]", partial(tuple.__new__, Hit))


class Occurrences:
    """``evidence`` is the same for all rules that write a clause in the same way."""

    def __init__(self, view: ArticleView, reader: Reader) -> None:
        self._view = view
        self._reader = reader
        self._of_text: dict[str, tuple[Evidence, ...]] = {}
        self._of_words: dict[tuple[str, ...], tuple[Found, dict[str, Evidence]]] = {}
        self._of_placed: dict[Placed, Found] = {}

    def evidence(self, many: Sequence[Leaves | None]) -> list[tuple[Evidence, ...] | None]:
        """Return of each rule those clauses that are true, None where its leaves are not known."""
        self._locate(list(literals_in(many)))
        known = self._of_text
        return [
            known[leaves]
            if isinstance(leaves, str)
            else None
            if leaves is None
            else self._several(leaves)
            for leaves in many
        ]

    def _locate(self, literals: Sequence[str]) -> None:
        """Look for literals, all at once, which is sooner than one by one."""
        title, text = self._view.article.title, self._view.article.text
        spans, parts = self._reader.locate(title, text, literals)
        located, known = Located((title, text), spans), self._of_text
        for literal, part in zip(literals, parts, strict=True):
            if part is None:
                known[literal] = tuple(self._written(literal, words_in(literal)))
            else:
                first, end = part
                known[literal] = (
                    (LocatedEvidence(literal, located, first, end),) if first < end else ()
                )

    def _several(self, leaves: tuple[Leaf, ...]) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        for leaf in leaves:
            if isinstance(leaf, str):
                found += self._of_text[leaf]
                continue
            text, words, placed = leaf
            found += self._placed(text, placed) if placed else self._written(text, words)
        return tuple(found)

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
        for index, stream in enumerate((self._view.title, self._view.body)):
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
