"""What happens to one entry between its delivery and its end: commit, another try, or burial."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Any

import structlog
from faststream import BaseMiddleware, ContextRepo
from faststream.message import StreamMessage
from faststream.redis.message import DefaultStreamMessage
from redis.exceptions import RedisError, ResponseError

from tocsin.adapters import wire
from tocsin.adapters.consumer_group import ConsumerGroup
from tocsin.adapters.dead_letters import Burial
from tocsin.events import Event
from tocsin.ports.clock import Clock
from tocsin.runtime import metrics, retries, tracing
from tocsin.runtime.intake import Intake
from tocsin.runtime.logs import mask
from tocsin.runtime.retries import Bury, HandlerTimeoutError, Patience, Retry


log = structlog.get_logger()

# A dead letter holds the end of the traceback, where the error is.
TRACEBACK_LIMIT = 8_000
REASON_LIMIT = 1_000
STORE_RETRY_S = 0.5


@dataclass(frozen=True, slots=True)
class Consumption:
    """How the entries of one stream are handled in one group.

    An entry idle for ``min_idle_s`` is taken over, so it must exceed ``timeout_s``, the
    longest that a handler may take.
    """

    group: ConsumerGroup
    clock: Clock
    publishes: tuple[type[Event], ...]
    patience: Patience
    timeout_s: float
    min_idle_s: float

    @property
    def min_idle_ms(self) -> int:
        return int(self.min_idle_s * 1_000)

    @property
    def labels(self) -> tuple[str, str]:
        return self.group.stream, self.group.group


class EntryMiddleware(BaseMiddleware[Any, Any]):
    """Carries one delivery to its end. Nothing it meets is raised to FastStream."""

    def __init__(
        self,
        consumption: Consumption,
        intake: Intake,
        msg: DefaultStreamMessage,
        /,
        *,
        context: ContextRepo,
    ) -> None:
        super().__init__(msg, context=context)
        self._consumption = consumption
        self._group = consumption.group
        self._intake = intake
        self._entry_id = msg["message_ids"][0]
        self._deliveries = intake.deliveries.get(self._entry_id, 1)

    async def consume_scope(
        self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
    ) -> None:
        burial = retries.before_handling(self._deliveries, self._consumption.patience)
        if burial:
            await self._bury(burial, None)
            return
        with tracing.continued(wire.readable(msg.headers)):
            await self._carry(call_next, msg)

    async def after_processed(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool:
        """Give back the slot; an error here is FastStream's own, which could not read the entry."""
        try:
            if isinstance(exc_val, Exception):
                await self._fail(exc_val)
        finally:
            self._intake.release(self._entry_id)
        return isinstance(exc_val, Exception)

    async def _carry(
        self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
    ) -> None:
        started = perf_counter()
        try:
            outputs = self._encoded(await self._handled(call_next, msg))
            await self._commit(outputs)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the entry must not be lost
            await self._fail(error)
        else:
            metrics.HANDLING.labels(*self._consumption.labels).observe(perf_counter() - started)

    async def _handled(
        self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
    ) -> Sequence[Event]:
        timeout_s = self._consumption.timeout_s
        limit = asyncio.timeout(timeout_s)
        try:
            async with limit:
                events: Sequence[Event] = await call_next(msg)
        except TimeoutError as error:
            if limit.expired():
                raise HandlerTimeoutError(timeout_s) from error
            raise
        return events

    def _encoded(self, events: Sequence[Event]) -> list[tuple[str, bytes]]:
        headers = tracing.current()
        for event in events:
            if not isinstance(event, self._consumption.publishes):
                raise TypeError(
                    f"the handler returned {type(event).__name__}, which it does not declare"
                )
        return [(event.stream, wire.encode(event, headers)) for event in events]

    async def _commit(self, outputs: Sequence[tuple[str, bytes]]) -> None:
        if await self._group.commit(self._entry_id, outputs):
            self._ended("done")
        else:
            self._log.warning("entry was taken over by another consumer; nothing is published")
            self._ended("lost")

    async def _fail(self, error: Exception) -> None:
        match retries.after_failure(error, self._deliveries, self._consumption.patience):
            case Bury() as burial:
                await self._bury(burial, error)
            case Retry(after_s, counts):
                self._log.warning(
                    "entry is tried again",
                    error=retries.describe(error),
                    after_s=after_s,
                    deliveries=self._deliveries,
                    exc_info=error if counts else None,
                )
                await self._set_aside(after_s, counts=counts)
                self._ended("retry" if counts else "infrastructure")

    async def _bury(self, burial: Bury, error: Exception | None) -> None:
        text = "".join(traceback.format_exception(error)) if error else ""
        letter = Burial(
            reason=mask(burial.reason)[:REASON_LIMIT],
            deliveries=self._deliveries,
            at=self._consumption.clock.now(),
            traceback=mask(text)[-TRACEBACK_LIMIT:],
        )
        self._log.error("entry is given up", reason=letter.reason, exc_info=error)
        buried = await self._persist(
            lambda: self._group.bury(self._entry_id, self.msg["data"], letter)
        )
        self._ended("buried" if buried else "lost")

    async def _set_aside(self, after_s: float, *, counts: bool) -> None:
        idle_ms = max(self._consumption.min_idle_ms - int(after_s * 1_000), 0)
        await self._persist(lambda: self._group.set_aside(self._entry_id, idle_ms, counts=counts))

    async def _persist(self, action: Callable[[], Awaitable[bool]]) -> bool:
        """Do it once the store is there again; nothing better can be done meanwhile.

        Return what the action does, which is whether the entry was still ours.

        What the store refuses is not repeated for longer than it takes until somebody claims
        the entry anyway.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._consumption.min_idle_s
        while True:
            try:
                return await action()
            except (RedisError, OSError) as error:
                if isinstance(error, ResponseError) and loop.time() > deadline:
                    self._log.error("store refuses to set the entry aside", error=str(error))
                    return False
                await asyncio.sleep(STORE_RETRY_S)

    @property
    def _log(self) -> structlog.stdlib.BoundLogger:
        bound: structlog.stdlib.BoundLogger = log.bind(
            stream=self._group.stream, group=self._group.group, entry=self._entry_id.decode()
        )
        return bound

    def _ended(self, outcome: str) -> None:
        metrics.HANDLED.labels(*self._consumption.labels, outcome).inc()
