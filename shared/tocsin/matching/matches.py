"""The rules that an article satisfies, with the reasons for whoever wants them."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple, cast, overload

from tocsin.matching.columns import columns, ids
from tocsin.matching.explain import explain, settings_of
from tocsin.matching.explanation import Evidence, Explanation, MarkedSentence, regions
from tocsin.matching.occurrences import Evidence as FoundEvidence
from tocsin.matching.occurrences import Occurrences
from tocsin.matching.reading import Label, Leaves
from tocsin.matching.record_heap import Selection
from tocsin.matching.records import regions_in
from tocsin.matching.rulebook import Rulebook
from tocsin.matching.setting import Setting
from tocsin.matching.snippets import Mark, best_sentences, marks_of_regions
from tocsin.matching.view import ArticleView
from tocsin.rules import RegionFilter, Rule
from tocsin.rules.walk import literals


class _Shared:
    """What the matches of one article have in common: where words stand, and the sentences around them."""

    def __init__(
        self,
        view: ArticleView,
        selection: Selection,
        rulebook: Rulebook,
        leaves: Sequence[Leaves | None],
    ) -> None:
        self.view = view
        self._selection = selection
        self._rulebook = rulebook
        self._leaves = leaves
        self._occurrences = Occurrences(view, rulebook.reader)
        self._explanations: dict[int, Explanation] = {}
        self._sentences: dict[tuple[object, ...], tuple[MarkedSentence, ...]] = {}

    def rule(self, at: int) -> Rule:
        return self._rulebook.rule(self._selection.get(at))

    def regions(self, at: int) -> RegionFilter | None:
        return regions_in(self._selection.get(at))

    def explanation(self, at: int) -> Explanation:
        if at not in self._explanations:
            self._explanations[at] = explain(self.rule(at), self.view)
        return self._explanations[at]

    @cached_property
    def evidence(self) -> list[tuple[FoundEvidence, ...] | None]:
        """What is found of rules that are simple; what is there of them is evidence."""
        return self._occurrences.evidence(self._leaves)

    def sentences(
        self, evidence: tuple[FoundEvidence, ...], found: tuple[Setting, ...]
    ) -> tuple[MarkedSentence, ...]:
        known = (evidence, tuple([each.region for each in found]))
        if known not in self._sentences:
            marks = [mark for each in evidence for mark in self._marks(each)]
            marks += marks_of_regions(found)
            self._sentences[known] = best_sentences(self.view, marks)
        return self._sentences[known]

    def _marks(self, evidence: FoundEvidence) -> Iterator[Mark]:
        """Yield what to mark: of a NEAR not all that lies between, but the words that are near."""
        text, wholes = evidence.text, evidence.spots
        if evidence.placed is None:
            yield from (Mark(*spot, text) for spot in wholes)
            return
        for literal in literals(evidence.placed):
            for field, start, end in self._occurrences.of_words(literal.words).spots:
                if any(f == field and s <= start and end <= e for f, s, e in wholes):
                    yield Mark(field, start, end, text)


class _Told(NamedTuple):
    label: Label
    at: int
    shared: _Shared


class FoundMatch(_Told):
    """A rule that matched. Why, is looked up when somebody reads it; ``explanation`` says the same.

    A tuple, for these are made by the million.
    """

    __slots__ = ()

    @property
    def rule(self) -> Rule:
        return self.shared.rule(self.at)

    @property
    def explanation(self) -> Explanation:
        return self.shared.explanation(self.at)

    @property
    def evidence(self) -> Sequence[Evidence]:
        found = self.shared.evidence[self.at]
        return self.explanation.evidence() if found is None else found

    @property
    def regions(self) -> tuple[Setting, ...]:
        if self.shared.evidence[self.at] is None:
            return self.explanation.regions()
        asked = self.shared.regions(self.at)
        return regions(None, settings_of(asked, self.shared.view)) if asked else ()

    @property
    def snippets(self) -> tuple[MarkedSentence, ...]:
        found = self.shared.evidence[self.at]
        if found is None:
            return self.explanation.snippets
        return self.shared.sentences(found, self.regions)


# What ``FoundMatch._make`` does, without a call in Python.
_match = cast(
    "Callable[[tuple[Label, int, _Shared]], FoundMatch]", partial(tuple.__new__, FoundMatch)
)


class Matches(Sequence[FoundMatch]):
    """Ordered by the rules' ids. How many there are is known; the rest is made when it is read.

    Rules are those that were in force when the article was matched, whatever has become of them.
    """

    def __init__(self, selection: Selection, rulebook: Rulebook, view: ArticleView) -> None:
        self._selection = selection
        self._rulebook = rulebook
        self._view = view

    def __len__(self) -> int:
        return len(self._selection)

    @overload
    def __getitem__(self, index: int) -> FoundMatch: ...

    @overload
    def __getitem__(self, index: slice) -> list[FoundMatch]: ...

    def __getitem__(self, index: int | slice) -> FoundMatch | list[FoundMatch]:
        return self._matches[index]

    def __iter__(self) -> Iterator[FoundMatch]:
        return iter(self._matches)

    @cached_property
    def rule_ids(self) -> list[str]:
        self._selection.sort()
        return sorted(ids(self._selection, self._rulebook.reader))

    @cached_property
    def _matches(self) -> list[FoundMatch]:
        self._selection.sort()
        labels, leaves = columns(self._selection, self._rulebook.reader, self._rulebook.reading)
        shared = _Shared(self._view, self._selection, self._rulebook, leaves)
        found = list(map(_match, zip(labels, range(len(labels)), repeat(shared), strict=False)))
        found.sort(key=attrgetter("label.id"))
        return found
