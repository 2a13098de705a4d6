"""One store, receivers, and notifiers that are measured: what the benchmarks of delivery share."""

import asyncio
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from pydantic import SecretStr
from redis.asyncio import Redis

from notifier.alerts import an_alert
from rig.processes import Process, free_port, script
from rig.receiver import Wanted
from rig.secret_keys import SECRET_KEYS, vault
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.ports.deliveries import Delivery, State


CONNECTIONS = 16
CHANNELS = 64
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

    def notifier(self, relay_port: int, at_once: int = CONNECTIONS) -> tuple[Process, int]:
        port = free_port()
        env = {
            "TOCSIN_REDIS_URL": redis_url(self.store),
            "TOCSIN_PORT": str(port),
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_LOG_LEVEL": "warning",
            "TOCSIN_SECRET_KEYS": SECRET_KEYS,
            "TOCSIN_NOTIFIER_PER_HOST": str(at_once),
            "TOCSIN_NOTIFIER_JOURNAL_DIR": str(self.folder / "journals"),
            "TOCSIN_NOTIFIER_RELAY": f"smtp://127.0.0.1:{relay_port}?from=a@tocsin.example&tls=none",
            "TOCSIN_EGRESS_ALLOW": "127.0.0.0/8",
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }
        log = self.folder / "notifier.log"
        return Process("notifier", [script("tocsin-notifier")], log, env), port


def redis_url(store: Process) -> str:
    return f"redis://127.0.0.1:{store.command[2]}/0"


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
