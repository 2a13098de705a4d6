"""How fast the whole chain is: ``make bench-chain``.

Real processes (one each of ingest, matcher, notifier), the embedded Valkey with every write synced, a
bare SMTP sink. Two figures: how long one article takes on an idle system, from the moment it is posted to
the moment when the mail server has the mail; and how many articles a second go through all three
services. Machines differ, so beside them stands what this one does in the same run without us: a loop of
smtplib to the same sink, and one XADD after the other with the same synced Valkey.
"""

import asyncio
import smtplib
import statistics
import tempfile
import time
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import psutil

from rig.chain import Chain
from rig.feeding import push, push_lines
from rig.people import add_reader, save_rules, subscribe
from rig.stories import Newsroom, Story


RULES = 1_000
READERS = 20
IDLE_ARTICLES = 300
ARTICLES = 5_000


async def main() -> None:
    newsroom = Newsroom(RULES, share=0.001)
    with tempfile.TemporaryDirectory() as folder:
        async with Chain(Path(folder)) as chain:
            await set_up(chain, newsroom)
            stories = list(newsroom.stories(IDLE_ARTICLES + ARTICLES))
            await measure_latency(chain, stories[:IDLE_ARTICLES])
            await measure_throughput(chain, stories[IDLE_ARTICLES:])
            await measure_peers(chain)


async def set_up(chain: Chain, newsroom: Newsroom) -> None:
    client = chain.client()
    rules = newsroom.rules()
    await save_rules(client, rules)
    for number in range(READERS):
        await add_reader(client, f"reader{number}")
        mine = [rule.id for rule in rules[number::READERS]]
        await subscribe(client, f"reader{number}", mine)
    await client.aclose()


async def measure_latency(chain: Chain, stories: Sequence[Story]) -> None:
    """One article at a time, each after the mails of the one before have arrived."""
    latencies: list[float] = []
    for story in stories:
        before = len(chain.smtp.mails)
        posted = time.time()
        await push(chain.ingest_urls(), [story.article])
        if story.matches:
            await arrival(chain, before + len(story.matches))
            latencies.append((chain.smtp.mails[-1].at - posted) * 1_000)
    cuts = statistics.quantiles(latencies, n=100)
    print(
        f"idle: {len(latencies)} articles with an alert, post to SMTP accepted: "
        f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, worst {max(latencies):.0f} ms"
    )


async def measure_throughput(chain: Chain, stories: Sequence[Story]) -> None:
    expected = len(chain.smtp.mails) + sum(len(story.matches) for story in stories)
    cpu_before = cpu_seconds(chain)
    started = time.monotonic()
    await push_lines(chain.ingest_urls()[0], [story.article for story in stories])
    pushed = time.monotonic() - started
    await arrival(chain, expected, timeout_s=600)
    seconds = time.monotonic() - started
    mails = sum(len(story.matches) for story in stories)
    print(
        f"busy: {len(stories)} articles of 300 words, {RULES} rules, {mails} mails: accepted in "
        f"{pushed:.1f} s ({len(stories) / pushed:.0f}/s), all mails there after {seconds:.1f} s: "
        f"{len(stories) / seconds:.0f} articles/s through all three services"
    )
    for name, spent in cpu_seconds(chain).items():
        each_ms = (spent - cpu_before[name]) / len(stories) * 1_000
        print(f"      {name}: {each_ms:.2f} ms of CPU an article")


def cpu_seconds(chain: Chain) -> dict[str, float]:
    processes = {
        "valkey": chain.store,
        **{r.process.name: r.process for r in chain.every_replica()},
    }
    return {name: sum(psutil.Process(p.pid).cpu_times()[:2]) for name, p in processes.items()}


async def arrival(chain: Chain, count: int, timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while len(chain.smtp.mails) < count:  # noqa: ASYNC110 -- other processes tell nobody
            await asyncio.sleep(0.001)


async def measure_peers(chain: Chain) -> None:
    mails = await asyncio.to_thread(smtplib_loop, chain.smtp.port, 2_000)
    client = chain.client()
    started = time.monotonic()
    for _ in range(2_000):
        await client.xadd("{tocsin}:bench", {"article": b"x" * 3_000})
    entries = 2_000 / (time.monotonic() - started)
    await client.aclose()
    print(f"same run, alone: smtplib to the same sink {mails:.0f} mails/s; XADD {entries:.0f}/s")


def smtplib_loop(port: int, count: int) -> float:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.example", "c@d.example", "news"
    message.set_content("x" * 2_000)
    started = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.send_message(message)
    return count / (time.monotonic() - started)


if __name__ == "__main__":
    asyncio.run(main())
