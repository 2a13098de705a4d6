"""How many articles a second are matched against 10,000, 100,000, 1,000,000 rules: ``make bench-match``.

    PYTHONPATH=tests python tests/benchmarks/bench_match.py [--rules N …] [--profile NAME …] [--articles N]
        [--jobs N] [--snapshots FOLDER] [--no-peers]

The articles are real ones (BBC, Reuters, Brazilian and local news, WikiNews) and not ours to pass on:
they lie under ``TOCSIN_CORPORA``, a folder with ``match/articles.jsonl``. Only those of 200 to 1,000 words
are matched. The rules are made up from them (``match_rules``), always the same.

Figures. One thread; CPU time of this thread, for the machine may be shared; the best of three passes over
the articles, once all of them have been seen; the rules are built by one thread, or by ``--jobs`` processes.
``ids``: every match's id, in order. ``evidence``: every match's rule, and the spans of each of its clauses that is
found. ``published``: every match with its sentences, as the JSON in which the matcher publishes it. The peers are a loop of regular
expressions, and PostgreSQL with RUM's inverse index, where it is installed; they get 10,000 rules and a part of the
articles, in the same run. With ``--snapshots``, rules that the very same code built before are taken from
there, and how long it takes to build them is not measured again.
"""

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

import numpy as np
import psutil

import tocsin
from benchmarks import match_rules
from benchmarks.match_peers import Item, peers
from benchmarks.match_rules import STORM, Generator, Profile, Query, Vocabulary, region_id
from tocsin.adapters import wire
from tocsin.article import Article
from tocsin.errors import RuleSyntaxError
from tocsin.events import ArticleMatched, ArticleSummary, RuleMatch
from tocsin.matching import Engine, Matches, Preparation, PreparedRule
from tocsin.matching.presearch import Kernel, presearcher, warm
from tocsin.regions.places import Places, RegionHit
from tocsin.rules import RegionFilter, Rule, parse
from tocsin.runtime.crew import crew, in_turn


BESIDE_US = Path(__file__).resolve().parents[3] / "shared/data"
ARTICLES = Path(os.environ.get("TOCSIN_CORPORA", BESIDE_US)) / "match/articles.jsonl"
BATCHES = (1, 16)
PASSES = 3
EDITS = 5_000
EXPLAINED = 100  # articles
FOR_PEERS = 10_000  # rules
TELL_EVERY = 100_000  # rules


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rules", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--profile", nargs="+", choices=get_args(Profile), default=["standard"])
    arguments.add_argument("--articles", type=int, default=2_000)
    arguments.add_argument("--kernel", choices=get_args(Kernel), default="auto")
    arguments.add_argument("--jobs", type=int, default=1, help="processes that read the rules")
    arguments.add_argument("--snapshots", type=Path, help="folder of rules that were built before")
    arguments.add_argument("--no-peers", dest="peers", action="store_false")
    given = arguments.parse_args()
    if not ARTICLES.exists():
        say(f"no articles to measure on: {ARTICLES} is not there (set TOCSIN_CORPORA)")
        return
    everything = list(read())
    vocabulary = Vocabulary.of([article for article, _ in everything])
    stream = chosen(everything, given.articles)
    for profile in given.profile:
        flow = stormy(stream) if profile == "storm" else stream
        for count in given.rules:
            say(f"\n{profile}, {count:,} rules, {len(flow):,} articles")
            queries = list(Generator(vocabulary, profile).queries(count))
            kept = (
                given.snapshots and given.snapshots / f"{profile}-{count}-{stamp(given.kernel)}.npz"
            )
            Measurement(given.kernel, flow).run(queries, given.jobs, kept)
        if profile == "standard" and given.peers:
            some = Generator(vocabulary, profile).queries(FOR_PEERS)
            compare(given.kernel, list(rules_of(some)), flow)


def read() -> Iterator[Item]:
    with ARTICLES.open(encoding="utf-8") as lines:
        for line in lines:
            given = json.loads(line)
            article = Article(
                id=str(given["id"]),
                title=given["title"],
                text=given["body"],
                fetched_at=datetime(2025, 1, 1, tzinfo=UTC),
                language=given["lang"],
            )
            regions = map(region_id, given["regions"])
            yield article, Places(regions={region: hit(region) for region in regions})


def hit(region: str) -> RegionHit:
    return RegionHit(region, 0.9, "mention", explicit=True, places=())


def chosen(everything: Sequence[Item], count: int) -> list[Item]:
    usual = [item for item in everything if 200 <= item[0].text.count(" ") <= 1_000]
    return Random(5).sample(usual, min(count, len(usual)))


def stormy(stream: Sequence[Item]) -> list[Item]:
    """Return the articles, of which two in five tell of one event."""
    return [
        (replace(article, text=f"{STORM}\n\n{article.text}"), places)
        if number % 5 < 2
        else (article, places)
        for number, (article, places) in enumerate(stream)
    ]


def rules_of(queries: Iterator[Query], first: int = 0) -> Iterator[Rule]:
    """Yield the rules; a few in ten thousand are refused, for they ask for a stop word alone."""
    for number, query in enumerate(queries, start=first):
        try:
            expression = parse(query.text)
        except RuleSyntaxError:
            continue
        regions = RegionFilter(any=query.regions) if query.regions else None
        yield Rule(f"r{number}", "", query.text, expression, regions)


class Speed(NamedTuple):
    """Milliseconds of CPU for each batch, and how many matches there were in all."""

    times: list[float]
    matches: int

    def rate(self, articles: int) -> float:
        return articles / sum(self.times) * 1e3


@dataclass(frozen=True, slots=True)
class Measurement:
    kernel: Kernel
    stream: Sequence[Item]

    def run(self, queries: Sequence[Query], jobs: int, kept: Path | None) -> None:
        engine = empty(self.kernel)
        if kept is not None and kept.exists():
            take(engine, kept)
        else:
            self.build(engine, queries, jobs)
        if kept is not None and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.savez(kept, **engine.dump())  # type: ignore[arg-type]  # its annotation knows no names
            say(f"  left for the next run: {kept}")
        last = list(rules_of(iter(queries[-10_000:]), len(engine) + EDITS))
        gc.collect()
        gc.freeze()
        for batch in BATCHES:
            self.match(engine, batch)
        self.explain(engine)
        edit(engine, last)
        self.beside(engine, last)
        snapshot(engine, self.kernel)

    def build(self, engine: Engine, queries: Sequence[Query], jobs: int) -> None:
        before, cpu, started = resident_mb(), cpu_seconds(), time.perf_counter()
        told = TELL_EVERY
        with prepared_by(self.kernel, jobs) as prepared:
            for some in prepared(drafts_of(queries)):
                engine.put_prepared([rule for rule in some if rule is not None])
                if len(engine) >= told:
                    say(f"  … {len(engine):,} of {len(queries):,} rules")
                    told += TELL_EVERY
            took, spent = time.perf_counter() - started, cpu_seconds() - cpu
        gc.collect()
        say(
            f"  built by {jobs} in {took:.1f} s, {spent:.1f} s of CPU, "
            f"in {resident_mb() - before:.0f} MB: {len(engine):,} rules"
        )

    def match(self, engine: Engine, batch: int) -> None:
        best = min(
            (self.once(engine, batch) for _ in range(PASSES + 1)), key=lambda s: sum(s.times)
        )
        p50, p99 = np.percentile(best.times, (50, 99))
        say(
            f"  batches of {batch:2}: {best.rate(len(self.stream)):7,.0f} articles/s; a batch "
            f"p50 {p50:.3f} ms, p99 {p99:.3f} ms; {best.matches / len(self.stream):.1f} matches an article"
        )

    def once(self, engine: Engine, batch: int) -> Speed:
        times = []
        matches = 0
        for at in range(0, len(self.stream), batch):
            items = self.stream[at : at + batch]
            cpu = time.thread_time()
            found = engine.match_many(items)
            times.append((time.thread_time() - cpu) * 1e3)
            matches += sum(map(len, found))
        return Speed(times, matches)

    def explain(self, engine: Engine) -> None:
        some = self.stream[:EXPLAINED]
        ways: dict[str, Callable[[Item, Matches], int]] = {
            "ids": lambda _, found: len(found.rule_ids),
            "evidence": lambda _, found: spans_in(found),
            "published": lambda item, found: len(published(item[0], found)),
        }
        for name, read in ways.items():
            cpu = time.thread_time()
            matches = 0
            for at in range(0, len(some), 16):
                items = some[at : at + 16]
                for item, found in zip(items, engine.match_many(items), strict=True):
                    read(item, found)
                    matches += len(found)
            took = time.thread_time() - cpu
            say(
                f"  matched, and {name} read: {len(some) / took:,.0f} articles/s, "
                f"{took / max(1, matches) * 1e6:.1f} us a match"
            )

    def beside(self, engine: Engine, rules: Sequence[Rule]) -> None:
        """Measure, on the clock, how much longer an article takes while a rule is added before it."""
        worst = []
        for new in ((), [replace(rule, id=f"beside {rule.id}") for rule in rules]):
            times = []
            for at, item in enumerate(self.stream):
                started = time.perf_counter()
                if new:
                    engine.put(new[at % len(new)])
                engine.match_many([item])
                times.append((time.perf_counter() - started) * 1e3)
            worst.append((np.percentile(times, 99), max(times)))
        (p99, longest), (p99_beside, longest_beside) = worst
        say(
            f"  an article alone: p99 {p99:.3f} ms, worst {longest:.1f} ms on the clock; with a rule "
            f"added before each: p99 {p99_beside:.3f} ms, worst {longest_beside:.1f} ms"
        )


def spans_in(matches: Matches) -> int:
    return sum(len(each.hits) for match in matches if match.label.id for each in match.evidence)


def published(article: Article, matches: Matches) -> bytes:
    event = ArticleMatched(
        article=ArticleSummary.of(article),
        matches=RuleMatch.all_of(matches, article, Names()),
        matched_at=article.fetched_at,
    )
    return wire.encode(event)


class Names:
    """The rules' regions are made up, and have no names but their ids."""

    def name(self, region_id: str) -> str:
        return region_id

    def path(self, place_id: str, region_id: str, on: date) -> tuple[str, ...]:
        return (place_id, region_id, f"{on:%Y}")


def drafts_of(queries: Sequence[Query]) -> Iterator[list[Rule]]:
    for first in range(0, len(queries), 1_000):
        yield [
            Rule(f"r{n}", "", text, None, RegionFilter(any=regions) if regions else None)
            for n, (text, regions) in enumerate(queries[first : first + 1_000], first)
        ]


@contextmanager
def prepared_by(
    kernel: Kernel, jobs: int
) -> Iterator[Callable[[Iterable[list[Rule]]], Iterator[Sequence[PreparedRule | None]]]]:
    if jobs == 1:
        yield partial(map, Preparation(kernel))
        return
    with crew(partial(Preparation, kernel), jobs) as workers:
        yield partial(in_turn, workers)


def take(engine: Engine, kept: Path) -> None:
    before, started = resident_mb(), time.perf_counter()
    with np.load(kept) as arrays:
        engine.load(arrays)
    took = time.perf_counter() - started
    gc.collect()
    say(
        f"  not built: {len(engine):,} rules, built before by the same code, taken from {kept} "
        f"in {took:.1f} s, in {resident_mb() - before:.0f} MB"
    )


def stamp(kernel: Kernel) -> str:
    """Return a hash of what makes the rules, and of what builds them."""
    found = sha256(kernel.encode())
    ours = Path(tocsin.__file__).parent
    folders = (ours / "matching", ours / "rules", ours / "text")
    sources = [each for folder in folders for each in sorted(folder.rglob("*.py"))]
    for source in (*sources, Path(match_rules.__file__), ARTICLES):
        found.update(source.read_bytes())
    return found.hexdigest()[:12]


def cpu_seconds() -> float:
    """Return what this process and the processes that it started have taken."""
    own = psutil.Process()
    every = [own, *own.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in every) + sum(own.cpu_times()[2:4])


def empty(kernel: Kernel) -> Engine:
    chooser = presearcher(kernel)
    warm(chooser)
    return Engine(chooser)


def edit(engine: Engine, rules: Sequence[Rule]) -> None:
    """Measure adding rules under new ids, and removing them again."""
    new = [replace(rule, id=f"new {rule.id}") for rule in rules[:EDITS]]
    gc.freeze()
    for what, work in (("add", engine.put), ("remove", lambda rule: engine.remove(rule.id))):
        times = []
        for rule in new:
            cpu = time.thread_time()
            work(rule)
            times.append((time.thread_time() - cpu) * 1e3)
        p50, p99 = np.percentile(times, (50, 99))
        say(f"  {what} a rule: p50 {p50:.3f} ms, p99 {p99:.3f} ms, worst {max(times):.1f} ms")


def snapshot(engine: Engine, kernel: Kernel) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.npz"
        started = time.perf_counter()
        np.savez(path, **engine.dump())  # type: ignore[arg-type]  # its annotation knows no names
        saved = time.perf_counter()
        other = empty(kernel)
        begun = time.perf_counter()
        with np.load(path) as arrays:
            other.load(arrays)
        took = time.perf_counter() - begun
        size_mb = path.stat().st_size / 1e6
        say(
            f"  snapshot: {size_mb:.0f} MB, saved in {saved - started:.2f} s, loaded in {took:.2f} s"
        )


def compare(kernel: Kernel, rules: Sequence[Rule], stream: Sequence[Item]) -> None:
    say(f"\npeers, standard, {len(rules):,} rules (more would take them hours)")
    engine = empty(kernel)
    for rule in rules:
        engine.put(rule)
    for peer in peers():
        if missing := peer.missing():
            say(f"  {peer.name}: left out ({missing})")
            continue
        some = stream[: peer.articles]
        measured = peer.measure(rules, some)
        ours = min(
            (Measurement(kernel, some).once(engine, 16) for _ in range(PASSES + 1)),
            key=lambda speed: sum(speed.times),
        )
        rate = len(some) / measured.seconds
        say(
            f"  {peer.name}: {rate:,.1f} articles/s, {measured.matches:,} matches; "
            f"tocsin on the same: {ours.rate(len(some)):,.0f} articles/s, {ours.matches:,} matches: "
            f"{ours.rate(len(some)) / rate:,.0f} times"
        )


def resident_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
