"""The parts of a process: started together, watched, and ended together."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import structlog
from redis.exceptions import RedisError

from tocsin.errors import StoreUnavailableError, TocsinError


log = structlog.get_logger()

Part = Callable[[], Awaitable[None]]

# How an absent store shows, through a port or a driver.
STORE_AWAY = (RedisError, ConnectionError, StoreUnavailableError)
RESTART_AFTER_S = 1.0
CANCEL_TIMEOUT_S = 5.0


class ProcessDiedError(TocsinError):
    """A part of the process ended that should have run until it was told to stop."""


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def start(parts: Iterable[tuple[str, Part]]) -> list[asyncio.Task[None]]:
    """Start parts, each with the name that it is to be told by."""

    async def call(part: Part) -> None:
        await part()

    return [asyncio.create_task(call(part), name=name) for name, part in parts]


async def persistently(part: Part) -> None:
    """Run a part; again where it lost the store, which may be away for a while."""
    while True:
        try:
            await part()
        except STORE_AWAY as error:
            log.warning("store is away", task=name_of(part), error=str(error))
            await asyncio.sleep(RESTART_AFTER_S)
        else:
            return


async def first_to_end(tasks: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> str | None:
    """Wait until told to stop, then return None; or until a task ends by itself: return which."""
    told = asyncio.create_task(stop.wait())
    await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if told.done():
        return None
    told.cancel()
    ended = next(task for task in tasks if task.done())
    error = ended.exception()
    log.error("task died", task=ended.get_name(), exc_info=error)
    return f"{ended.get_name()} died: {error or 'it ended without being told to'}"


async def finish(parts: Sequence[Part], within_s: float) -> None:
    """Run parts at once, each for ``within_s`` at most; one that fails does not stop the others."""
    await asyncio.gather(*(_finish(part, within_s) for part in parts))


async def cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended, or for ``CANCEL_TIMEOUT_S``.

    Once may not do: before Python 3.12 ``asyncio.wait_for``, through which redis-py sends, may
    swallow a cancellation, see https://github.com/python/cpython/issues/86296.
    """
    until = asyncio.get_running_loop().time() + CANCEL_TIMEOUT_S
    late = set(tasks)
    while late and asyncio.get_running_loop().time() < until:
        for task in late:
            task.cancel()
        _, late = await asyncio.wait(late, timeout=CANCEL_TIMEOUT_S / 5)
    for task in late:
        log.warning("task does not end", task=task.get_name())


async def ended(task: asyncio.Task[None]) -> None:
    """Wait until a task has ended, however it did."""
    await asyncio.wait([task])


def name_of(part: Part) -> str:
    function = part.func if isinstance(part, partial) else part
    return getattr(function, "__qualname__", None) or repr(part)


async def _finish(part: Part, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await part()
    except TimeoutError:
        log.warning("task did not finish in time", task=name_of(part), seconds=within_s)
    except Exception:
        log.exception("task failed to finish", task=name_of(part))
