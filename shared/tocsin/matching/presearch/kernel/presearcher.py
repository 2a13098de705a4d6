"""The presearcher in compiled code."""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from tocsin.matching.presearch.contract import Candidates
from tocsin.matching.presearch.features import Feature, Kind
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.kernel import arrays
from tocsin.matching.presearch.kernel.codes import codes
from tocsin.matching.presearch.kernel.editing import add, remove
from tocsin.matching.presearch.kernel.fact_ids import FactIds
from tocsin.matching.presearch.kernel.hashing import hashing, key_of
from tocsin.matching.presearch.kernel.interning import new_fact
from tocsin.matching.presearch.kernel.lookup import INEXACT
from tocsin.matching.presearch.kernel.matching import (
    ANY_FORM,
    CERTAIN,
    FOLDED,
    NORMAL,
    POSSIBLE,
    UNREAD,
    Answers,
    Batch,
    match,
)
from tocsin.matching.presearch.kernel.programs import body
from tocsin.matching.presearch.kernel.reading import MARKED, TOO_LONG
from tocsin.matching.presearch.kernel.scratch import scratch
from tocsin.matching.presearch.kernel.texts import folded_text_of, marks_of, text_of
from tocsin.matching.presearch.registration import Registration, register
from tocsin.matching.view import ArticleView
from tocsin.rules import Rule


_NO_QUESTION = [0, 0]
_FIRST_LENGTH = 1 << 14  # codes
_FIRST_ANSWERS = 1 << 14  # rules


class KernelPresearcher:
    """Keeps the promises of ``Presearcher``; ten thousand articles a second at a million rules."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies()
        self._codes = codes()
        self._lookup, self._ledger = arrays.empty()
        self._facts = FactIds(lambda: new_fact(self._lookup, self._ledger))
        self._make_room(_FIRST_LENGTH)
        self._answers = _answers(_FIRST_ANSWERS, 64)

    def add(self, number: int, rule: Rule) -> None:
        registration = register(rule, self._frequencies)
        add(np.array(self._order(number, registration), np.uint64), self._lookup, self._ledger)

    def remove(self, number: int) -> None:
        remove(number, self._lookup, self._ledger)

    def candidates(self, views: Sequence[ArticleView]) -> list[Candidates]:
        unread, found = self._match(views, [text_of(view.article) for view in views], ANY_FORM)
        if unread:
            problems = self._answers.ends[UNREAD, : len(views)].tolist()
            for at, problem in enumerate(problems):
                if problem:
                    found[at] = self._match_unread(views[at], problem)
        return found

    def _match_unread(self, view: ArticleView, problem: int) -> Candidates:
        text = text_of(view.article)
        if problem == MARKED and unicodedata.is_normalized("NFC", text):
            unread, found = self._match([view], [text], NORMAL)
            if not unread:
                return found[0]
        return self._match([view], [folded_text_of(view)], FOLDED)[1][0]

    def _match(
        self, views: Sequence[ArticleView], texts: Sequence[str], form: int
    ) -> tuple[int, list[Candidates]]:
        """Return how many articles were not read, and the candidates of the others."""
        batch = self._batch(views, texts)
        self._fit(len(views), max(map(len, texts), default=0))
        while True:
            arguments = (self._codes, self._hashing, self._lookup, self._scratch, self._answers)
            unread = match(batch, form, *arguments)
            if unread != TOO_LONG:
                return unread, self._read_answers(len(views))
            self._make_room(2 * self._scratch.ints.shape[1])
            self._answers = _answers(2 * self._answers.numbers.shape[1], len(views))

    def _batch(self, views: Sequence[ArticleView], texts: Sequence[str]) -> Batch:
        joined = "".join(texts)
        units = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
        lengths = list(map(len, texts))
        if len(units) != len(joined):  # some characters are pairs
            lengths = [len(text.encode("utf-16-le", "surrogatepass")) // 2 for text in texts]
        facts = [self._facts.of(view) for view in views]
        marks = [marks_of(view.article) for view in views]
        ends = (_ends(lengths), _ends(map(len, facts)), [*marks, 0])
        return Batch(units, np.array(list(chain(*facts)), np.int32), np.array(ends, np.int64))

    def _fit(self, articles: int, longest: int) -> None:
        if 2 * longest + 128 > self._scratch.ints.shape[1]:  # of pairs throughout, at worst
            self._make_room(3 * longest + 128)
        if articles >= self._answers.ends.shape[1]:
            self._answers = _answers(self._answers.numbers.shape[1], articles)

    def _make_room(self, length: int) -> None:
        self._scratch = scratch(length)
        self._hashing = hashing(self._scratch.ints.shape[1])

    def _read_answers(self, articles: int) -> list[Candidates]:
        certain_ends, possible_ends, _ = self._answers.ends[:, : articles + 1].tolist()
        certain = self._answers.numbers[CERTAIN, : certain_ends[-1]].tolist()
        possible = self._answers.numbers[POSSIBLE, : possible_ends[-1]].tolist()
        if articles == 1:
            return [Candidates(certain, possible)]
        return [
            Candidates(certain[slice(*of_certain)], possible[slice(*of_possible)])
            for of_certain, of_possible in zip(
                pairwise(certain_ends), pairwise(possible_ends), strict=True
            )
        ]

    def _order(self, number: int, registration: Registration) -> list[int]:
        """Return what ``editing.add`` takes."""
        places: dict[Feature, int] = {}

        def place(feature: Feature) -> int:
            return places.setdefault(feature, len(places))

        anchors = list(map(place, registration.anchors))
        question = body(registration.question, place)
        exact = registration.exact and question is not None
        words = _NO_QUESTION if question is None else question
        if exact and words == _NO_QUESTION and len(anchors) == 1:
            words = []
        order = [number, 0 if exact else INEXACT, len(places), len(words), len(anchors)]
        for feature in places:
            order += self._keys(feature)
        return [*order, *words, *anchors]

    def _keys(self, feature: Feature) -> list[int]:
        kind, space, words = feature
        if kind is Kind.FACT:
            keys = [self._facts.intern(words[0])]
        elif kind is Kind.PREFIX:
            keys = [key_of(words[0], kind, space), len(words[0])]
        else:
            keys = [key_of(word, Kind.WORD, space) for word in words]
        return [(int(kind) << 32) + len(keys), *keys]


def _answers(rules: int, articles: int) -> Answers:
    return Answers(np.zeros((2, rules), np.int32), np.zeros((3, articles + 1), np.int64))


def _ends(lengths: Iterable[int]) -> list[int]:
    return list(accumulate(lengths, initial=0))
