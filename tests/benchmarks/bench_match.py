"""How many articles a second are matched against 10,000, 100,000, 1,000,000 rules?

    PYTHONPATH=tests python tests/benchmarks/bench_match.py [--rules N …] [--profile NAME …] [--articles N]

The articles are real ones (BBC, Reuters, Brazilian and local news, WikiNews) and not ours to pass on:
they lie under ``TOCSIN_CORPORA``, a folder with ``match/articles.jsonl``. Only those of 200 to 1,000 words
are matched. The rules are made up from them (``match_rules``), always the same.

Figures. One thread; CPU time of this thread, for the machine may be shared; the best of three passes over
the articles, once all of them have been seen. ``explained``: the spans of every match, too. The peers are a
regular expression for each word or phrase, and PostgreSQL with RUM's inverse index, where the machine
has them; they get a part of the articles, in the same run.
"""

import argparse
from dataclasses import replace
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, get_args

import numpy as np

from benchmarks.match_peers import Peer, peers
from benchmarks.match_rules import STORM, Generator, Profile, Query, Vocabulary, region_id
from tocsin.article import Article
from tocsin.errors import RuleSyntaxError
from tocsin.matching import Engine
from tocsin.matching.presearch import Frequencies, Kernel, presearcher
from tocsin.regions.places import Places, RegionHit
from tocsin.rules import RegionFilter, Rule, parse


BESIDE_US = Path(__file__).resolve().parents[3] / "shared/data"
ARTICLES = Path(os.environ.get("TOCSIN_CORPORA", BESIDE_US)) / "match/articles.jsonl"
BATCH = 16
PASSES = 3
EDITS = 2_000
EXPLAINED = 200  # articles
Item = tuple[Article, Places]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rules", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument(
        "--profile", nargs="+", choices=get_args(Profile), default=list(get_args(Profile))
    )
    arguments.add_argument("--articles", type=int, default=2_000)
    arguments.add_argument("--kernel", choices=get_args(Kernel), default="auto")
    arguments.add_argument("--no-peers", action="store_true")
    given = arguments.parse_args()
    if not ARTICLES.exists():
        say(f"no articles to measure on: {ARTICLES} is not there (see TOCSIN_CORPORA)")
        return
    everything = list(read())
    vocabulary = Vocabulary.of([article for article, _ in everything])
    frequencies = Frequencies.of(article for article, _ in everything)
    stream = chosen(everything, given.articles)
    for profile in given.profile:
        flow = stormy(stream) if profile == "storm" else stream
        for count in given.rules:
            rules = made(Generator(vocabulary, profile), count)
            say(f"\n## {profile}, {count:,} rules")
            engine = Engine(presearcher(given.kernel, frequencies))
            ours = measure(engine, rules, flow)
            if not given.no_peers:
                compare(rules, flow, engine, ours)


def read() -> Iterator[Item]:
    for line in ARTICLES.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        article = Article(
            id=str(given["id"]),
            title=given["title"],
            text=given["body"],
            fetched_at=datetime(2025, 1, 1, tzinfo=UTC),
            language=given["lang"],
        )
        regions = [region_id(number) for number in given["regions"]]
        hits = {
            region: RegionHit(region, 0.9, "mention", explicit=True, places=())
            for region in regions
        }
        yield article, Places(regions=hits)


def chosen(everything: Sequence[Item], count: int) -> list[Item]:
    usual = [item for item in everything if 200 <= item[0].text.count(" ") <= 1_000]
    return Random(5).sample(usual, min(count, len(usual)))


def stormy(stream: Sequence[Item]) -> list[Item]:
    """Return the articles, of which two in five tell of one event."""
    return [
        (replace(article, text=f"{STORM}\n\n{article.text}"), places) if number % 5 < 2 else item
        for number, item in enumerate(stream)
        for article, places in [item]
    ]


def made(generator: Generator, count: int) -> list[Query]:
    return list(generator.queries(count))


def rule_of(number: int, query: Query) -> Rule | None:
    """Return the rule; None where the language refuses it (a stop word alone, say)."""
    try:
        expression = parse(query.text)
    except RuleSyntaxError:
        return None
    regions = RegionFilter(any=query.regions) if query.regions else None
    return Rule(
        id=f"r{number}", name="", query=query.text, expression=expression, regions=regions
    )


def measure(engine: Engine, queries: Sequence[Query], stream: Sequence[Item]) -> None:
    memory = resident_mb()
    started, cpu = time.perf_counter(), time.process_time()
    refused = 0
    for number, query in enumerate(queries):
        rule = rule_of(number, query)
        if rule is None:
            refused += 1
        else:
            engine.put(rule)
    say(f"build {time.process_time() - cpu:.1f} s CPU, {time.perf_counter() - started:.1f} s; refused {refused}")
    gc.collect()
    gc.freeze()
    say(f"memory {resident_mb() - memory:.0f} MB")
    for batch in (1, BATCH, 64):
        rate, times, found = matched(engine, stream, batch)
        say(
            f"batches of {batch:2}: {rate:8,.0f} articles/s, a batch p50 {np.percentile(times, 50):.3f} ms, "
            f"p99 {np.percentile(times, 99):.3f} ms; {found / len(stream):.1f} matches an article"
        )
    cpu = time.thread_time()
    n = 0
    for article, places in stream[:EXPLAINED]:
        n += sum(1 for _ in engine.match(article, places))
    took = time.thread_time() - cpu
    say(f"explained: {EXPLAINED / took:,.0f} articles/s, {took / max(n, 1) * 1e6:.0f} us a match")
    edits(engine, queries)
    snapshot(engine)


def matched(engine: Engine, stream: Sequence[Item], batch: int) -> tuple[float, list[float], int]:
    best: list[float] = []
    found = 0
    for _ in range(PASSES + 1):
        times = []
        found = 0
        for at in range(0, len(stream), batch):
            cpu = time.thread_time()
            matches = engine.match_many(stream[at : at + batch])
            times.append((time.thread_time() - cpu) * 1e3)
            found += sum(map(len, matches))
        if not best or sum(times) < sum(best):
            best = times
    return len(stream) / sum(best) * 1e3, best, found


def edits(engine: Engine, queries: Sequence[Query]) -> None:
    rules = [r for n, q in enumerate(queries[:EDITS]) if (r := rule_of(10**8 + n, q))]
    for what, work in (("add", engine.put), ("remove", lambda r: engine.remove(r.id))):
        times = []
        for rule in rules:
            begun = time.perf_counter()
            work(rule)
            times.append((time.perf_counter() - begun) * 1e6)
        say(f"{what}: p50 {np.percentile(times, 50):.0f} us, p99 {np.percentile(times, 99):.0f} us, worst {max(times):.0f} us")


def snapshot(engine: Engine) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.npz"
        t = time.perf_counter(); np.savez(path, **engine.dump()); s = time.perf_counter() - t
        t = time.perf_counter()
        other = Engine(presearcher())
        with np.load(path) as z:
            other.load(z)
        say(f"snapshot: {path.stat().st_size >> 20} MB, saved in {s:.2f} s, loaded in {time.perf_counter() - t:.2f} s")


def resident_mb() -> float:
    with open("/proc/self/status") as f:
        return next(int(l.split()[1]) / 1024 for l in f if l.startswith("VmRSS"))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def compare(*a): pass


if __name__ == "__main__":
    main()
