"""The presearcher in plain Python: dictionaries from features to rules.

It says readably what the kernel does at forty times the speed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.intervals import Interval, between, pairs, pairs_in_order
from tocsin.matching.presearch.contract import Candidates
from tocsin.matching.presearch.facts import facts_of
from tocsin.matching.presearch.features import Feature, Kind, Reference, Space, Zone
from tocsin.matching.presearch.formula import (
    AnyOf,
    Close,
    Every,
    Formula,
    Negation,
    Some,
    references,
)
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.reader import PlainReader
from tocsin.matching.presearch.registration import Registration, register
from tocsin.matching.view import LEAD_WORDS, TEXT, TITLE, ArticleView, Stream
from tocsin.rules import FieldName, Rule


_SPACES = {
    TITLE: Space.TEXT,
    TEXT: Space.TEXT,
    FieldName.AUTHOR: Space.AUTHOR,
    FieldName.TAG: Space.TAG,
    FieldName.URL: Space.URL,
}


class DictionaryPresearcher:
    """Keeps the promises of ``Presearcher``."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies()
        self._registrations: dict[int, Registration] = {}
        self._by_anchor: defaultdict[Feature, set[int]] = defaultdict(set)
        self._vocabulary = _Vocabulary()

    def add(self, number: int, rule: Rule) -> None:
        self.add_prepared([number], [self.prepared(rule)])

    def prepared(self, rule: Rule) -> Registration:
        return register(rule, self._frequencies)

    def add_prepared(self, numbers: Sequence[int], prepared: Sequence[Registration]) -> None:
        for number, registration in zip(numbers, prepared, strict=True):
            self._registrations[number] = registration
            self._vocabulary.add(_features(registration))
            for anchor in registration.anchors:
                self._by_anchor[anchor].add(number)

    def remove(self, number: int) -> None:
        registration = self._registrations.pop(number)
        self._vocabulary.remove(_features(registration))
        for anchor in registration.anchors:
            numbers = self._by_anchor[anchor]
            numbers.remove(number)
            if not numbers:
                del self._by_anchor[anchor]

    @property
    def reader(self) -> PlainReader:
        return PlainReader()

    def candidates(self, views: Sequence[ArticleView]) -> list[Candidates]:
        return [self._of(view) for view in views]

    def dump(self) -> dict[str, NDArray[Any]]:
        return {}

    def load(self, saved: Mapping[str, NDArray[Any]]) -> bool:
        return False

    def _of(self, view: ArticleView) -> Candidates:
        present = _Present(view, self._vocabulary)
        met: set[int] = set()
        for feature in present.zones.keys() & self._by_anchor.keys():
            met |= self._by_anchor[feature]
        certain: list[int] = []
        possible: list[int] = []
        for number in met:
            registration = self._registrations[number]
            if present.holds(registration.question):
                (certain if registration.exact else possible).append(number)
        return Candidates(np.array(certain, np.int32), np.array(possible, np.int32))


def _features(registration: Registration) -> set[Feature]:
    asked = {reference.feature for reference in references(registration.question)}
    return asked.union(registration.anchors)


class _Vocabulary:
    """The features that any rule mentions, as they are looked for."""

    def __init__(self) -> None:
        self._uses: Counter[Feature] = Counter()
        self.facts: dict[str, Feature] = {}
        self.words: defaultdict[Space, dict[str, Feature]] = defaultdict(dict)
        self.prefixes: defaultdict[Space, dict[str, Feature]] = defaultdict(dict)
        # How many prefixes of each length there are.
        self.lengths: defaultdict[Space, Counter[int]] = defaultdict(Counter)
        # Phrases by their first two words.
        self.phrases: defaultdict[Space, defaultdict[tuple[str, ...], set[Feature]]]
        self.phrases = defaultdict(lambda: defaultdict(set))

    def add(self, features: Iterable[Feature]) -> None:
        for feature in features:
            self._uses[feature] += 1
            if self._uses[feature] == 1:
                self._take_in(feature)

    def remove(self, features: Iterable[Feature]) -> None:
        for feature in features:
            self._uses[feature] -= 1
            if self._uses[feature] == 0:
                del self._uses[feature]
                self._forget(feature)

    def _take_in(self, feature: Feature) -> None:
        kind, space, (first, *_) = feature
        match kind:
            case Kind.WORD:
                self.words[space][first] = feature
            case Kind.PREFIX:
                self.prefixes[space][first] = feature
                self.lengths[space][len(first)] += 1
            case Kind.PHRASE:
                self.phrases[space][feature.words[:2]].add(feature)
            case Kind.FACT:
                self.facts[first] = feature
            case _:
                assert_never(kind)

    def _forget(self, feature: Feature) -> None:
        kind, space, (first, *_) = feature
        match kind:
            case Kind.WORD:
                del self.words[space][first]
            case Kind.PREFIX:
                del self.prefixes[space][first]
                self.lengths[space] -= Counter([len(first)])
            case Kind.PHRASE:
                begun = self.phrases[space][feature.words[:2]]
                begun.remove(feature)
                if not begun:
                    del self.phrases[space][feature.words[:2]]
            case Kind.FACT:
                del self.facts[first]
            case _:
                assert_never(kind)


class _Present:
    """What is in an article of the vocabulary, and in which zones."""

    def __init__(self, view: ArticleView, vocabulary: _Vocabulary) -> None:
        self._view = view
        names = vocabulary.facts.keys() & set(facts_of(view))
        self.zones: dict[Feature, int] = {vocabulary.facts[name]: Zone.ANYWHERE for name in names}
        for stream in view.streams:
            for feature in _mentioned(stream, vocabulary):
                for _, last in _places(feature, stream):
                    self.zones[feature] = self.zones.get(feature, 0) | _zone(stream, last)

    def holds(self, formula: Formula) -> bool:
        match formula:
            case AnyOf(asked):
                return any(self._is_there(reference) for reference in asked)
            case Close():
                return self._are_close(formula)
            case Every(parts):
                return all(map(self.holds, parts))
            case Some(parts):
                return any(map(self.holds, parts))
            case Negation(part):
                return not self.holds(part)
            case _:
                assert_never(formula)

    def _is_there(self, reference: Reference) -> bool:
        return self.zones.get(reference.feature, 0) & reference.zones != 0

    def _are_close(self, asked: Close) -> bool:
        left, right = self._intervals(asked.left), self._intervals(asked.right)
        found = pairs_in_order(left, right) if asked.ordered else pairs(left, right)
        return any(between(*pair) <= asked.distance for pair in found)

    def _intervals(self, group: Iterable[Reference]) -> list[Interval]:
        return sorted(
            Interval(index, first, last)
            for feature, zones in group
            if feature in self.zones
            for index, stream in enumerate(self._view.streams)
            if _SPACES[stream.field] is feature.space
            for first, last in _places(feature, stream)
            if _zone(stream, last) & zones
        )


def _mentioned(stream: Stream, vocabulary: _Vocabulary) -> Iterator[Feature]:
    """Yield the features of the vocabulary that are in a stream; phrases by two of their words."""
    space = _SPACES[stream.field]
    here = stream.positions.keys()
    known = vocabulary.words[space]
    for word in here & known.keys():
        yield known[word]
    prefixes = vocabulary.prefixes[space]
    for length in vocabulary.lengths[space]:
        for beginning in {word[:length] for word in here} & prefixes.keys():
            yield prefixes[beginning]
    phrases = vocabulary.phrases[space]
    for two in phrases.keys() & _neighbours(stream) if phrases else ():
        yield from phrases[two]


def _neighbours(stream: Stream) -> set[tuple[str, str]]:
    """Return the words that follow one another; each position of a stream may hold several."""
    if sum(map(len, stream.positions.values())) == len(stream):
        return set(pairwise(stream.tokens.words))
    at: list[list[str]] = [[] for _ in range(len(stream))]
    for word, positions in stream.positions.items():
        for position in positions:
            at[position].append(word)
    return {two for here, there in pairwise(at) for two in product(here, there)}


def _places(feature: Feature, stream: Stream) -> list[tuple[int, int]]:
    """Return the first and the last word of each place where a feature stands; in order."""
    if feature.kind is Kind.PREFIX:
        return [(at, at) for at in stream.find(f"{feature.words[0]}*")]
    first, *others = (stream.find(word) for word in feature.words)
    starts = set(first)
    for offset, positions in enumerate(others, start=1):
        starts &= {position - offset for position in positions}
    ends = ((start, start + len(others)) for start in sorted(starts))
    return [(start, end) for start, end in ends if _in_one_paragraph(stream, start, end)]


def _in_one_paragraph(stream: Stream, first: int, last: int) -> bool:
    return first == last or stream.paragraph_of(first) == stream.paragraph_of(last)


def _zone(stream: Stream, last: int) -> Zone:
    if stream.field == TITLE:
        return Zone.TITLE
    if stream.field == TEXT:
        return Zone.LEAD if last < LEAD_WORDS else Zone.REST
    return Zone.ANYWHERE
