"""The notifier as a process: what it does, how it ends, and what is left when it is killed."""

import asyncio
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from notifier.alerts import a_match
from notifier.receivers import MailServer, WebServer
from rig.processes import Process, free_port, script, valkey, wait_until_listening, wait_until_ready
from rig.secret_keys import SECRET_KEYS, vault
from tocsin.adapters import keys, wire
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.events import ArticleMatched
from tocsin.ports.deliveries import State


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass
class Site:
    """One store, one relay, one web server, and notifiers as a test starts them."""

    folder: Path
    redis: Redis
    redis_url: str
    mail: MailServer
    web: WebServer

    def __post_init__(self) -> None:
        self.ledger = RedisDeliveryLedger(self.redis)
        self.store = RedisSubscriberStore(self.redis, vault())
        self.started: list[Process] = []

    def notifier(self, **settings: str) -> tuple[Process, int]:
        port = free_port()
        env = {
            "TOCSIN_REDIS_URL": self.redis_url,
            "TOCSIN_SECRET_KEYS": SECRET_KEYS,
            "TOCSIN_NOTIFIER_PORT": str(port),
            "TOCSIN_NOTIFIER_RELAY": f"smtp://127.0.0.1:{self.mail.port}?from=alerts@tocsin.example",
            "TOCSIN_NOTIFIER_SLACK_URL": f"{self.web.url}/services",
            **settings,
        }
        number = len(self.started)
        process = Process(
            f"notifier-{number}", [script("tocsin-notifier")], self.folder / f"{number}.log", env
        )
        self.started.append(process)
        process.start()
        return process, port

    async def ready_notifier(self, **settings: str) -> tuple[Process, int]:
        process, port = self.notifier(**settings)
        await asyncio.to_thread(wait_until_ready, process, port)
        return process, port

    async def people(self, *urls: str) -> None:
        await self.store.put(SubscriberDocument(id="ann", name="Ann"))
        for number, url in enumerate(urls):
            channel = ChannelDocument(
                id=f"c{number}", subscriber="ann", name=url[:10], url=SecretStr(url)
            )
            await self.store.put(channel)
            if url.startswith("mailto:"):
                await self.store.stand(
                    channel.id, lambda stands: stands.confirmed(SystemClock().now(), "ann")
                )
        await self.store.put(
            SubscriptionDocument(id="sahel-ann", rule="sahel-jnim", subscriber="ann")
        )

    async def match(self, article_id: str = "a1") -> None:
        fields: Any = {wire.FIELD: wire.encode(a_match(article_id))}
        await self.redis.xadd(ArticleMatched.stream, fields)

    async def until_counts(self, wanted: Callable[[dict[State, int]], bool]) -> None:
        async with asyncio.timeout(60):
            while not wanted(await self.ledger.counts()):  # noqa: ASYNC110 -- other processes tell nobody
                await asyncio.sleep(0.02)

    async def pass_time(self, duration: timedelta) -> None:
        """Let leases end and retries be due, without waiting for it."""
        ms = -duration.total_seconds() * 1000
        async for key in self.redis.scan_iter(f"{keys.DELIVERIES_DUE}*", _type="zset"):
            members: Any = await self.redis.zrange(key, 0, -1)
            for member in members:
                await self.redis.zadd(key, {member: ms}, xx=True, incr=True)

    def message_ids(self) -> Counter[str]:
        return Counter(str(message["Message-ID"]) for message in self.mail.mail.messages)


@pytest.fixture
async def site(
    tmp_path: Path, mail_server: MailServer, web_server: WebServer
) -> AsyncIterator[Site]:
    port = free_port()
    store = valkey(tmp_path / "valkey", port)
    store.start()
    await asyncio.to_thread(wait_until_listening, port)
    url = f"redis://127.0.0.1:{port}/0"
    redis = connect(url)
    site = Site(tmp_path, redis, url, mail_server, web_server)
    yield site
    for process in (*site.started, store):
        if process.running:
            process.kill()
    await redis.aclose()
    await asyncio.sleep(0)  # lets the transports close before the loop does


def metric(port: int, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


async def test_a_match_becomes_a_mail_and_a_slack_message(site: Site) -> None:
    await site.people("mailto:ann@example.org", "slack://T1/B2/C3")
    notifier, port = await site.ready_notifier()

    await site.match()
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 2)

    (message,) = site.mail.mail.messages
    (request,) = site.web.requests
    assert message["Subject"] == "[Sahel] JNIM: Army repels assault on seven towns (rfi.example)"
    assert request.json["text"] == message["Subject"]
    records = await site.ledger.recent(10)
    assert f"<{next(r.delivery.id for r in records if r.delivery.channel_id == 'c0')}@" in str(
        message["Message-ID"]
    )
    assert metric(port, 'tocsin_deliveries_total{outcome="delivered",schema="mailto"}') == 1
    assert metric(port, 'tocsin_deliveries_total{outcome="delivered",schema="slack"}') == 1
    assert metric(port, "tocsin_article_to_sent_seconds_count") == 2
    assert await asyncio.to_thread(notifier.stop) == 0


async def test_no_secret_is_in_the_log(site: Site) -> None:
    await site.people("slack://T1/B2/s3cr3tT0ken", "json://ann:s3cr3tpw@127.0.0.1:1/s3cr3tpath")
    notifier, _ = await site.ready_notifier(TOCSIN_LOG_LEVEL="DEBUG")

    await site.match()
    await site.until_counts(lambda counts: counts[State.DELIVERED] == counts[State.DEAD] == 1)
    await asyncio.to_thread(notifier.stop)

    assert "given up" in notifier.output()
    assert "s3cr3t" not in notifier.output()


async def test_a_notifier_told_to_stop_finishes_what_is_under_way(site: Site) -> None:
    await site.people("mailto:hang@example.org")
    notifier, _ = await site.ready_notifier()
    await site.match()
    assert await asyncio.to_thread(site.mail.mail.arrived.wait, 60)

    stopping = asyncio.create_task(asyncio.to_thread(notifier.stop))
    site.mail.mail.released.set()

    assert await stopping == 0
    assert (await site.ledger.counts())[State.DELIVERED] == 1
    assert sum(site.message_ids().values()) == 1


async def test_what_is_put_off_or_in_doubt_comes_again_as_the_same_message(site: Site) -> None:
    await site.people("mailto:grey@example.org", "mailto:drop@example.org")
    await site.ready_notifier()

    await site.match()
    await site.until_counts(lambda counts: counts[State.RETRY] == 2)
    await site.pass_time(timedelta(minutes=5))
    await site.until_counts(
        lambda counts: counts[State.DELIVERED] == 1 and counts[State.RETRY] == 1
    )

    grey, drop = sorted(await site.ledger.recent(2), key=lambda record: record.delivery.channel_id)
    assert [event.outcome for event in grey.history] == ["retry", "delivered"]
    assert grey.history[0].reason == "rcpt: 451 4.7.1 Greylisted, retry later"
    assert (grey.suspects, drop.suspects) == (0, 1)
    assert site.message_ids() == {
        f"<{grey.delivery.id}@tocsin.example>": 1,
        f"<{drop.delivery.id}@tocsin.example>": 2,
    }


async def test_one_channel_of_ten_that_hangs_holds_up_no_other(site: Site) -> None:
    paths = ["hang", *(f"hook{number}" for number in range(9))]
    await site.people(*(f"json://127.0.0.1:{site.web.port}/{path}" for path in paths))
    await site.ready_notifier(TOCSIN_EGRESS_ALLOW=f"127.0.0.1:{site.web.port}")

    for number in range(3):
        await site.match(f"a{number}")
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 27)

    waiting = [record for record in await site.ledger.recent(30) if record.due_at is not None]
    assert {record.delivery.channel_id for record in waiting} == {"c0"}


async def test_killed_in_the_middle_of_a_mail_nothing_is_lost_and_the_repeat_is_known(
    site: Site,
) -> None:
    await site.people("mailto:hang@example.org", "mailto:bob@example.org")
    notifier, _ = await site.ready_notifier()
    await site.match()
    assert await asyncio.to_thread(site.mail.mail.arrived.wait, 60)
    await site.until_counts(lambda counts: counts[State.SENDING] == counts[State.DELIVERED] == 1)

    notifier.kill()
    site.mail.mail.released.set()
    await site.pass_time(timedelta(minutes=2))
    _, port = await site.ready_notifier()
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 2)

    copies = site.message_ids()
    assert sorted(copies.values()) == [1, 2]
    suspects = {
        record.delivery.channel_id: record.suspects for record in await site.ledger.recent(9)
    }
    assert suspects == {"c0": 1, "c1": 0}
    assert metric(port, "tocsin_delivery_suspects_total") == 1


async def test_killed_again_and_again_every_copy_too_many_is_a_known_suspect(site: Site) -> None:
    channels = 12
    matches = 20
    await site.people(*(f"mailto:reader{number}@example.org" for number in range(channels)))
    running = site.notifier()[0]
    for number in range(matches):
        await site.match(f"a{number}")

    for kill in range(1, 6):
        share = channels * matches * kill // 7
        await site.until_counts(lambda counts, share=share: counts[State.DELIVERED] >= share)  # type: ignore[misc]
        running.kill()
        await site.pass_time(timedelta(minutes=2))
        running = site.notifier()[0]
    async with asyncio.timeout(120):
        while (await site.ledger.counts())[State.DELIVERED] < channels * matches:
            await asyncio.sleep(0.1)
            await site.pass_time(timedelta(seconds=10))

    records = await site.ledger.recent(1_000)
    suspects = {record.delivery.id: record.suspects for record in records}
    copies = {id_.strip("<>").partition("@")[0]: count for id_, count in site.message_ids().items()}
    assert len(records) == len(copies) == channels * matches, "one is lost"
    assert all(count - 1 <= suspects[id_] for id_, count in copies.items())


async def test_two_notifiers_share_the_work_and_double_none(site: Site) -> None:
    await site.people(*(f"mailto:reader{number}@example.org" for number in range(10)))
    await asyncio.gather(site.ready_notifier(), site.ready_notifier())

    for number in range(20):
        await site.match(f"a{number}")
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 200)

    assert set(site.message_ids().values()) == {1}
    assert len(site.message_ids()) == 200


async def test_a_wrong_relay_stops_the_start_with_one_line_and_no_secret(site: Site) -> None:
    process, _ = site.notifier(TOCSIN_NOTIFIER_RELAY="smtp://u:s3cr3t@mail.example.org")

    assert await asyncio.to_thread(process.wait, 60) == 2
    assert process.output().count("\n") == 1
    assert "TOCSIN_NOTIFIER_RELAY: needs from=" in process.output()
    assert "s3cr3t" not in process.output()


async def test_a_new_address_is_asked_confirms_by_its_link_and_then_gets_what_waited(
    site: Site,
) -> None:
    await site.people()
    url = SecretStr("mailto:new@example.org")
    channel = ChannelDocument(id="new", subscriber="ann", name="new", url=url)
    await site.store.put(channel)
    await site.ready_notifier(TOCSIN_PUBLIC_URL="https://alerts.example")

    await site.match()
    await site.until_counts(lambda counts: counts[State.HELD] == 1)
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 1)
    (question,) = site.mail.mail.messages
    assert question["Subject"] == "Do you want alerts from Tocsin at this address?"

    await site.store.stand("new", lambda stands: stands.confirmed(SystemClock().now(), "reader"))
    await site.pass_time(timedelta(minutes=1))
    await site.until_counts(lambda counts: counts[State.DELIVERED] == 2)
    alert = site.mail.mail.messages[-1]
    assert alert["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert alert["List-Unsubscribe"].startswith("<https://alerts.example/p/")
