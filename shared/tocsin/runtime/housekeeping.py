"""What keeps the streams in order, and Prometheus informed, for as long as a process lives."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from redis.asyncio import Redis

from tocsin.adapters.consumer_group import ConsumerGroup, collect, trim
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.events import expected_groups
from tocsin.ports.streams import GroupStatus
from tocsin.runtime import metrics
from tocsin.runtime.supervision import STORE_AWAY, Part
from tocsin.runtime.worker import StreamWorker


log = structlog.get_logger()

# What is kept though all are done with it, for looking at: given up where memory runs short.
RETENTION = timedelta(hours=24)
MEMORY_MARK = 0.7
# A consumer that was not heard of for so long, and holds nothing, is gone.
CONSUMER_SILENCE = timedelta(hours=1)

TRIM_EVERY_S = 30.0
COLLECT_EVERY_S = 300.0
GAUGES_EVERY_S = 5.0


def parts(
    redis: Redis, worker: StreamWorker | None, retention: timedelta = RETENTION
) -> list[tuple[str, Part]]:
    """Return what is to run for as long as the process lives, by name."""
    gauges: tuple[str, Part] = (
        "gauges",
        partial(every, GAUGES_EVERY_S, partial(refresh_gauges, redis), "gauges"),
    )
    if worker is None:
        return [gauges]
    trimming = partial(trim_streams, redis, worker.groups, retention)
    collection = partial(collect_consumers, redis, worker.groups)
    return [
        gauges,
        ("consumption", worker.watch),
        ("trimming", partial(every, TRIM_EVERY_S, trimming, "trimming")),
        ("collection", partial(every, COLLECT_EVERY_S, collection, "collection")),
    ]


async def trim_streams(
    redis: Redis, groups: Sequence[ConsumerGroup], retention: timedelta = RETENTION
) -> None:
    """Drop what every expected group of these streams has finished with."""
    kept = retention_for(await redis.info("memory"), retention)
    for group in groups:
        expected = expected_groups(group.stream, group.group)
        dropped = await trim(redis, group.stream, sorted(expected), kept)
        if dropped < 0:
            log.warning("stream is not trimmed: an expected group is missing", stream=group.stream)
        elif dropped:
            metrics.TRIMMED.labels(group.stream).inc(dropped)
            log.info("stream is trimmed", stream=group.stream, entries=dropped)


def retention_for(memory: dict[str, Any], retention: timedelta) -> timedelta:
    """Return how long to keep finished entries, given the store's ``INFO memory``."""
    limit = int(memory["maxmemory"])
    if limit and int(memory["used_memory"]) > MEMORY_MARK * limit:
        return timedelta(0)
    return retention


async def collect_consumers(
    redis: Redis, groups: Sequence[ConsumerGroup], silence: timedelta = CONSUMER_SILENCE
) -> None:
    """Remove the consumers of processes that died, where nothing of theirs is left to do."""
    for group in groups:
        removed = await collect(redis, group.stream, group.group, silence)
        if removed:
            log.info("dead consumers are removed", stream=group.stream, consumers=removed)


async def refresh_gauges(redis: Redis) -> None:
    """Tell Prometheus how streams and store stand."""
    status = RedisStreamStatus(redis)
    groups = await status.groups()
    lengths = await status.lengths()
    letters = await RedisDeadLetters(redis).counts()
    memory = await redis.info("memory")
    _show(groups)
    for stream in lengths:
        metrics.LENGTH.labels(stream).set(lengths[stream])
        metrics.DEAD_LETTERS.labels(stream).set(letters[stream])
    metrics.STORE_MEMORY.set(memory["used_memory"])
    metrics.STORE_MEMORY_LIMIT.set(memory["maxmemory"])


def _show(groups: Sequence[GroupStatus]) -> None:
    """Replace what was told of groups; one that is gone is told no longer."""
    for gauge in metrics.OF_GROUPS:
        gauge.clear()
    for group in groups:
        labels = (group.stream, group.group)
        metrics.LAG.labels(*labels).set(-1 if group.lag is None else group.lag)
        metrics.PENDING.labels(*labels).set(group.pending)
        metrics.OLDEST_PENDING.labels(*labels).set(group.oldest_pending_s)
        metrics.OLDEST_UNREAD.labels(*labels).set(group.oldest_unread_s)
        metrics.CONSUMERS.labels(*labels).set(group.consumers)


async def every(seconds: float, action: Callable[[], Awaitable[None]], name: str) -> None:
    """Do it again and again; a store that is away is waited for."""
    while True:
        try:
            await action()
        except STORE_AWAY as error:
            log.warning("store is away", task=name, error=str(error))
        await asyncio.sleep(seconds)
