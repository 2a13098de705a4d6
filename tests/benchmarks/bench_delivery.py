"""How fast alerts are delivered: ``make bench-delivery``.

One real notifier, the embedded Valkey with every write synced, and a receiver in a process of its own.
Machines differ, so beside each figure stands what this one does in the same run without us: loops of
smtplib, and sessions of requests, on as many connections that are kept. Both at no round trip and
at 20 ms. At last one of 50 targets hangs, and the others are timed with it and without it.
"""

import asyncio
import smtplib
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from pydantic import SecretStr
from redis.asyncio import Redis

from notifier.alerts import an_alert
from rig.processes import (
    Process,
    free_port,
    script,
    valkey,
    wait_until_listening,
    wait_until_ready,
)
from rig.receiver import Wanted, receiver
from rig.secret_keys import SECRET_KEYS, vault
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.documents.channel_url import lane_of
from tocsin.ports.deliveries import Delivery, State


CONNECTIONS = 16
CHANNELS = 64
MAILS = 1_500
HOOKS = 1_500
TARGETS = 50
IDS = iter(range(10**9))


@dataclass
class Site:
    """A store, receivers with and without a round trip, and what starts notifiers."""

    folder: Path
    store: Process
    redis: Redis
    ports: dict[float, Wanted]
    certificate: Path

    @property
    def ledger(self) -> RedisDeliveryLedger:
        return RedisDeliveryLedger(self.redis)

    def notifier(self, relay_port: int) -> tuple[Process, int]:
        port = free_port()
        env = {
            "TOCSIN_REDIS_URL": redis_url(self.store),
            "TOCSIN_PORT": str(port),
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_LOG_LEVEL": "warning",
            "TOCSIN_SECRET_KEYS": SECRET_KEYS,
            "TOCSIN_NOTIFIER_PER_HOST": str(CONNECTIONS),
            "TOCSIN_NOTIFIER_RELAY": f"smtp://127.0.0.1:{relay_port}?from=a@tocsin.example&tls=none",
            "TOCSIN_EGRESS_ALLOW": "127.0.0.0/8",
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }
        log = self.folder / "notifier.log"
        return Process("notifier", [script("tocsin-notifier")], log, env), port


def redis_url(store: Process) -> str:
    return f"redis://127.0.0.1:{store.command[2]}/0"


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
            for trip in ports:
                await measure_mail(site, trip)
                await measure_hooks(site, trip)
            await measure_hanging(site)
        finally:
            await redis.aclose()
            for process in (*receivers, store):
                process.kill()


def certify(folder: Path) -> Path:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


async def people(site: Site) -> None:
    """Add one reader with channels of each kind to each receiver."""
    store = RedisSubscriberStore(site.redis, vault())
    await store.put(SubscriberDocument(id="ann", name="Ann"))
    now = datetime.now(UTC)  # noqa: TID251 -- a benchmark runs by the real clock
    for number in range(CHANNELS):
        urls = {f"mail-{number}": f"mailto:reader{number}@reader.example"}
        for trip, wanted in site.ports.items():
            base = f"https-{trip}-{number}".replace(".", "")
            urls[base] = f"jsons://127.0.0.1:{wanted.https}/hook{number}"
        urls[f"target-{number}"] = f"json://127.0.0.{number + 2}:{site.ports[0.0].http}/hook"
        urls["target-hanging"] = f"json://127.0.0.1:{site.ports[0.0].http}/hang"
        for id_, url in urls.items():
            channel = ChannelDocument(id=id_, subscriber="ann", name=id_, url=SecretStr(url))
            await store.put(channel)
            await store.stand(id_, lambda standing: standing.confirmed(now, "bench"))
    await store.put(SubscriptionDocument(id="sahel-ann", rule="sahel-jnim", subscriber="ann"))


def deliveries(channels: Sequence[tuple[str, str]], count: int) -> list[Delivery]:
    """Return deliveries in turn to channels (id and lane), each with an article of its own."""
    made = []
    for number in range(count):
        channel, lane = channels[number % len(channels)]
        id_ = f"{next(IDS):032x}"
        made.append(
            Delivery(
                id=id_,
                article_id=id_,
                rule_id="sahel-jnim",
                subscription_id="sahel-ann",
                channel_id=channel,
                payload=an_alert({"id": id_}).model_dump_json(),
                lane=lane,
                subscriber_id="ann",
            )
        )
    return made


async def rate(site: Site, wanted: Sequence[Delivery], relay_port: int) -> tuple[float, float]:
    """Return deliveries a second of a notifier that finds all of them due, and its CPU ms for each."""
    ledger = site.ledger
    process, port = site.notifier(relay_port)
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


async def settled(site: Site) -> None:
    async with asyncio.timeout(600):
        while True:
            counts = await site.ledger.counts()
            if not sum(counts[s] for s in (State.PENDING, State.LEASED, State.SENDING)):
                assert not counts[State.RETRY] + counts[State.DEAD], counts
                return
            await asyncio.sleep(0.02)


def cpu(process: Process) -> float:
    return sum(psutil.Process(process.pid).cpu_times()[:2])


async def measure_mail(site: Site, trip: float) -> None:
    port = site.ports[trip].smtp
    raw = an_alert().model_dump_json() * 4  # as long as a mail of ours
    alone = await asyncio.to_thread(side_by_side, lambda n: smtplib_loop(port, raw, n), MAILS)
    channels = [(f"mail-{number}", "relay") for number in range(CHANNELS)]
    ours, cpu_ms = await rate(site, deliveries(channels, MAILS), port)
    report("mail", trip, ours, alone, cpu_ms, "smtplib")


async def measure_hooks(site: Site, trip: float) -> None:
    port = site.ports[trip].https
    url = f"https://127.0.0.1:{port}/hook"
    body = an_alert().model_dump()["article"]["lead"] * 40
    alone = await asyncio.to_thread(
        side_by_side, lambda n: requests_loop(url, body, site.certificate, n), HOOKS
    )
    base = f"https-{trip}".replace(".", "")
    lane = lane_of(f"jsons://127.0.0.1:{port}/x")
    channels = [(f"{base}-{number}", lane) for number in range(CHANNELS)]
    ours, cpu_ms = await rate(site, deliveries(channels, HOOKS), site.ports[trip].smtp)
    report("HTTPS webhook", trip, ours, alone, cpu_ms, "requests")


def report(what: str, trip: float, ours: float, alone: float, cpu_ms: float, peer: str) -> None:
    say(
        f"{what}, {trip * 1_000:.0f} ms round trip, {CONNECTIONS} connections: {ours:.0f}/s; "
        f"{peer} in the same run {alone:.0f}/s; ratio {ours / alone:.2f}; "
        f"{cpu_ms:.1f} ms of CPU each"
    )


def side_by_side(loop: Callable[[int], None], count: int) -> float:
    """Return how many a second as many loops do as there are connections."""
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(loop, [1] * CONNECTIONS))
        started = time.monotonic()
        list(threads.map(loop, [count // CONNECTIONS] * CONNECTIONS))
    return count // CONNECTIONS * CONNECTIONS / (time.monotonic() - started)


def smtplib_loop(port: int, body: str, count: int) -> None:
    message = f"From: a@b.example\r\nTo: c@d.example\r\nSubject: news\r\n\r\n{body}".encode()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("a@b.example", ["c@d.example"], message)


def requests_loop(url: str, body: str, certificate: Path, count: int) -> None:
    with requests.Session() as session:
        session.trust_env = False  # or a bundle of this machine would count
        session.verify = str(certificate)
        for _ in range(count):
            session.post(url, json={"title": "news", "message": body}).raise_for_status()


async def measure_hanging(site: Site) -> None:
    """Time steady alerts to many targets, with one that never answers among them and without."""
    with_it = await others_latency(site, hanging=True)
    without = await others_latency(site, hanging=False)
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
        record = await ledger.get(delivery.id)
        assert record.state is State.DELIVERED, record
        latencies.append((record.updated_at - record.created_at).total_seconds() * 1_000)
    process.kill()
    cuts = statistics.quantiles(latencies, n=100)
    return cuts[49], cuts[98]


if __name__ == "__main__":
    asyncio.run(main())
