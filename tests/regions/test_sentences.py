"""Hard sentences: people called as places, towns of one name, firms, words at a sentence's beginning."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import Places


Locate = Callable[..., Places]
DATA = Path(__file__).parent.parent / "data" / "regions"
MARKED = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")

# What is wrong: wines, dishes, teams and phrases that are called after places.
SENTENCES_RIGHT = 0.97
LANGUAGES = ("ar", "en", "es", "fr", "pt", "ru", "zh")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the countries (or areas) that it names.

    Every other one went into the weights (tests/benchmarks/fit_regions.py), the ``unseen`` did not.
    """

    text: str
    language: str
    regions: frozenset[str]
    unseen: bool


def sentences() -> Iterator[Sentence]:
    for language in LANGUAGES:
        lines = (DATA / "sentences" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(line for line in lines if not line.startswith("#")):
            marks = {mark if ":" in mark else f"country:{mark}" for _, mark in MARKED.findall(line)}
            text = MARKED.sub(r"\1", line)
            yield Sentence(text, language, frozenset(marks), unseen=number % 2 == 1)


def likely(places: Places) -> set[str]:
    return {region for region, hit in places.regions.items() if hit.probability > 0.5}


def amiss(locate: Locate, gazetteer: Gazetteer, sentence: Sentence) -> set[str]:
    """Return what is absent or too much."""
    found = likely(locate(sentence.text, language=sentence.language))
    # An area that is named brings the countries that it lies in: Crimea brings two.
    brought = {r for region in sentence.regions for r in gazetteer.ancestors(region)}
    countries = {region for region in found if region.startswith("country:")}
    return set(sentence.regions - found) | (countries - brought - sentence.regions)


@pytest.mark.parametrize(
    "case",
    [
        json.loads(line)
        for line in (DATA / "ambiguity.jsonl").read_text(encoding="utf-8").splitlines()
    ],
    ids=lambda case: case["text"][:40],
)
def test_a_name_is_told_from_its_double(
    locate: Locate, gazetteer: Gazetteer, case: dict[str, str | list[str]]
) -> None:
    def ours(region: str) -> str:
        kind, _, code = region.partition(":")
        return gazetteer.canonical(f"admin1:gn:{code}" if kind == "admin1" else region)

    text = case["text"]
    assert isinstance(text, str)
    found = likely(locate(text, language="und"))

    assert {ours(region) for region in case["must"]} <= found
    assert not {ours(region) for region in case["must_not"]} & found


def test_nearly_all_sentences_are_right(locate: Locate, gazetteer: Gazetteer) -> None:
    every = list(sentences())

    wrong = [(s.text, sorted(found)) for s in every if (found := amiss(locate, gazetteer, s))]

    assert len(every) > 450
    assert len(wrong) <= len(every) * (1 - SENTENCES_RIGHT), wrong


def test_so_are_the_sentences_that_nothing_was_learned_from(
    locate: Locate, gazetteer: Gazetteer
) -> None:
    unseen = [sentence for sentence in sentences() if sentence.unseen]

    wrong = [(s.text, sorted(found)) for s in unseen if (found := amiss(locate, gazetteer, s))]

    # One sentence in two hundred is half a percent.
    assert len(wrong) <= len(unseen) * (1 - SENTENCES_RIGHT) + 1, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_nearly_as_good(
    locate: Locate, gazetteer: Gazetteer, language: str
) -> None:
    these = [sentence for sentence in sentences() if sentence.language == language]

    wrong = [(s.text, sorted(found)) for s in these if (found := amiss(locate, gazetteer, s))]

    assert len(these) >= 39
    assert len(wrong) <= len(these) * 0.1, wrong
