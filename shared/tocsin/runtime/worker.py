"""The stream worker: FastStream's subscribers, with delivery that loses and repeats nothing.

FastStream brings the loop, the handlers, the message format and the AsyncAPI document.
What it leaves open is done at its seams: ``intake`` stands in for the client that its
subscribers read with, ``handling`` is a middleware around each handler.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from inspect import getdoc
from typing import Any, Self, TypeVar

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.redis import RedisBroker, RedisRouter, StreamSub
from faststream.redis.subscriber.usecases import LogicSubscriber
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tocsin.adapters.connection import BLOCK_MS
from tocsin.adapters.consumer_group import ConsumerGroup
from tocsin.errors import TocsinError
from tocsin.events import Event
from tocsin.ports.clock import Clock
from tocsin.runtime.handling import Consumption, EntryMiddleware
from tocsin.runtime.intake import Before, Intake, Isolation
from tocsin.runtime.reader import GivenReader, Reader
from tocsin.runtime.retries import Patience


log = structlog.get_logger()

E = TypeVar("E", bound=Event)

# Between the longest that a handler may take and the moment when its entry is taken over.
IDLE_MARGIN_S = 5.0
CLAIM_EVERY_MS = 500
# A subscriber that has not read for so long is not consuming.
SILENCE_S = 10.0


class WorkerStoppedError(TocsinError):
    """A subscriber stopped by itself."""


class StreamWorker:
    """Consumes streams in groups, each event by one handler, until it is stopped.

    ``consumer`` must be this process's alone: ownership of entries goes by it.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Clock,
        consumer: str | None = None,
        block_ms: int = BLOCK_MS,
        claim_every_ms: int = CLAIM_EVERY_MS,
    ) -> None:
        self.consumer = consumer or unique_name()
        self._redis = redis
        self._clock = clock
        self._block_ms = block_ms
        self._claim_every_ms = claim_every_ms
        self._reader = Reader(redis)
        self._isolation = Isolation()
        self._consumptions: list[Consumption] = []
        self._subscribers: list[tuple[LogicSubscriber, Intake]] = []
        self._tasks_at_start: dict[LogicSubscriber, int] = {}
        self._broker = WorkerBroker(self._reader)

    @property
    def broker(self) -> RedisBroker:
        """FastStream's broker, for what it can tell of itself."""
        return self._broker

    @property
    def groups(self) -> Sequence[ConsumerGroup]:
        return [consumption.group for consumption in self._consumptions]

    def consume(
        self,
        event_type: type[E],
        *,
        group: str,
        handler: Callable[[E], Awaitable[Sequence[Event]]],
        publishes: tuple[type[Event], ...] = (),
        before: Before | None = None,
        concurrency: int = 8,
        timeout_s: float = 10.0,
        max_deliveries: int = 5,
        min_idle_s: float | None = None,
        first_delay_s: float = 0.5,
    ) -> None:
        """Have each event of a stream handled once by this group, and publish what comes of it.

        The events that ``handler`` returns and the acknowledgement of its input are one step.
        It may be called again for an event, after a crash or a timeout, so whatever else it
        does must be idempotent. It raises PermanentError for what no repetition will mend.

        Args:
            event_type: its ``stream`` is read, from its very beginning.
            group: shares the stream among the processes that name it.
            handler: returns the events to publish, none by an empty tuple.
            publishes: the only types of event that it may return.
            before: done once after events were read, however many, before any of them is handled.
                While it fails for want of the store they wait.
            concurrency: how many events are handled at once; half as many that failed may be
                tried again, besides. One that a dead process left is handled alone: it may have
                been the cause.
            timeout_s: a handler that takes longer has failed.
            max_deliveries: an event that failed so often goes to the dead letters.
            min_idle_s: an event that nobody finished for so long is taken over; by default
                a little longer than ``timeout_s``.
            first_delay_s: how long to wait before the first repetition; doubles with each.

        Raises:
            ValueError: ``concurrency`` is below 1, ``min_idle_s`` does not exceed ``timeout_s``,
                or the group consumes this stream already.
        """
        if concurrency < 1:
            raise ValueError(f"concurrency must be at least 1; it is {concurrency}")
        if any((event_type.stream, group) == each.labels for each in self._consumptions):
            raise ValueError(f"{event_type.stream} has a handler in group {group!r} already")
        min_idle_s = timeout_s + IDLE_MARGIN_S if min_idle_s is None else min_idle_s
        if min_idle_s <= timeout_s:
            raise ValueError(
                f"min_idle_s must exceed timeout_s ({timeout_s:g}), or events are taken over "
                f"from handlers that are still at work; it is {min_idle_s:g}"
            )
        consumption = Consumption(
            group=ConsumerGroup(self._redis, event_type.stream, group, self.consumer),
            clock=self._clock,
            publishes=publishes,
            patience=Patience(max_deliveries, first_delay_s, max_delay_s=min_idle_s),
            timeout_s=timeout_s,
            min_idle_s=min_idle_s,
        )
        self._consumptions.append(consumption)
        self._subscribe(consumption, event_type, handler, before, concurrency)

    def publishes(self, event_type: type[Event]) -> None:
        """Declare, for the AsyncAPI document, that such events are published."""
        self._broker.publisher(
            stream=event_type.stream,
            schema=event_type,
            title=event_type.__name__,
            description=getdoc(event_type),
        )

    async def start(self) -> None:
        """Begin to consume.

        Raises:
            redis.RedisError, OSError: the store cannot be reached.
        """
        try:
            await self._broker.start()
        except BaseException:
            await self._broker.stop()
            raise
        for subscriber, intake in self._subscribers:
            self._tasks_at_start[subscriber] = len(subscriber.tasks)
            intake.read_at = asyncio.get_running_loop().time()

    async def stop(self, grace_s: float = 10.0) -> None:
        """Read no more, finish what is in hand within ``grace_s``, and give back the rest."""
        for _, intake in self._subscribers:
            intake.close()
        try:
            async with asyncio.timeout(grace_s):
                await self._isolation.enter()
        except TimeoutError:
            log.warning("work in hand did not finish in time and is given back", grace_s=grace_s)
        await self._broker.stop()
        for consumption in self._consumptions:
            await _give_back(consumption)

    def stopped(self) -> str | None:
        """Tell which subscriber has stopped for good, if any: the process must be started anew."""
        for subscriber, intake in self._subscribers:
            alive = sum(not task.done() for task in subscriber.tasks)
            if not subscriber.running or alive < self._tasks_at_start.get(subscriber, 1):
                return f"{_named(intake)} is not being consumed"
        return None

    def problem(self) -> str | None:
        """Tell why some stream is not being consumed just now, if that is so."""
        if (stopped := self.stopped()) is not None:
            return stopped
        now = asyncio.get_running_loop().time()
        for _, intake in self._subscribers:
            if intake.problem is not None:
                return f"{_named(intake)} cannot be read: {intake.problem}"
            if not intake.full and now - intake.read_at > SILENCE_S:
                return f"{_named(intake)} was not read for {now - intake.read_at:.0f} s"
        return None

    async def watch(self, *, every_s: float = 1.0) -> None:
        """Run until a subscriber stops by itself.

        Raises:
            WorkerStoppedError: one has.
        """
        while (stopped := self.stopped()) is None:  # noqa: ASYNC110 -- FastStream tells nobody
            await asyncio.sleep(every_s)
        raise WorkerStoppedError(stopped)

    def _subscribe(
        self,
        consumption: Consumption,
        event_type: type[E],
        handler: Callable[[E], Awaitable[Sequence[Event]]],
        before: Before | None,
        concurrency: int,
    ) -> None:
        """Stack two subscribers over one handler: for new entries, and for those left by others."""
        new = Intake(consumption.group, concurrency, self._isolation, before)
        left = Intake(consumption.group, max(concurrency // 2, 1), self._isolation, before)
        self._reader.add(new=new, left=left)

        async def receive(event: E) -> Sequence[Event]:
            return await handler(event)

        receive.__annotations__["event"] = event_type
        receive.__doc__ = getdoc(event_type)
        call: Any = receive
        for intake, first in ((left, False), (new, True)):
            router = RedisRouter(
                middlewares=(partial(EntryMiddleware, consumption, intake),),
                include_in_schema=first,
            )
            subscriber = router.subscriber(
                stream=self._position(consumption, first=first),
                decoder=_decoder(event_type),
                ack_policy=AckPolicy.MANUAL,  # the commit acknowledges
                max_workers=concurrency if first else max(concurrency // 2, 1),
                no_reply=True,
                title=f"{event_type.__name__}.{consumption.group.group}",
            )
            call = subscriber(call)
            self._subscribers.append((subscriber, intake))
            self._broker.include_router(router)
        for published in consumption.publishes:
            self.publishes(published)

    def _position(self, consumption: Consumption, *, first: bool) -> StreamSub:
        group = consumption.group
        if first:
            return Position(
                group.stream,
                group=group.group,
                consumer=group.consumer,
                polling_interval=self._block_ms,
            )
        return Position(
            group.stream,
            group=group.group,
            consumer=group.consumer,
            polling_interval=self._claim_every_ms,
            min_idle_time=consumption.min_idle_ms,
        )


class WorkerBroker(RedisBroker):
    """FastStream's broker on a reader that is given, by the hook that its variants override."""

    def __init__(self, reader: Reader) -> None:
        self._given = GivenReader(reader)
        logger = logging.getLogger("tocsin.faststream")  # FastStream's own comes with a handler
        logger.addFilter(_is_no_cancellation)
        super().__init__(
            logger=logger,
            log_level=logging.DEBUG,
            graceful_timeout=None,  # the worker drains by itself
            apply_types=False,  # the decoder returns the event
        )

    def _make_connection_state(
        self, connection_options: dict[str, Any], kwargs: dict[str, Any]
    ) -> GivenReader:
        return self._given


class Position(StreamSub[Any]):
    """Is asked for with each read and each message; FastStream's own makes a deep copy each time."""

    def add_prefix(self, prefix: str) -> Self:
        return super().add_prefix(prefix) if prefix else self


def unique_name() -> str:
    """Return a name that no other process has: host, process id and chance."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


def _decoder(event_type: type[E]) -> Callable[[StreamMessage[Any]], Awaitable[E]]:
    async def decode(message: StreamMessage[Any]) -> E:
        return event_type.model_validate_json(message.body)

    return decode


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Tell whether it is worth logging: FastStream takes the end of a worker for an error."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


async def _give_back(consumption: Consumption) -> None:
    try:
        released = await consumption.group.release(consumption.min_idle_ms)
    except (RedisError, OSError) as error:
        # Somebody takes them over once they have been idle for long enough.
        log.warning("entries could not be given back", error=str(error))
        return
    if released:
        log.info("entries are given back", stream=consumption.group.stream, entries=released)


def _named(intake: Intake) -> str:
    return f"{intake.group.stream} in group {intake.group.group}"
