"""The sentences of an article that show best why it matched."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.matching.explanation import Clause, ClauseKind, Hit, MarkedSentence, evidence, regions
from tocsin.matching.setting import Setting
from tocsin.matching.view import TITLE, ArticleView, Stream
from tocsin.text import Span


_MOST = 3
_LONGEST = 320  # characters
_BEFORE = 120  # characters kept before the first mark of a sentence that is cut

_LINE_BREAK = re.compile(r"[\n\r\t]")


class Mark(NamedTuple):
    """``said_by`` is the clause or region that it is a hit of."""

    field: str
    start: int
    end: int
    said_by: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class _Sentence:
    stream: Stream
    start: int
    end: int
    marks: tuple[Mark, ...]

    @property
    def worth(self) -> tuple[int, int, bool]:
        """The heaviest clause first, then the most clauses; the title is shown anyway."""
        weight = max(mark.weight for mark in self.marks)
        return weight, len({mark.said_by for mark in self.marks}), self.stream.field != TITLE


def snippets(
    view: ArticleView, clause: Clause | None, settings: Sequence[Setting]
) -> tuple[MarkedSentence, ...]:
    """Return the sentences that say best why a rule matched."""
    return best_sentences(
        view, [*_of_clauses(clause), *marks_of_regions(regions(clause, settings))]
    )


def best_sentences(view: ArticleView, marks: Sequence[Mark]) -> tuple[MarkedSentence, ...]:
    """Return up to three sentences, the best first; in reading order where they are equally good."""
    found = [
        sentence
        for stream in (view.title, view.body)
        for sentence in _sentences(stream, [mark for mark in marks if mark.field == stream.field])
    ]
    best = sorted(found, key=lambda sentence: sentence.worth, reverse=True)
    return tuple(map(_marked, best[:_MOST]))


def _of_clauses(clause: Clause | None) -> Iterator[Mark]:
    for each in evidence(clause):
        for hit in _words_of(each):
            yield Mark(hit.field, hit.start, hit.end, each.text, each.weight)


def _words_of(clause: Clause) -> Iterator[Hit]:
    """Yield what to mark: of a NEAR not all that lies between, but the words that are near."""
    if not clause.clauses:
        yield from clause.hits
        return
    for each in (each for part in clause.clauses for each in part.walk()):
        if each.kind is ClauseKind.WORDS and not each.clauses:
            yield from (hit for hit in each.hits if _is_inside(hit, clause.hits))


def _is_inside(hit: Hit, wholes: Sequence[Hit]) -> bool:
    return any(
        whole.field == hit.field and whole.start <= hit.start and hit.end <= whole.end
        for whole in wholes
    )


def marks_of_regions(found: Iterable[Setting]) -> Iterator[Mark]:
    for region in found:
        for place in region.places:
            for span in place.spans:
                yield Mark(span.field, span.start, span.end, "region:")


def _sentences(stream: Stream, marks: list[Mark]) -> Iterator[_Sentence]:
    by_sentence: dict[Span, list[Mark]] = {}
    for mark in marks:
        index = bisect_right(stream.sentences, mark.start, key=_start) - 1
        if index >= 0 and mark.start < stream.sentences[index][1]:
            by_sentence.setdefault(stream.sentences[index], []).append(mark)
    for (start, end), within in sorted(by_sentence.items(), key=_span):
        yield _Sentence(stream, start, end, tuple(within))


def _start(span: Span) -> int:
    return span[0]


def _span(item: tuple[Span, list[Mark]]) -> Span:
    return item[0]


def _marked(sentence: _Sentence) -> MarkedSentence:
    marks = _merged(sentence)
    start, end = _cut(sentence, marks)
    text = sentence.stream.text[start:end]
    before = "…" if start > sentence.start else ""
    after = "…" if end < sentence.end else ""
    shift = len(before) - start
    shown = tuple((first + shift, last + shift) for first, last in marks if last <= end)
    return MarkedSentence(before + _LINE_BREAK.sub(" ", text) + after, shown)


def _merged(sentence: _Sentence) -> list[tuple[int, int]]:
    """Return the marks in order, overlapping ones as one, all within the sentence."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((mark.start, min(mark.end, sentence.end)) for mark in sentence.marks):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(sentence: _Sentence, marks: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the part of a very long sentence that is shown, cut between words."""
    if sentence.end - sentence.start <= _LONGEST:
        return sentence.start, sentence.end
    text = sentence.stream.text
    first, first_end = marks[0]
    start = sentence.start
    if first - start > _BEFORE:
        start = text.find(" ", first - _BEFORE, first) + 1 or first
    end = min(sentence.end, max(start + _LONGEST, first_end))
    if end < sentence.end:
        end = max(text.rfind(" ", start, end), first_end)
    return start, end
