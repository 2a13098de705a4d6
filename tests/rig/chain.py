"""Valkey, two of each service, and receivers: a whole Tocsin to be tried and hurt."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from redis.asyncio import Redis

from rig.processes import Process, free_port, is_ready, script, valkey, wait_until_ready
from rig.secret_keys import SECRET_KEYS
from rig.sinks import SlackSink, SmtpSink
from tocsin.adapters.connection import connect
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.errors import StoreUnavailableError


SERVICES = ("ingest", "matcher", "notifier")


@dataclass(slots=True)
class Replica:
    process: Process
    port: int


@dataclass(slots=True)
class Chain:
    """Started by ``async with``; everything that it started has ended when that is left."""

    folder: Path
    replicas: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    smtp: SmtpSink = field(default_factory=SmtpSink)
    slack: SlackSink = field(default_factory=SlackSink)
    store_port: int = field(default_factory=free_port)
    store: Process = field(init=False)
    services: dict[str, list[Replica]] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store = valkey(self.folder / "valkey", self.store_port)
        self.services = {
            name: [self._replica(name, number) for number in range(self.replicas)]
            for name in SERVICES
        }

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.store_port}/0"

    def _replica(self, name: str, number: int) -> Replica:
        port = free_port()
        env = {
            "TOCSIN_REDIS_URL": self.redis_url,
            "TOCSIN_PORT": str(port),
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_SECRET_KEYS": SECRET_KEYS,
            "TOCSIN_NOTIFIER_RELAY": f"smtp://127.0.0.1:{self.smtp.port}?from=alerts@tocsin.example",
            "TOCSIN_NOTIFIER_SLACK_URL": self.slack.url,
            "TOCSIN_EGRESS_ALLOW": f"127.0.0.1:{self.smtp.port},127.0.0.1:{self.slack.port}",
            **self.env,
        }
        label = f"{name}-{number}"
        return Replica(
            Process(label, [script(f"tocsin-{name}")], self.folder / f"{label}.log", env), port
        )

    def every_replica(self) -> Iterator[Replica]:
        for replicas in self.services.values():
            yield from replicas

    def ingest_urls(self) -> list[str]:
        return [f"http://127.0.0.1:{replica.port}" for replica in self.services["ingest"]]

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _start(self) -> None:
        await self.smtp.__aenter__()
        await self.slack.__aenter__()
        self.store.start()
        await self.wait_for_store()
        for replica in self.every_replica():
            replica.process.start()
        for replica in self.every_replica():
            await asyncio.to_thread(wait_until_ready, replica.process, replica.port)

    async def __aexit__(self, *_: object) -> None:
        for process in [*(replica.process for replica in self.every_replica()), self.store]:
            if process.running:
                process.kill()
        await self.smtp.__aexit__()
        await self.slack.__aexit__()

    async def wait_for_store(self) -> None:
        """Return once the server has loaded what it keeps."""
        async with asyncio.timeout(30):
            while True:
                client = self.client()
                with suppress(Exception):  # away, or loading
                    await client.ping()
                    await client.aclose()
                    return
                await client.aclose()
                await asyncio.sleep(0.05)

    def client(self) -> Redis:
        return connect(self.redis_url)

    def revive(self) -> None:
        """Start again whatever has ended, as a container platform would."""
        if not self.store.running:
            self.store.start()
        for replica in self.every_replica():
            if not replica.process.running:
                replica.process.start()

    def unready(self) -> Sequence[str]:
        return [r.process.name for r in self.every_replica() if not is_ready(r.port)]

    async def drained(self, timeout_s: float) -> None:
        """Return once no stream has anything left to do, for a second on end.

        Raises:
            AssertionError: that did not come about; tells what is left.
        """
        client = self.client()
        status = RedisStreamStatus(client)
        quiet = 0
        try:
            async with asyncio.timeout(timeout_s):
                while quiet < 5:
                    quiet = quiet + 1 if await _idle(status) else 0
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"not drained: {await status.groups()}") from None
        finally:
            await client.aclose()


async def _idle(status: RedisStreamStatus) -> bool:
    """Tell whether nothing is left to do; not so while the store, which may have been killed, is away."""
    try:
        groups = await status.groups()
    except StoreUnavailableError:
        return False
    return bool(groups) and all(group.pending == 0 and group.lag == 0 for group in groups)
