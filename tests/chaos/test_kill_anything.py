"""Everything is killed, at any moment; every alert arrives all the same.

``make chaos`` runs it at full size; the short form is part of ``make test``.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.chain import Chain
from rig.feeding import push
from rig.people import add_reader, save_rules, subscribe
from rig.stories import Newsroom, Story
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.ports.deliveries import State


READERS = ("ada", "ben", "eve")


@dataclass(frozen=True, slots=True)
class Size:
    articles: int
    gap_s: float  # between two articles
    kills_every_s: tuple[float, float]


SHORT = Size(articles=100, gap_s=0.1, kills_every_s=(0.8, 2.0))
FULL = Size(articles=2_000, gap_s=0.05, kills_every_s=(0.5, 2.0))


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_alert_is_lost_while_everything_is_killed(tmp_path: Path) -> None:
    await ordeal(tmp_path, SHORT, seed=random.randrange(1_000_000))


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", [11, 22, 33])
async def test_no_alert_is_lost_over_two_thousand_articles(tmp_path: Path, seed: int) -> None:
    await ordeal(tmp_path, FULL, seed)


async def ordeal(folder: Path, size: Size, seed: int) -> None:
    newsroom = Newsroom(20, share=0.05, words=80, seed=seed)
    stories = list(newsroom.stories(size.articles))
    env = {"TOCSIN_GRACE_S": "2"}
    async with Chain(folder, replicas=2, env=env) as chain:
        await set_up(chain, newsroom)
        started = time.monotonic()
        feeding = asyncio.create_task(
            push(chain.ingest_urls(), [story.article for story in stories], gap_s=size.gap_s)
        )
        killing = asyncio.create_task(kill_at_random(chain, size, random.Random(seed)))
        await feeding
        killing.cancel()
        chain.revive()
        await chain.drained(240)
        await until_nothing_is_due(chain)
        report(chain, stories, seed, time.monotonic() - started)
        check(chain, stories)


async def set_up(chain: Chain, newsroom: Newsroom) -> None:
    client = chain.client()
    rules = newsroom.rules()
    await save_rules(client, rules)
    for reader in READERS:
        await add_reader(client, reader)
        await subscribe(client, reader, [rule.id for rule in rules])
    await client.aclose()


async def kill_at_random(chain: Chain, size: Size, draw: random.Random) -> None:
    """Kill one of the six services or the store, over and over; each rises again a moment later."""
    victims = [replica.process for replica in chain.every_replica()]
    victims.append(chain.store)
    while True:
        await asyncio.sleep(draw.uniform(*size.kills_every_s))
        victim = draw.choice(victims)
        if victim.running:
            victim.kill()
        await asyncio.sleep(draw.uniform(0, 0.3))
        chain.revive()


Alert = tuple[str, str, str]  # reader, article's title, rule


def expected_of(stories: list[Story]) -> set[Alert]:
    return {
        (f"{reader}@reader.example", story.article["title"], rule)
        for story in stories
        for rule in story.matches
        for reader in READERS
    }


def arrived_at(chain: Chain) -> Counter[Alert]:
    return Counter(arrived_in_order(chain))


def title_in(subject: str) -> str:
    """Return ``Report 3 from Oslo, Norway`` of ``[Topic 7] Report 3 from Oslo, Norway (rfi.fr)``."""
    return subject.partition("] ")[2].rpartition(" (")[0]


def rule_in(list_id: str) -> str:
    """Return ``topic-7`` of ``Topic 7 <topic-7.tocsin.example>``."""
    return list_id.partition("<")[2].partition(".")[0]


async def until_nothing_is_due(chain: Chain, patience_s: float = 120) -> None:
    """Return once every delivery has reached a final state.

    Raises:
        AssertionError: nothing moved for longer than any repetition may take; says what is left.
    """
    client = chain.client()
    ledger = RedisDeliveryLedger(client)
    left, moved = 0, time.monotonic()
    while (now := await unfinished(ledger)) > 0:
        if now != left:
            left, moved = now, time.monotonic()
        assert time.monotonic() - moved < patience_s, await ledger.counts()
        await asyncio.sleep(0.5)
    await client.aclose()


async def unfinished(ledger: RedisDeliveryLedger) -> int:
    counts = await ledger.counts()
    return sum(n for state, n in counts.items() if state not in {State.DELIVERED, State.DEAD})


def check(chain: Chain, stories: list[Story]) -> None:
    expected, arrived = expected_of(stories), arrived_at(chain)
    assert expected - set(arrived) == set(), "lost"
    assert set(arrived) - expected == set(), "never to be sent"
    ids: dict[Alert, set[str]] = {}
    for mail, alert in zip(chain.smtp.mails, arrived_in_order(chain), strict=True):
        ids.setdefault(alert, set()).add(mail.message_id)
    assert all(len(same) == 1 for same in ids.values()), "a copy with another Message-ID"


def arrived_in_order(chain: Chain) -> list[Alert]:
    return [
        (mail.recipient, title_in(mail.message["Subject"]), rule_in(mail.message["List-Id"]))
        for mail in chain.smtp.mails
    ]


def report(chain: Chain, stories: list[Story], seed: int, seconds: float) -> None:
    expected, arrived = expected_of(stories), arrived_at(chain)
    kills = {r.process.name: r.process.kills for r in chain.every_replica()}
    print(
        f"\nchaos: seed {seed}, {len(stories)} articles in {seconds:.0f} s, "
        f"kills {sum(kills.values())} of services {kills}, {chain.store.kills} of the store; "
        f"mails expected {len(expected)}, lost {len(expected - set(arrived))}, "
        f"copies {sum(arrived.values()) - len(arrived)}"
    )
