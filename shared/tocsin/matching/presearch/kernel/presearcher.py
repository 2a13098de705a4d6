"""The presearcher in compiled code."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.presearch.contract import Candidates
from tocsin.matching.presearch.frequencies import Frequencies
from tocsin.matching.presearch.kernel import arrays
from tocsin.matching.presearch.kernel.codes import codes
from tocsin.matching.presearch.kernel.editing import add, remove
from tocsin.matching.presearch.kernel.fact_ids import FactIds
from tocsin.matching.presearch.kernel.hashing import hashing
from tocsin.matching.presearch.kernel.interning import new_fact
from tocsin.matching.presearch.kernel.lookup import (
    FEATURES,
    NUMBER,
)
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
from tocsin.matching.presearch.kernel.order import Order
from tocsin.matching.presearch.kernel.orders import order_of
from tocsin.matching.presearch.kernel.reader import KernelReader
from tocsin.matching.presearch.kernel.reading import MARKED, TOO_LONG
from tocsin.matching.presearch.kernel.scratch import scratch
from tocsin.matching.presearch.kernel.texts import folded_text_of, marks_of, text_of
from tocsin.matching.view import ArticleView
from tocsin.rules import Rule


_FIRST_LENGTH = 1 << 14  # codes
_FIRST_ANSWERS = 1 << 14  # rules


class KernelPresearcher:
    """Keeps the promises of ``Presearcher``; ten thousand articles a second at a million rules."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies()
        self._codes = codes()
        self._lookup, self._ledger = arrays.empty()
        self.reader = KernelReader()
        self._rules = 0  # the highest number so far, and one
        self._facts = self._no_facts()
        self._make_room(_FIRST_LENGTH)
        self._answers = _answers(_FIRST_ANSWERS, 64)

    def add(self, number: int, rule: Rule) -> None:
        self.add_prepared([number], [self.prepared(rule)])

    def prepared(self, rule: Rule) -> Order:
        return order_of(rule, self._frequencies)

    def add_prepared(self, numbers: Sequence[int], prepared: Sequence[Order]) -> None:
        orders = [order.words for order in prepared]
        ends = np.array(_ends(map(len, orders)), np.int64) // 8
        words = np.frombuffer(bytearray(b"".join(orders)), np.uint64)
        self._check_room(max(numbers, default=0), len(words))
        words[ends[:-1]] = numbers
        for first, order in zip(ends.tolist(), prepared, strict=False):
            for at, name in order.facts:
                words[first + at] = self._facts.intern(name)
        self._rules = max((self._rules, *(number + 1 for number in numbers)))
        add(words, ends, self._lookup, self._ledger)

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

    def dump(self) -> dict[str, NDArray[Any]]:
        facts = json.dumps(self._facts.ids).encode()
        return {
            **arrays.dump(self._lookup, self._ledger, self._rules),
            "rules": np.array([self._rules], np.int64),
            "facts": np.frombuffer(facts, np.uint8),
        }

    def load(self, saved: Mapping[str, NDArray[Any]]) -> bool:
        if not saved:
            return False
        others = dict(saved)
        self._facts = self._no_facts()
        for name, id_ in json.loads(others.pop("facts").tobytes()).items():
            self._facts.learn(name, id_)
        self._rules = int(others.pop("rules")[0])
        arrays.load(others, self._lookup, self._ledger)
        return True

    def _no_facts(self) -> FactIds:
        return FactIds(lambda: new_fact(self._lookup, self._ledger))

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
        # Copies, for the answers are written over by the next call.
        certain = self._answers.numbers[CERTAIN, : certain_ends[-1]].copy()
        possible = self._answers.numbers[POSSIBLE, : possible_ends[-1]].copy()
        if articles == 1:
            return [Candidates(certain, possible)]
        return [
            Candidates(certain[slice(*of_certain)], possible[slice(*of_possible)])
            for of_certain, of_possible in zip(
                pairwise(certain_ends), pairwise(possible_ends), strict=True
            )
        ]

    def _check_room(self, number: int, words: int) -> None:
        """Refuse rules of so many words in all, each of which may be a feature."""
        features = int(self._lookup.registers[FEATURES])
        if number > NUMBER or features + words > arrays.MOST_FEATURES:
            raise MemoryError(
                f"{number:,} rules are more than there is room for: split them into shards"
            )


def _answers(rules: int, articles: int) -> Answers:
    return Answers(np.zeros((2, rules), np.int32), np.zeros((3, articles + 1), np.int64))


def _ends(lengths: Iterable[int]) -> list[int]:
    return list(accumulate(lengths, initial=0))
