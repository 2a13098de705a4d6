"""How soon a saved rule holds, and what articles notice of it: ``make bench-live``.

    PYTHONPATH=tests python tests/benchmarks/bench_live.py [--rules N …] [--seconds S] [--rate N] [--changes N]

A real matcher against a real Valkey that syncs each write. 100 articles of 300 words a second are put on the
stream, by turns with and without rules being added and changed, each of them awaited by the articles that
follow. An article's time is from when it was written to the stream to when its matches were. Printed are the times
without changes and with them, and the time from a rule's write to its first match.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psutil
from redis.asyncio import Redis

from rig.processes import Process, free_port, script, valkey, wait_until_listening, wait_until_ready
from rig.secret_keys import SECRET_KEYS
from tocsin.adapters import keys, wire
from tocsin.adapters.connection import connect
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import RuleDocument
from tocsin.events import ArticleIngested, ArticleMatched


WORDS = 300
LATELY = 8  # rules that an article names, so that one that comes late finds an article all the same
BASE = "basis"  # what each article has, so that each has a match
START_S = 600.0
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


def word(random: Random) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=6))


@dataclass(slots=True)
class Run:
    """Seconds from an article's write to its matches, and from a rule's write to its first match."""

    articles: list[float] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    silent: int = 0  # rules that no article met
    cpu: float = 0


class Flow:
    def __init__(self, client: Redis, matcher: Process, rate: float) -> None:
        self._client = client
        self._rate = rate
        self._matcher = psutil.Process(matcher.pid)
        self._store = RedisRuleStore(client, SystemClock())
        self._random = Random(3)
        self._number = 0
        self._last = b"0"
        self._tokens: list[str] = []
        self._written: dict[str, float] = {}
        self._saved: dict[str, float] = {}
        self._run = Run()

    async def run(self, seconds: float, changes: float, run: Run) -> None:
        self._run = run
        cpu = sum(self._matcher.cpu_times()[:2])
        reading = asyncio.create_task(self._read())
        changing = asyncio.create_task(self._change(changes))
        try:
            await self._push(seconds)
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

    async def _push(self, seconds: float) -> None:
        begun = time.monotonic()
        for number in range(int(seconds * self._rate)):
            await asyncio.sleep(max(0, begun + number / self._rate - time.monotonic()))
            self._number += 1
            article = self._article(f"article-{self._number}")
            encoded = wire.encode(article)
            self._written[article.id] = time.monotonic()
            await self._client.xadd(ArticleIngested.stream, {wire.FIELD: encoded})

    def _article(self, article_id: str) -> ArticleIngested:
        text = " ".join([word(self._random) for _ in range(WORDS)] + self._tokens[-LATELY:])
        now = datetime.now(UTC)  # noqa: TID251 -- no domain code
        return ArticleIngested(id=article_id, title=BASE, text=f"{text}.", fetched_at=now)

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


def in_ms(seconds: Sequence[float]) -> str:
    p50, p99, worst = np.percentile(seconds, (50, 99, 100)) * 1e3
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {worst:.1f} ms"


if __name__ == "__main__":
    main()
