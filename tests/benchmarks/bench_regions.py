"""How well, and how fast, are the places of real articles found?

    PYTHONPATH=tests python tests/benchmarks/bench_regions.py [lgl] [geovirus] [gwn] [reuters] [ambiguity] [sentences] [speed]

The corpora are not ours to pass on: they lie under ``TOCSIN_CORPORA`` (a folder with ``places/``),
and what is not there is left out with a word. They are for measuring only; no weight was fitted
to LGL, GeoWebNews or Reuters. geotext and flashgeotext are compared where they are installed. A run
in which everything was measured writes the table in docs/benchmarks.md.

Figures. Toponyms: a found place counts as right where it overlaps an annotated one. Within
161 km: of the annotated places found, how many lie that near. Countries: the set of countries of
each article, by its annotated places. Calibration: the mean gap between how sure we said we were and
how often we were right (expected calibration error, ten bins).
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from benchmarks.peers import Found, peers, use_alone
from benchmarks.regions_corpora import Document, as_article, gold_of, read, read_homes, say
from benchmarks.regions_score import (
    HEADING,
    SURE,
    Count,
    Score,
    judge_countries,
    judge_toponyms,
    share,
)
from benchmarks.regions_table import US, MissingFiguresError, replaced, table
from regions.test_sentences import amiss, sentences
from tocsin.adapters.gazetteer.load import load
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places
from tocsin.regions.spotted import Sense


PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"
Measured = dict[str, dict[str, float]]  # by what was measured, then of whom


def main() -> None:
    known: dict[str, Callable[[Gazetteer], Measured]] = {
        "geovirus": toponym_bench("geovirus"),
        "gwn": toponym_bench("gwn"),
        "lgl": toponym_bench("lgl"),
        "reuters": reuters,
        "ambiguity": ambiguity,
        "sentences": own_sentences,
        "speed": speed,
    }
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", nargs="*", metavar="corpus", help=", ".join(known))
    chosen = arguments.parse_args().what or list(known)
    gazetteer = load()
    say(f"gazetteer {gazetteer.version}")
    measured: Measured = {}
    for name in chosen:
        measured |= known[name](gazetteer)
    write(measured)


def write(measured: Measured) -> None:
    try:
        page = replaced(PAGE.read_text(), table(measured))
    except MissingFiguresError as missing:
        say(f"\n{PAGE.name} stays as it is: {missing}")
        return
    PAGE.write_text(page)
    say(f"\nthe table stands in {PAGE.name}")


def toponym_bench(corpus: str) -> Callable[[Gazetteer], Measured]:
    def bench(gazetteer: Gazetteer) -> Measured:
        documents = read(corpus)
        measured: Measured = {}
        if not documents:
            return measured
        say(f"\n{corpus}: {len(documents)} articles\n{HEADING}")

        def measure(name: str, find: Find, whom: str, apart: str = "") -> None:
            score = evaluate(documents, find)
            say(score.line(name, len(documents)))
            for what, value in score.figures().items():
                measured.setdefault(f"{corpus} {what}{apart}", {})[whom] = value

        if corpus == "lgl":
            measure("tocsin", Finder(gazetteer), US, ", home unknown")
            measure("tocsin, home known", Finder(gazetteer, homes=read_homes()), US)
        else:
            measure("tocsin", Finder(gazetteer), US)
        for name, peer in peers(gazetteer):
            measure(name, peer, name)
        return measured

    return bench


class Finder:
    """Tocsin, as the benches ask it."""

    def __init__(self, gazetteer: Gazetteer, homes: dict[str, str] | None = None) -> None:
        self._gazetteer = gazetteer
        self._geoparser = Geoparser(gazetteer)
        self._homes = homes or {}

    def __call__(self, document: Document) -> tuple[list[Found], dict[str, float], str]:
        article = as_article(document, home=self._homes.get(document.get("domain", ""), ""))
        places, spotted = self._geoparser.explain(article)
        found = []
        for each in spotted:
            best = each.senses[0]
            found.append(
                Found(
                    start=each.span.start,
                    end=each.span.end,
                    latitude=best.latitude,
                    longitude=best.longitude,
                    region=best.region,
                    country=best.country.removeprefix("country:"),
                    demonym=any(reason.what == "demonym" for reason in each.reasons),
                    probability=each.probability,
                    share=share_of_country(each.senses, best.country),
                )
            )
        countries = {
            region.removeprefix("country:"): hit.probability
            for region, hit in places.regions.items()
            if region.startswith("country:")
        }
        return found, countries, places.primary_country.removeprefix("country:")


def share_of_country(senses: Iterable[Sense], country: str) -> float:
    return sum(sense.share for sense in senses if sense.country == country)


Find = Callable[[Document], tuple[list[Found], dict[str, float], str]]


def evaluate(documents: Sequence[Document], find: Find) -> Score:
    score = Score()
    started = time.process_time()
    answers = [find(document) for document in documents]
    score.seconds = time.process_time() - started
    for document, (found, countries, primary) in zip(documents, answers, strict=True):
        gold = gold_of(document)
        # GeoVirus leaves demonyms out; a demonym that is right cannot be told from one that is not.
        no_demonyms = document["source"] == "geovirus"
        judge_toponyms(score, [f for f in found if not (no_demonyms and f.demonym)], gold)
        judge_countries(score, found, countries, primary, gold, no_demonyms=no_demonyms)
    return score


def reuters(gazetteer: Gazetteer) -> Measured:
    documents = [d for d in read("reuters_places") if len(d["text"]) > 300]
    if not documents:
        return {}
    geoparser = Geoparser(gazetteer)
    mentioned, about, top = Count(), Count(), []
    started = time.process_time()
    for document in documents:
        text = f"{document['dateline']} {document['text']}"
        article = as_article({**document, "text": text}, title=document["title"], year=1987)
        places = geoparser.locate(article)
        gold = set(document["countries"])
        hits = {r[8:]: h for r, h in places.regions.items() if r.startswith("country:")}
        mentioned.add({c for c, h in hits.items() if h.probability > SURE}, gold)
        about.add({c for c, h in hits.items() if h.level == "about"}, gold)
        if gold:
            top.append(places.primary_country[8:] in gold)
    seconds = time.process_time() - started
    say(
        f"\nreuters: {len(documents)} articles, {len(documents) / seconds:.0f} docs/s\n"
        f"  mentioned: F1 {mentioned.f1:.3f} (P {mentioned.precision:.3f}, R {mentioned.recall:.3f})\n"
        f"  about:     F1 {about.f1:.3f} (P {about.precision:.3f}, R {about.recall:.3f})\n"
        f"  primary country among those given: {share(top):.3f}"
    )
    return {"reuters about": {US: about.f1}, "reuters loudest": {US: share(top)}}


def ambiguity(gazetteer: Gazetteer) -> Measured:
    documents = read("ambiguity")
    if not documents:
        return {}
    geoparser = Geoparser(gazetteer)
    failed = []
    for document in documents:
        places = geoparser.locate(as_article(document))
        likely = {region for region, hit in places.regions.items() if hit.probability > SURE}
        absent = {our_id(gazetteer, region) for region in document["must"]} - likely
        wrong = {our_id(gazetteer, region) for region in document["must_not"]} & likely
        if absent or wrong:
            failed.append((document["text"], absent, wrong))
    say(f"\nambiguity: {len(documents) - len(failed)} of {len(documents)} sentences right")
    for text, absent, wrong in failed:
        say(f"  {text}\n    absent {sorted(absent)}, wrong {sorted(wrong)}")
    return {"sentences given": {US: 1 - len(failed) / len(documents)}}


def own_sentences(gazetteer: Gazetteer) -> Measured:
    """Count the sentences of ours that are right, and those of them that nothing was learned from."""
    geoparser = Geoparser(gazetteer)

    def locate(text: str, *, language: str) -> Places:
        return geoparser.locate(as_article({"text": text, "language": language}, year=2025))

    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for sentence in sentences():
        for kind in ("all", sentence.language, *(["never learned from"] * sentence.unseen)):
            total[kind] += 1
            right[kind] += not amiss(locate, gazetteer, sentence)
    counts = ", ".join(f"{kind} {right[kind]} of {total[kind]}" for kind in total)
    say(f"\nsentences of ours right: {counts}")
    return {f"sentences {kind}": {US: right[kind] / total[kind]} for kind in total}


def our_id(gazetteer: Gazetteer, region: str) -> str:
    """Return our id for one of the corpora, which write ``admin1:US.TX``."""
    kind, _, code = region.partition(":")
    return gazetteer.canonical(f"admin1:gn:{code}" if kind == "admin1" else region)


def speed(gazetteer: Gazetteer) -> Measured:
    """Measure articles of some 2 kB with us and our peers, and the memory that each adds."""
    documents = middling()
    if not documents:
        return {}
    articles = [as_article(document) for document in documents]
    geoparser = Geoparser(gazetteer)
    for article in articles:
        geoparser.locate(article)
    taken = []
    for _ in range(3):
        for article in articles:
            started = time.process_time()
            geoparser.locate(article)
            taken.append(time.process_time() - started)
    taken.sort()
    median, slow = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    speeds, memory = {US: len(taken) / sum(taken)}, {US: added_by("tocsin")}
    size = sum(len(article.text) for article in articles) / len(articles)
    say(
        f"\nspeed: {len(articles)} articles of {size:.0f} characters on average\n"
        f"  {speeds[US]:.0f} articles/s, median {1000 * median:.2f} ms,"
        f" p99 {1000 * slow:.2f} ms (CPU time, one core)"
    )
    for name, peer in peers(gazetteer):
        started = time.process_time()
        for document in documents:
            peer(document)
        speeds[name] = len(documents) / (time.process_time() - started)
        say(f"  {name}: {speeds[name]:.0f} articles/s")
        if name != "naive look-up":  # which stands on our gazetteer
            memory[name] = added_by(name)
    for name, added in memory.items():
        say(f"  memory that {name} adds to a process: {added:.0f} MB")
    return {
        "speed": speeds,
        "median": {US: 1000 * median},
        "p99": {US: 1000 * slow},
        "memory": memory,
    }


def middling() -> list[Document]:
    documents = (d for name in ("lgl", "gwn", "geovirus") for d in read(name))
    return [d for d in documents if 1_500 <= len(d["text"]) <= 2_500]


def added_by(name: str) -> float:
    """Return how much resident memory (MB) a new process needs more once it has found places."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(grown_by, name).result()


def grown_by(name: str) -> float:
    documents = middling()
    process = psutil.Process()
    before = process.memory_info().rss
    if name == "tocsin":
        geoparser = Geoparser(load())
        for document in documents:
            geoparser.locate(as_article(document))
    else:
        use_alone(name, [document["text"] for document in documents])
    return float(process.memory_info().rss - before) / 1e6


if __name__ == "__main__":
    main()
