"""How soon a saved rule holds, and what articles notice of it: ``make bench-live``.

    PYTHONPATH=tests python tests/benchmarks/bench_live.py [--rules N …] [--seconds S] [--rate N] [--changes N]

A real matcher against a real Valkey that syncs each write. 100 articles of 300 words a second are put on the
stream, by turns with and without rules being added and changed, each of them awaited by the articles that
follow. Their words are made up, of 30,000, the frequent ones as frequent as in a language (Zipf), in sentences of which
every third names a place. An article's time is from when it was written to the stream to when its matches were. Printed are the times
without changes and with them, the time from a rule's write to its first match, and, from the matcher's own clock, how long
articles waited for rules.
"""

import argparse
import asyncio
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psutil
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from rig.processes import Process, free_port, script, valkey, wait_until_listening, wait_until_ready
from rig.secret_keys import SECRET_KEYS
from rig.stories import PLACES
from tocsin.adapters import keys, wire
from tocsin.adapters.connection import connect
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import RuleDocument
from tocsin.events import ArticleIngested, ArticleMatched


WORDS = 300
A_SENTENCE = 20  # words
VOCABULARY = 30_000
LATELY = 4  # rules that an article names, so that one that comes late finds an article all the same
BASE = "basis"  # what each article has, so that each has a match
START_S = 600.0
CATCH_UP = "tocsin_rules_catch_up_seconds"
# With changes and without, by turns, for the machine may have more to do at one time than at another.
ROUNDS = 8


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rules", type=int, nargs="+", default=[1_000, 100_000])
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--rate", type=float, default=100, help="articles a second")
    arguments.add_argument("--changes", type=float, default=10, help="of rules, a second")
    given = arguments.parse_args()
    for count in given.rules:
        asyncio.run(measure(count, given.seconds, given.rate, given.changes))


async def measure(rules: int, seconds: float, rate: float, changes: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        store = valkey(Path(folder) / "valkey", port)
        store.start()
        wait_until_listening(port)
        client = connect(f"redis://127.0.0.1:{port}/0")
        service = free_port()
        matcher = matcher_of(Path(folder), port, service)
        try:
            await fill(client, rules)
            started = time.monotonic()
            matcher.start()
            await asyncio.to_thread(wait_until_ready, matcher, service, START_S)
            print(
                f"\n{rules:,} rules: the matcher was ready after {time.monotonic() - started:.1f} s"
            )
            flow = Flow(client, matcher, rate)
            await flow.run(5, 0, Run())  # to warm up
            calm, busy = Run(), Run()
            for _ in range(ROUNDS):
                await flow.run(seconds / ROUNDS, 0, calm)
                await flow.run(seconds / ROUNDS, changes, busy)
            report(calm, busy)
            await asyncio.to_thread(report_waits, service)
        finally:
            await client.aclose()
            for process in (matcher, store):
                if process.running:
                    process.kill()


def matcher_of(folder: Path, store: int, port: int) -> Process:
    env = {
        "TOCSIN_REDIS_URL": f"redis://127.0.0.1:{store}/0",
        "TOCSIN_PORT": str(port),
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_SECRET_KEYS": SECRET_KEYS,
    }
    return Process("matcher", [script("tocsin-matcher")], folder / "matcher.log", env)


async def fill(client: Redis, count: int) -> None:
    """Save rules as a store of some age has them: standing, their changes long trimmed."""
    random = Random(7)
    for first in range(0, count, 1_000):
        documents = {
            f"rule-{n}": rule(f"rule-{n}", f"{word(random)} AND ({word(random)} OR {word(random)})")
            for n in range(first, min(first + 1_000, count))
        }
        commands: Any = client.pipeline(transaction=False)
        commands.hset(keys.RULES, mapping={k: d.model_dump_json() for k, d in documents.items()})
        commands.hset(keys.RULE_VERSIONS, mapping=dict.fromkeys(documents, 1))
        commands.zadd(keys.RULE_IDS, dict.fromkeys(documents, 0))
        await commands.execute()
    await RedisRuleStore(client, SystemClock()).put(rule("base", BASE), who="bench")


def rule(rule_id: str, query: str) -> RuleDocument:
    return RuleDocument(id=rule_id, name=rule_id, query=query, version=1)


def word(random: Random, letters: int = 6) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=letters))


@dataclass(slots=True)
class Run:
    """Seconds from an article's write to its matches, and from a rule's write to its first match."""

    articles: list[float] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    silent: int = 0  # rules that no article met
    cpu: float = 0


class Writer:
    """Writes articles beforehand, so that nothing but the matcher is busy while they flow."""

    def __init__(self) -> None:
        self._random = Random(3)
        self._words = [word(self._random, (rank % 7) + 3) for rank in range(VOCABULARY)]
        self._weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def texts(self, count: int) -> list[str]:
        return [" ".join(self._sentences()) for _ in range(count)]

    def _sentences(self) -> Iterator[str]:
        for number in range(WORDS // A_SENTENCE):
            drawn = self._random.choices(self._words, cum_weights=self._weights, k=A_SENTENCE)
            where = f" in {self._random.choice(PLACES)}" if number % 3 == 0 else ""
            yield f"{' '.join(drawn).capitalize()}{where}."


class Flow:
    def __init__(self, client: Redis, matcher: Process, rate: float) -> None:
        self._client = client
        self._rate = rate
        self._matcher = psutil.Process(matcher.pid)
        self._store = RedisRuleStore(client, SystemClock())
        self._writer = Writer()
        self._number = 0
        self._last = b"0"
        self._tokens: list[str] = []
        self._named = 0  # of these, in some article
        self._written: dict[str, float] = {}
        self._saved: dict[str, float] = {}
        self._run = Run()

    async def run(self, seconds: float, changes: float, run: Run) -> None:
        self._run = run
        texts = self._writer.texts(int(seconds * self._rate))
        cpu = sum(self._matcher.cpu_times()[:2])
        reading = asyncio.create_task(self._read())
        changing = asyncio.create_task(self._change(changes))
        try:
            await self._push(texts)
            changing.cancel()
            async with asyncio.timeout(60):
                while self._written:  # noqa: ASYNC110 -- other processes tell nobody
                    await asyncio.sleep(0.01)
        finally:
            for task in (reading, changing):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        run.cpu += sum(self._matcher.cpu_times()[:2]) - cpu
        run.silent += len(self._saved)
        self._saved.clear()

    async def _push(self, texts: Sequence[str]) -> None:
        begun = time.monotonic()
        for number, text in enumerate(texts):
            await asyncio.sleep(max(0, begun + number / self._rate - time.monotonic()))
            self._number += 1
            article = self._article(f"article-{self._number}", text)
            encoded = wire.encode(article)
            self._written[article.id] = time.monotonic()
            await self._client.xadd(ArticleIngested.stream, {wire.FIELD: encoded})

    def _article(self, article_id: str, text: str) -> ArticleIngested:
        now = datetime.now(UTC)  # noqa: TID251 -- no domain code
        # Those that no article has named yet, too: this one may come late.
        first = min(self._named, max(len(self._tokens) - LATELY, 0))
        lately = " ".join(self._tokens[first:])
        self._named = len(self._tokens)
        return ArticleIngested(id=article_id, title=BASE, text=f"{text} {lately}.", fetched_at=now)

    async def _change(self, a_second: float) -> None:
        """Add a rule, or change one, again and again; each asks for a word that none did before."""
        while a_second:
            token = f"token{len(self._tokens)}x"
            saved = rule(f"live-{len(self._tokens) % 50}", f"{token} AND {BASE}")
            after = await self._store.put(saved, who="bench")
            self._saved[f"{after.id} {after.version}"] = time.monotonic()
            self._tokens.append(token)
            await asyncio.sleep(1 / a_second)

    async def _read(self) -> None:
        while True:
            reply: Any = await self._client.xread({ArticleMatched.stream: self._last}, block=1_000)
            now = time.monotonic()
            for entry, fields in reply[0][1] if reply else ():
                self._last = entry
                self._take(wire.decode(fields[wire.FIELD], ArticleMatched), now)

    def _take(self, event: ArticleMatched, now: float) -> None:
        written = self._written.pop(event.article.id, None)
        if written is not None:
            self._run.articles.append(now - written)
        for match in event.matches:
            saved = self._saved.pop(f"{match.rule_id} {match.rule_version}", None)
            if saved is not None:
                self._run.rules.append(now - saved)


def report(calm: Run, busy: Run) -> None:
    for name, run in (("without changes", calm), ("with changes", busy)):
        print(
            f"  {name}: {len(run.articles):,} articles, {in_ms(run.articles)}; "
            f"{run.cpu / len(run.articles) * 1e3:.2f} ms of CPU each"
        )
    extra = np.percentile(busy.articles, (50, 99, 100)) - np.percentile(
        calm.articles, (50, 99, 100)
    )
    shown = ", ".join(
        f"{name} {each * 1e3:+.1f} ms"
        for name, each in zip(("p50", "p99", "worst"), extra, strict=True)
    )
    print(f"  extra time of an article: {shown}")
    print(
        f"  a rule's write to its first match: {len(busy.rules)} rules, {in_ms(busy.rules)}; {busy.silent} met no article"
    )


def report_waits(port: int) -> None:
    """Print for how long articles waited in the matcher for their rules: what a change costs them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
        families = text_string_to_metric_families(reply.read().decode())
        samples = [s for family in families for s in family.samples if s.name.startswith(CATCH_UP)]
    for news in ("none", "changes"):
        mine = {
            (each.name.removeprefix(CATCH_UP), each.labels.get("le")): each.value
            for each in samples
            if each.labels["news"] == news
        }
        count, total = mine["_count", None], mine["_sum", None]
        limits = [(float(le), n) for (_, le), n in mine.items() if le]
        most, all_ = (min(le for le, n in limits if n >= share * count) for share in (0.99, 1))
        print(
            f"  waits for rules, news: {news}: {count:.0f}, on average {total / count * 1e3:.1f} ms; "
            f"99 in 100 under {most * 1e3:g} ms, all under {all_ * 1e3:g} ms"
        )


def in_ms(seconds: Sequence[float]) -> str:
    p50, p99, worst = np.percentile(seconds, (50, 99, 100)) * 1e3
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {worst:.1f} ms"


if __name__ == "__main__":
    main()
