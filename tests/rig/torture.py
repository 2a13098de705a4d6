"""Deliveries under fire: notifiers, the store and the mail server are killed while they are sent.

What is counted at the end comes from outside: the mail server's own log of what it took, written
before it answers.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from notifier.alerts import an_alert
from rig.processes import Process, free_port, is_ready, script, valkey, wait_until_listening
from rig.receiver import ANSWERED, Wanted, receiver
from rig.secret_keys import SECRET_KEYS, vault
from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.errors import StoreUnavailableError
from tocsin.ports.deliveries import Delivery, DeliveryRecord, Placement, State


CHANNELS = 40
CONTAINED = 0.25  # share of the deliveries that come in digests
OPEN = (State.PENDING, State.HELD, State.LEASED, State.SENDING, State.RETRY)


@dataclass(frozen=True, slots=True)
class Plan:
    """``gentle`` asks notifiers to stop where others would be killed, and kills nothing else."""

    deliveries: int = 6_000
    notifiers: int = 3
    seed: int = 1
    slow: float = 0.01
    drop: float = 0.002
    kills: int = 10_000
    gentle: bool = False
    patience_s: float = 900


@dataclass(slots=True)
class Toll:
    """What it came to.

    ``unexplained`` are doubles that the ledger does not suspect. Of the doubles, ``unanswered`` are those
    of which the mail server took the first without saying so before it, or who asked, was gone: no
    sender can know of them.
    """

    expected: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    suspects: int = 0
    digests: int = 0
    notifiers_killed: int = 0
    stores_killed: int = 0
    outages: int = 0
    seconds: float = 0

    def __str__(self) -> str:
        return (
            f"{self.expected} deliveries in {self.seconds:.0f} s, {self.digests} digests among the "
            f"mails; notifiers killed {self.notifiers_killed}, store {self.stores_killed}, mail server "
            f"{self.outages}: lost {len(self.lost)}, doubled {len(self.doubled)}, of these never "
            f"answered the first time {len(self.unanswered)}, not among the {self.suspects} suspects "
            f"{len(self.unexplained)}, in no digest or two {len(self.misplaced)}"
        )


class Torture:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder, self.toll = plan, folder, Toll()
        self.chance = random.Random(self.plan.seed)
        self.store_port, self.smtp_port = free_port(), free_port()
        self.log = self.folder / "taken.log"
        self.log.touch()
        self.store = valkey(self.folder / "valkey", self.store_port)
        self.mail_server = receiver(
            Wanted(
                smtp=self.smtp_port,
                log=str(self.log),
                slow=self.plan.slow,
                drop=self.plan.drop,
                seed=self.plan.seed,
            ),
            self.folder,
        )
        self.notifiers = [self._notifier(number) for number in range(self.plan.notifiers)]

    async def run(self) -> Toll:
        started = time.monotonic()
        try:
            await self._begin()
            single, contained = await self._place()
            await self._under_fire()
            await self._count(single, contained)
        finally:
            for process in (
                *(process for process, _ in self.notifiers),
                self.mail_server,
                self.store,
            ):
                if process.running:
                    process.kill()
        self.toll.seconds = time.monotonic() - started
        return self.toll

    def _notifier(self, number: int) -> tuple[Process, int]:
        port = free_port()
        env = {
            "TOCSIN_REDIS_URL": self.redis_url,
            "TOCSIN_PORT": str(port),
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_SECRET_KEYS": SECRET_KEYS,
            "TOCSIN_NOTIFIER_PER_HOST": "16",
            "TOCSIN_NOTIFIER_JOURNAL_DIR": str(self.folder / "journals"),
            "TOCSIN_NOTIFIER_RELAY": f"smtp://127.0.0.1:{self.smtp_port}?from=a@t.example&tls=none",
        }
        log = self.folder / f"notifier-{number}.log"
        return Process(f"notifier-{number}", [script("tocsin-notifier")], log, env), port

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.store_port}/0"

    async def _begin(self) -> None:
        self.store.start()
        self.mail_server.start()
        await asyncio.to_thread(wait_until_listening, self.store_port)
        await asyncio.to_thread(wait_until_listening, self.smtp_port)
        redis = connect(self.redis_url)
        people = RedisSubscriberStore(redis, vault())
        await people.put(SubscriberDocument(id="ann", name="Ann"))
        now = datetime.now(UTC)  # noqa: TID251 -- the processes run by the real clock
        for number in range(CHANNELS):
            url = SecretStr(f"mailto:reader{number}@reader.example")
            channel = ChannelDocument(id=f"c{number}", subscriber="ann", name="mail", url=url)
            await people.put(channel)
            await people.stand(channel.id, lambda standing: standing.confirmed(now, "rig"))
        await people.put(SubscriptionDocument(id="sahel-ann", rule="sahel-jnim", subscriber="ann"))
        await redis.aclose()

    async def _place(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the ids of what comes by itself, and of what comes in digests."""
        contained = round(self.plan.deliveries * CONTAINED)
        redis = connect(self.redis_url)
        ledger = RedisDeliveryLedger(redis)
        soon = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 -- as above
        placements = [
            self._placement(number, soon if number < contained else None)
            for number in range(self.plan.deliveries)
        ]
        placed = await ledger.place(placements)
        assert not placed.refused
        assert sum(placed.new.values()) == self.plan.deliveries
        await redis.aclose()
        self.toll.expected = self.plan.deliveries
        ids = [placement.delivery.id for placement in placements]
        return ids[contained:], ids[:contained]

    def _placement(self, number: int, soon: datetime | None) -> Placement:
        id_ = f"{number:032x}"
        alert = an_alert({"id": id_}).model_dump_json()
        delivery = Delivery(
            id=id_,
            article_id=id_,
            rule_id="sahel-jnim",
            subscription_id="sahel-ann",
            channel_id=f"c{number % CHANNELS}",
            payload=alert,
            lane="relay",
            subscriber_id="ann",
        )
        if soon is None:
            return Placement(delivery)
        until = soon + timedelta(seconds=20 + number // CHANNELS % 5)
        return Placement(delivery, State.HELD, "digest", until)

    async def _under_fire(self) -> None:
        """Kill and revive until everything has come to its end, or patience has."""
        deadline = time.monotonic() + self.plan.patience_s
        for process, _ in self.notifiers:
            process.start()
        while time.monotonic() < deadline:
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))
            if await self._left() == 0:
                return
            if self.toll.notifiers_killed < self.plan.kills:
                await self._strike()
            self._revive()
        raise AssertionError(
            f"{await self._left()} deliveries are not at their end\n{self._logs()}"
        )

    async def _strike(self) -> None:
        process, port = self.chance.choice(self.notifiers)
        if self.chance.random() < 0.5 and await asyncio.to_thread(is_ready, port):
            self.toll.notifiers_killed += 1
            if self.plan.gentle:
                await asyncio.to_thread(process.stop)
            else:
                process.kill()
            process.start()
        if self.plan.gentle:
            return
        if self.chance.random() < 0.03:
            self.toll.stores_killed += 1
            self.store.kill()
            self.store.start()
            await asyncio.to_thread(wait_until_listening, self.store_port)
        if self.chance.random() < 0.03:
            self.toll.outages += 1
            self.mail_server.kill()
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            self.mail_server.start()
            await asyncio.to_thread(wait_until_listening, self.smtp_port)

    def _revive(self) -> None:
        """Start again what ended by itself, as a container platform would."""
        for process, _ in self.notifiers:
            if not process.running:
                process.start()

    async def _left(self) -> int:
        """Return how many are not at their end; at least one while nobody can tell."""
        redis = connect(self.redis_url)
        try:
            with suppress(StoreUnavailableError):
                counts = await RedisDeliveryLedger(redis).counts()
                return sum(counts[state] for state in OPEN)
            return 1
        finally:
            await redis.aclose()

    async def _count(self, single: Sequence[str], contained: Sequence[str]) -> None:
        redis = connect(self.redis_url)
        ledger = RedisDeliveryLedger(redis)
        lines = self.log.read_text(encoding="utf-8").split()
        taken = Counter(line for line in lines if not line.startswith(ANSWERED))
        answered = Counter(
            line.removeprefix(ANSWERED) for line in lines if line.startswith(ANSWERED)
        )
        records = {id_: await ledger.get(id_) for id_ in (*single, *contained)}
        digests = {records[id_].digest_id for id_ in contained}
        for id_ in digests:
            records[id_] = await ledger.get(id_)
        inside = Counter(
            [item.delivery.id for id_ in digests for item in (await ledger.contents(id_)).items]
        )
        toll = self.toll
        toll.digests = len(digests)
        toll.misplaced = [
            id_ for id_ in contained if inside[id_] != 1 or records[id_].state is not State.GATHERED
        ]
        mails = (*single, *digests)
        toll.lost = [id_ for id_ in mails if not taken[id_] or not _delivered(records[id_])]
        toll.doubled = [id_ for id_ in mails if taken[id_] > 1]
        toll.unanswered = [id_ for id_ in toll.doubled if answered[id_] < taken[id_]]
        toll.suspects = sum(records[id_].suspects > 0 for id_ in mails)
        toll.unexplained = [id_ for id_ in toll.doubled if not records[id_].suspects]
        assert set(taken) <= {*mails}, "a mail that nobody asked for"
        await redis.aclose()

    def _logs(self) -> str:
        return "\n".join(process.tail(5) for process, _ in self.notifiers)


def _delivered(record: DeliveryRecord) -> bool:
    return record.state is State.DELIVERED


def plan_of(arguments: str) -> Plan:
    """Return the plan with what the JSON changes in it."""
    return replace(Plan(), **json.loads(arguments))
