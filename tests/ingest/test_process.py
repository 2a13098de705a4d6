"""The service as it is run: real processes, a real store that keeps what it acknowledges."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from ingest.web import serving
from rig.processes import Process, free_port, script, valkey, wait_until_listening, wait_until_ready
from tocsin.adapters.connection import connect
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import SourceDocument
from tocsin.events import ArticleIngested


pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Replica:
    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/articles"

    def start(self) -> None:
        self.process.start()
        wait_until_ready(self.process, self.port)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Process]:
    port = free_port()
    process = valkey(tmp_path / "valkey", port)
    process.env = {"PORT": str(port)}
    process.start()
    wait_until_listening(port)
    yield process
    process.stop()


@pytest.fixture
def url(store: Process) -> str:
    return f"redis://127.0.0.1:{store.env['PORT']}/0"


Make = Callable[..., Replica]


@pytest.fixture
def make(tmp_path: Path, url: str) -> Iterator[Make]:
    """Return what makes a replica with settings of its own; none outlives the test."""
    made: list[Replica] = []

    def replica(**settings: str) -> Replica:
        port = free_port()
        env = {"TOCSIN_REDIS_URL": url, "TOCSIN_INGEST_PORT": str(port), **settings}
        log = tmp_path / f"ingest-{port}.log"
        made.append(Replica(Process("ingest", [script("tocsin-ingest")], log, env), port))
        return made[-1]

    yield replica
    for one in made:
        if one.process.running:
            one.process.kill()


@pytest.fixture
async def client(url: str) -> AsyncIterator[Redis]:
    async with connect(url) as redis:
        yield redis


def lines(first: int, count: int) -> bytes:
    return b"".join(
        json.dumps(
            {"title": f"Article number {n} of today", "guid": str(n), "source": "agency"}
        ).encode()
        + b"\n"
        for n in range(first, first + count)
    )


async def push_until_taken(replicas: list[Replica], body: bytes) -> None:
    """Push a batch as a sender does who never gives up: to whoever answers, until all is taken."""
    headers = {"Content-Type": "application/x-ndjson"}
    expected = body.count(b"\n")
    attempt = 0
    while True:
        target = replicas[attempt % len(replicas)]
        attempt += 1
        with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
            async with (
                aiohttp.ClientSession() as session,
                session.post(target.url, data=body, headers=headers) as answer,
            ):
                results = [json.loads(line) for line in (await answer.read()).splitlines()]
                if sum(result.get("status") == "accepted" for result in results) == expected:
                    return
        await asyncio.sleep(0.05)


async def test_what_is_taken_is_published_once_whatever_is_killed(
    make: Make, store: Process, client: Redis
) -> None:
    replicas = [make() for _ in range(2)]
    for one in replicas:
        one.start()
    senders = [
        asyncio.create_task(push_until_taken(replicas, lines(first, 50)))
        for first in [*range(0, 500, 50), *range(0, 500, 50)]
    ]
    victims = [replicas[0].process, store, replicas[1].process]
    for victim in victims:
        await asyncio.sleep(0.2)  # into the middle of the pushing
        victim.kill()
        victim.start()

    async with asyncio.timeout(90):
        await asyncio.gather(*senders)

    entries = await client.xrange(ArticleIngested.stream)
    assert entries is not None
    assert len(entries) == 500
    for one in replicas:
        wait_until_ready(one.process, one.port)
        assert one.process.stop() == 0


async def test_a_feed_is_polled_and_the_service_ends_in_good_order(
    make: Make, client: Redis
) -> None:
    async with serving() as web:
        published = SystemClock().now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        web.says(
            "/rss",
            f"<rss version='2.0'><channel><item><title>Calm in Kayes</title><guid>1</guid>"
            f"<pubDate>{published}</pubDate></item></channel></rss>".encode(),
        )
        one = make(TOCSIN_EGRESS_ALLOW=f"127.0.0.1:{web.port}")
        await RedisSourceStore(client, SystemClock()).put(
            SourceDocument(id="rfi", url=f"{web.url}/rss", name="RFI")
        )
        one.start()

        await until_counted(one, 'tocsin_ingest_polls_total{outcome="read"} 1.0')
        await until_counted(one, 'tocsin_ingest_articles_total{door="feed",result="new"} 1.0')

    assert await client.xlen(ArticleIngested.stream) == 1
    assert one.process.stop() == 0
    assert "Traceback" not in one.process.output()


async def test_a_page_is_read_by_a_process_that_ends_with_the_service(
    make: Make, client: Redis
) -> None:
    one = make()
    one.start()
    paragraph = "Armed men attacked the town of Diboli on Monday, officials said, and fled again. "
    page = (
        "<html><head><title>Attack on Diboli</title></head><body><nav>Menu</nav><article>"
        f"<h1>Attack on Diboli</h1><p>{paragraph * 3}</p><p>{paragraph * 3}</p></article></body></html>"
    )
    async with (
        aiohttp.ClientSession() as session,
        session.post(one.url, data=page, headers={"Content-Type": "text/html"}) as answer,
    ):
        assert answer.status == 202
    readers = children(one.process.pid)
    assert readers

    one.process.send(signal.SIGKILL)
    one.process.wait(10)

    async with asyncio.timeout(10):
        while any(map(exists, readers)):  # noqa: ASYNC110 -- they are no children of ours
            await asyncio.sleep(0.05)
    assert await client.xlen(ArticleIngested.stream) == 1


def test_a_wrong_setting_stops_the_start_with_one_line(make: Make) -> None:
    one = make(TOCSIN_INGEST_TOKEN="short")
    one.process.start()

    assert one.process.wait(60) == 2
    [line] = one.process.output().splitlines()
    assert line.startswith("tocsin-ingest: TOCSIN_INGEST_TOKEN: ")
    assert "short" not in line.replace("shorter", "")


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def until_counted(one: Replica, line: str) -> None:
    async with asyncio.timeout(60):
        while line not in await text(f"http://127.0.0.1:{one.port}/metrics"):  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.05)


async def text(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()
