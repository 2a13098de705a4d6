"""Fit the geoparser's weights; prints what to put into ``tocsin/regions/weights.py``.

    PYTHONPATH=tests python tests/benchmarks/fit_regions.py place|sense

Learned from: GeoVirus (WikiNews text, CC BY 2.5) and every other sentence of ours in
``tests/data/regions/sentences/``. Each weight is drawn to the one that is there already, so that
what the texts say little of stays as it was set by hand.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.regions_corpora import Document, gold_of, read, say
from benchmarks.regions_score import km
from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.regions.dictionary import Form
from tocsin.regions.entities import Candidate
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.mention import Mention
from tocsin.regions.weights import PLACE, SENSE


SENTENCES = Path(__file__).parent.parent / "data" / "regions" / "sentences"
_MARKED = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")
# GeoVirus does not count "Michigan State University" as a place; we count it a little.
_UNDECIDED = {"organisation after", "organisation before", "firm after"}
_OURS_COUNT = 4.0
# How strongly a weight is drawn to what it was: as by so many examples at even odds, times four.
_PULL = 4.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=["place", "sense"])
    documents = [*read("geovirus"), *seen_sentences()]
    if arguments.parse_args().what == "place":
        fit_place(documents)
    else:
        fit_sense(documents)


def seen_sentences() -> Iterator[Document]:
    """Yield every other sentence of ours in each language; the others are for the test."""
    for file in sorted(SENTENCES.glob("*.txt")):
        yield from list(sentences(file))[::2]


def sentences(file: Path) -> Iterator[Document]:
    """Yield our sentences as documents: the brackets taken out, the places noted."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            continue
        text, toponyms, last = "", [], 0
        for match in _MARKED.finditer(line):
            text += line[last : match.start()]
            toponyms.append(
                {"start": len(text), "end": len(text) + len(match[1]), "region": match[2]}
            )
            text += match[1]
            last = match.end()
        yield {
            "id": f"ours:{number}",
            "source": "ours",
            "language": file.stem,
            "text": text + line[last:],
            "toponyms": toponyms,
        }


def parse(geoparser: Geoparser, document: Document) -> list[Mention]:
    day = datetime(2025, 6, 1, tzinfo=UTC)
    language = document.get("language", "en")
    article = Article(id="", title="", text=document["text"], fetched_at=day, language=language)
    return geoparser.mentions(article)[1]


def toponym_at(mention: Mention, gold: Sequence[Document]) -> Document | None:
    """Return the annotated place that the mention overlaps; the reading has a gap before the text."""
    start, end = mention.start - 2, mention.end - 2
    return next((t for t in gold if t["start"] < end and start < t["end"]), None)


def fit_place(documents: Sequence[Document]) -> None:
    """Logistic regression by Newton's method, each weight drawn to what it was."""
    names = sorted(PLACE)
    column = {name: number for number, name in enumerate(names)}
    before = np.array([PLACE[name] for name in names])
    rows, right, counts = place_examples(documents, column)

    def loss(weights: npt.NDArray[np.float64]) -> float:
        score = rows @ weights
        fit = counts @ (np.logaddexp(0, score) - right * score)
        return float(fit + _PULL / 2 * ((weights - before) ** 2).sum())

    weights = before.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (counts * (right - chance)) - _PULL * (weights - before)
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows
        step = np.linalg.solve(curve + _PULL * np.eye(len(names)), gradient)
        while loss(weights + step) > loss(weights) and np.abs(step).max() > 1e-6:
            step /= 2
        weights += step
    for name in PLACE:
        seen = int((rows[:, column[name]] != 0).sum())
        say(f'    "{name}": {weights[column[name]]:.2f},  # was {PLACE[name]}, seen {seen}')


def place_examples(
    documents: Sequence[Document], column: dict[str, int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    geoparser = Geoparser(load())
    rows, right, counts = [], [], []
    for document in documents:
        ours = document["source"] == "ours"
        gold = gold_of(document)
        for mention in parse(geoparser, document):
            if mention.form is Form.PHRASE or not (ours or countable(mention)):
                continue
            row = np.zeros(len(column))
            for name, value in {**mention.entry.facts, **mention.evidence}.items():
                row[column[name]] = value
            rows.append(row)
            right.append(float(toponym_at(mention, gold) is not None))
            counts.append(_OURS_COUNT if ours else 1.0)
    return np.array(rows), np.array(right), np.array(counts)


def countable(mention: Mention) -> bool:
    return mention.form is not Form.DEMONYM and not mention.evidence.keys() & _UNDECIDED


def fit_sense(documents: Sequence[Document]) -> None:
    """Climb weight by weight; each evaluation reads all the documents."""
    gazetteer = load()
    before = dict(SENSE)
    best = likelihood(gazetteer, documents, before)
    say(f"log-likelihood {best:.2f}")
    step = dict.fromkeys(SENSE, 0.4)
    for _ in range(4):
        for name in SENSE:
            for direction in (1, -1):
                old = SENSE[name]
                SENSE[name] = old + direction * step[name]
                found = likelihood(gazetteer, documents, before)
                if found > best + 0.01:
                    best = found
                    break
                SENSE[name] = old
            else:
                step[name] /= 2
        say(f"log-likelihood {best:.2f}")
    for name, value in SENSE.items():
        say(f'    "{name}": {value:.2f},  # was {before[name]}')


def likelihood(
    gazetteer: Gazetteer, documents: Sequence[Document], before: dict[str, float]
) -> float:
    geoparser = Geoparser(gazetteer)
    total = -sum(3.0 * (SENSE[name] - before[name]) ** 2 for name in SENSE)
    for document in documents:
        gold = gold_of(document)
        for mention in parse(geoparser, document):
            toponym = toponym_at(mention, gold)
            if toponym is None or not mention.senses:
                continue
            near = sum(share for sense, share in mention.senses if is_meant(sense, toponym))
            total += np.log(0.02 + near) * (_OURS_COUNT if "region" in toponym else 1.0)
    return float(total)


def is_meant(sense: Candidate, toponym: Document) -> bool:
    region = str(toponym.get("region") or toponym.get("country") or "")
    if ":" in region:
        return sense.region == region
    if sense.country != f"country:{region}":
        return False
    if sense.kind == "country" or "lat" not in toponym or sense.latitude is None:
        return True
    assert sense.longitude is not None
    return km(sense.latitude, sense.longitude, toponym["lat"], toponym["lon"]) < 400


if __name__ == "__main__":
    main()
