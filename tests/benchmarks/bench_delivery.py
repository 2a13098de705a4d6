"""How fast alerts are delivered: ``make bench-delivery``.

One real notifier, the embedded Valkey with every write synced, and a receiver in a process of its own.
Machines differ, so beside each figure stands what this one does in the same run without us, at no
round trip and at 20 ms: a loop of smtplib or a session of requests on one connection that is kept, and
8 and 16 of them at once. They send one message that is ready made; the mails also one that is made anew each
time by the standard library, as somebody's own script would. The target for mails without a round trip was set
beside eight loops of the latter kind, with eight messages under way on our side too, as is the default.
Before that, single matches go to an idle notifier. At last one of 50 targets hangs, and the others are timed with
it and without it.
"""

import asyncio
import io
import random
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.mime.text import MIMEText
from functools import partial
from pathlib import Path

import requests
from pydantic import SecretStr

from notifier.alerts import a_match, an_alert
from rig.delivery_site import (
    CHANNELS,
    CONNECTIONS,
    Site,
    certify,
    cpu,
    deliveries,
    people,
    redis_url,
    settled,
)
from rig.processes import free_port, valkey, wait_until_listening, wait_until_ready
from rig.receiver import ANSWERED, Wanted, receiver, smtp
from rig.secret_keys import vault
from tocsin.adapters import wire
from tocsin.adapters.connection import connect
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.documents.channel_url import lane_of
from tocsin.events import ArticleMatched
from tocsin.ports.deliveries import Delivery, State


MAILS = 1_500
HOOKS = 1_500
TARGETS = 50
AT_ONCE = (1, 8, CONNECTIONS)
DEFAULT = 8  # messages under way to one host, where nothing else is set
MATCHES = 210
PEER_S = 1.0
# As long as a mail of ours.
PAGE = "".join(f"<p>Paragraph {number}: the army repels an assault.</p>\n" for number in range(160))
A_MAIL = f"From: a@b.example\r\nTo: c@d.example\r\nSubject: news\r\n\r\n{PAGE}".encode()


def say(text: str) -> None:
    print(text, flush=True)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificate = certify(folder)
        store = valkey(folder / "valkey", free_port())
        store.start()
        wait_until_listening(int(store.command[2]))
        ports = {
            trip: Wanted(
                smtp=free_port(),
                http=free_port(),
                https=free_port(),
                round_trip_s=trip,
                certificate=str(certificate),
            )
            for trip in (0.0, 0.02)
        }
        receivers = [receiver(wanted, folder) for wanted in ports.values()]
        for process in receivers:
            process.start()
        for wanted in ports.values():
            wait_until_listening(wanted.smtp)
            wait_until_listening(wanted.https)
        redis = connect(redis_url(store))
        site = Site(folder, store, redis, ports, certificate)
        try:
            await people(site)
            await measure_idle(site)
            for trip in ports:
                await measure_mail(site, trip)
                await measure_hooks(site, trip)
            await measure_hanging(site)
        finally:
            await redis.aclose()
            for process in (*receivers, store):
                process.kill()


async def rate(
    site: Site, wanted: Sequence[Delivery], relay_port: int, at_once: int = CONNECTIONS
) -> tuple[float, float]:
    """Return deliveries a second of a notifier that finds all of them due, and its CPU ms for each."""
    ledger = site.ledger
    process, port = site.notifier(relay_port, at_once)
    process.start()
    await asyncio.to_thread(wait_until_ready, process, port)
    # Warm: connections are open, plugins made.
    await ledger.enqueue(deliveries([(d.channel_id, d.lane) for d in wanted[:CHANNELS]], CHANNELS))
    await settled(site)
    before = cpu(process)
    await ledger.enqueue(wanted)
    started = time.monotonic()
    await settled(site)
    seconds = time.monotonic() - started
    spent = cpu(process) - before
    process.stop()
    return len(wanted) / seconds, spent / len(wanted) * 1_000


async def measure_mail(site: Site, trip: float) -> None:
    port = site.ports[trip].smtp
    peers = {
        f"smtplib {how} on {connections}": partial(peer_rate, connections, partial(loop, port))
        for how, loop in (("ready made", ready_made_mails), ("made anew", made_mails))
        for connections in AT_ONCE
    }
    alone = await asyncio.to_thread(measured, peers)
    channels = [(f"mail-{number}", "relay") for number in range(CHANNELS)]
    for at_once in (DEFAULT, CONNECTIONS):
        ours, cpu_ms = await rate(site, deliveries(channels, MAILS), port, at_once)
        report("mail", trip, at_once, ours, alone, cpu_ms)


async def measure_hooks(site: Site, trip: float) -> None:
    port = site.ports[trip].https
    url = f"https://127.0.0.1:{port}/hook"
    body = an_alert().model_dump()["article"]["lead"] * 40
    loop = partial(requests_loop, url, body, site.certificate)
    peers = {
        f"requests on {connections}": partial(peer_rate, connections, loop)
        for connections in AT_ONCE
    }
    alone = await asyncio.to_thread(measured, peers)
    base = f"https-{trip}".replace(".", "")
    lane = lane_of(f"jsons://127.0.0.1:{port}/x")
    channels = [(f"{base}-{number}", lane) for number in range(CHANNELS)]
    ours, cpu_ms = await rate(site, deliveries(channels, HOOKS), site.ports[trip].smtp)
    report("HTTPS webhook", trip, CONNECTIONS, ours, alone, cpu_ms)


def report(
    what: str, trip: float, at_once: int, ours: float, alone: Mapping[str, float], cpu_ms: float
) -> None:
    say(
        f"{what}, {trip * 1_000:.0f} ms round trip, {at_once} connections: {ours:.0f}/s, "
        f"{cpu_ms:.1f} ms of CPU each"
    )
    for peer, rate in alone.items():
        say(f"    {peer} {rate:.0f}/s: ratio {ours / rate:.2f}")


def measured(peers: Mapping[str, Callable[[], float]]) -> Mapping[str, float]:
    return {name: peer() for name, peer in peers.items()}


def peer_rate(connections: int, loop: Callable[[int], None]) -> float:
    """Return how many a second so many loops at once do, within about ``PEER_S``."""
    count = 5
    with ThreadPoolExecutor(connections) as threads:
        while True:
            started = time.monotonic()
            list(threads.map(loop, [count] * connections))
            seconds = time.monotonic() - started
            if seconds > PEER_S:
                return count * connections / seconds
            count = max(count + 1, round(count * min(10, 1.3 * PEER_S / seconds)))


def ready_made_mails(port: int, count: int) -> None:
    send_mails(port, count, lambda: A_MAIL)


def made_mails(port: int, count: int) -> None:
    send_mails(port, count, new_mail)


def send_mails(port: int, count: int, make: Callable[[], bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("a@b.example", ["c@d.example"], make())


def new_mail() -> bytes:
    message = MIMEText(PAGE, "html", "utf-8")
    message["From"], message["To"] = "a@b.example", "c@d.example"
    message["Subject"] = "[Sahel] JNIM: Army repels assault on seven towns (rfi.fr)"
    return message.as_bytes()


def requests_loop(url: str, body: str, certificate: Path, count: int) -> None:
    with requests.Session() as session:
        session.trust_env = False  # or a bundle of this machine would count
        session.verify = str(certificate)
        for _ in range(count):
            session.post(url, json={"title": "news", "message": body}).raise_for_status()


class Answers(io.StringIO):
    """Takes the mail server's log, and the moment at which it last said that it has a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0
        self.came = asyncio.Event()

    def write(self, line: str) -> int:
        if line.startswith(ANSWERED):
            self.at = time.perf_counter()
            self.came.set()
        return len(line)


async def measure_idle(site: Site) -> None:
    """Time single matches from their being published to the mail server's taking the alert."""
    store = RedisSubscriberStore(site.redis, vault())
    await store.put(SubscriberDocument(id="bob", name="Bob"))
    url = SecretStr("mailto:bob@reader.example")
    await store.put(ChannelDocument(id="bob", subscriber="bob", name="mail", url=url))
    now = datetime.now(UTC)  # noqa: TID251 -- a benchmark runs by the real clock
    await store.stand("bob", lambda standing: standing.confirmed(now, "bench"))
    await store.put(SubscriptionDocument(id="idle-bob", rule="idle", subscriber="bob"))
    answers, port = Answers(), free_port()
    talk = partial(smtp, Wanted(), random.Random(1), answers)
    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**24)
    process, ready = site.notifier(port)
    process.start()
    await asyncio.to_thread(wait_until_ready, process, ready)
    latencies = [await one_match(site, answers, number) for number in range(MATCHES)]
    process.kill()
    server.close()
    cuts = statistics.quantiles(latencies[10:], n=100)
    say(
        f"match published to mail taken, idle system, {len(latencies) - 10} of them: "
        f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms"
    )


async def one_match(site: Site, answers: Answers, number: int) -> float:
    match = a_match(f"idle-{number}")
    (rule,) = match.matches
    event = match.model_copy(update={"matches": (rule.model_copy(update={"rule_id": "idle"}),)})
    await asyncio.sleep(0.1)
    answers.came.clear()
    published = time.perf_counter()
    await site.redis.xadd(ArticleMatched.stream, {wire.FIELD: wire.encode(event)})
    async with asyncio.timeout(30):
        await answers.came.wait()
    return (answers.at - published) * 1_000


async def measure_hanging(site: Site) -> None:
    """Time steady alerts to many targets, with one that never answers among them and without."""
    without = await others_latency(site, hanging=False)
    with_it = await others_latency(site, hanging=True)
    say(
        f"one of {TARGETS} targets hangs: the others' p50 {with_it[0]:.0f} ms, p99 {with_it[1]:.0f} ms; "
        f"without it p50 {without[0]:.0f} ms, p99 {without[1]:.0f} ms; ratio {with_it[1] / without[1]:.2f}"
    )


async def others_latency(site: Site, *, hanging: bool) -> tuple[float, float]:
    port = site.ports[0.0].http
    ledger = site.ledger
    others = [
        (f"target-{number}", lane_of(f"json://127.0.0.{number + 2}:{port}/hook"))
        for number in range(TARGETS - 1)
    ]
    process, ready = site.notifier(site.ports[0.0].smtp)
    process.start()
    await asyncio.to_thread(wait_until_ready, process, ready)
    await ledger.enqueue(deliveries(others, len(others)))
    await settled(site)
    made: list[Delivery] = []
    for _ in range(10):
        batch = deliveries(others, len(others))
        made += batch
        if hanging:
            batch += deliveries([("target-hanging", f"json 127.0.0.1:{port}")], 1)
        await ledger.enqueue(batch)
        await asyncio.sleep(0.5)
    latencies = []
    for delivery in made:
        while (record := await ledger.get(delivery.id)).state is not State.DELIVERED:  # noqa: ASYNC110 -- a ledger tells nobody
            await asyncio.sleep(0.05)
        latencies.append((record.updated_at - record.created_at).total_seconds() * 1_000)
    process.kill()
    cuts = statistics.quantiles(latencies, n=100)
    return cuts[49], cuts[98]


if __name__ == "__main__":
    asyncio.run(main())
