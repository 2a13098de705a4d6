"""How a process starts, lives and ends.

Exit codes: 0 told to stop, 1 something died and a supervisor shall start it anew, 2 a
setting is wrong, 3 it cannot start (the store is away or unsafe, the port is taken).
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing, closing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import structlog
import uvloop
from redis.asyncio import Redis
from starlette.types import ASGIApp

from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.store_checks import check_durable, check_reachable
from tocsin.adapters.system_clock import SystemClock
from tocsin.errors import StartError, UnsafeStoreError
from tocsin.ports.streams import ServiceInstance
from tocsin.runtime import housekeeping, logs, metrics, serving, supervision
from tocsin.runtime.health import Check, Health
from tocsin.runtime.settings import Settings, SettingsError, load
from tocsin.runtime.supervision import (
    STORE_AWAY,
    Part,
    ProcessDiedError,
    name_of,
    persistently,
)
from tocsin.runtime.worker import StreamWorker, unique_name


log = structlog.get_logger()

S = TypeVar("S", bound=Settings)

FAILED = 1
WRONG_SETTING = 2
CANNOT_START = 3
INTERRUPTED = 130

HEARTBEAT_EVERY_S = 5.0
PREFLIGHT_TIMEOUT_S = 5.0
# Beyond the grace for work in hand: to give back what was not finished, and close.
CLOSING_S = 2.0


def run(
    service: str, settings_type: type[S], serve: Callable[[S], Coroutine[Any, Any, None]]
) -> None:
    """Read the settings, run ``serve`` with them, and exit with a code that tells how it went."""
    try:
        settings = load(settings_type)
    except SettingsError as error:
        _exit(service, error, WRONG_SETTING)
    logs.configure(service, style=settings.log_format, level=settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except (StartError, UnsafeStoreError, *STORE_AWAY) as error:
        _exit(service, error, CANNOT_START)
    except ProcessDiedError as error:
        _exit(service, error, FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:
        log.exception("process failed")
        sys.exit(FAILED)


async def serve(
    service: str,
    settings: Settings,
    *,
    redis: Redis,
    worker: StreamWorker | None = None,
    app: ASGIApp | None = None,
    on_start: Sequence[Part] = (),
    background: Sequence[Part] = (),
    ready: Sequence[Check] = (),
    on_stop: Sequence[Part] = (),
) -> None:
    """Run a service until SIGTERM or SIGINT, then end it in good order. Closes ``redis``.

    Args:
        service: its name, in logs, metrics and the registry.
        settings: where to serve HTTP, how safe the store must be, how long to drain.
        redis: the store; it must answer at the start and may be away later.
        worker: consumes the streams.
        app: served beside /live, /ready and /metrics, which go before it.
        on_start: done in order once the store was checked, before anything is consumed or
            served; what must be known first is loaded here.
        background: each must run until it is cancelled. One that loses the store is started
            again; any other end of one ends the process.
        ready: each returns why the service cannot do its work just now, or None.
        on_stop: done all at once when told to stop, while ``background`` still runs: stop
            taking work, finish what is in hand.

    Raises:
        StartError, UnsafeStoreError: it cannot start.
        ProcessDiedError: a part of it died.
    """
    async with aclosing(redis):
        await _check_store(redis, settings)
        with closing(serving.listen(service, settings)) as listener:
            metrics.announce_build(service)
            for part in on_start:
                await part()
            health = Health(redis, worker, ready)
            server = serving.server(health, app, settings.grace_s)
            entry = _registry_entry(service, serving.address(listener), worker)
            parts: list[tuple[str, Part]] = [
                ("http", partial(serving.serve_http, server, listener)),
                ("heartbeat", partial(_heartbeat, entry, redis, health)),
                *housekeeping.parts(redis, worker, timedelta(hours=settings.retention_h)),
                *((name_of(part), partial(persistently, part)) for part in background),
            ]
            with supervision.stop_signals() as stop:
                if worker:
                    await worker.start()
                tasks = supervision.start(parts)
                log.info("service started", address=entry.address, instance=entry.instance)
                died = await supervision.first_to_end(tasks, stop)
                log.info("service stops", grace_s=settings.grace_s)
                health.stopping = True
                server.should_exit = True
                draining = [partial(worker.stop, settings.grace_s)] if worker else []
                answering = partial(supervision.ended, tasks[0])
                await supervision.finish(
                    [*on_stop, *draining, answering], settings.grace_s + CLOSING_S
                )
                await supervision.cancel(tasks)
                log.info("service stopped")
    if died:
        raise ProcessDiedError(died)


async def _check_store(redis: Redis, settings: Settings) -> None:
    where = logs.mask(urlsplit(settings.redis_url)._replace(query="").geturl())
    try:
        async with asyncio.timeout(PREFLIGHT_TIMEOUT_S):
            await check_reachable(redis, where)
            if not settings.unsafe_store:
                await check_durable(redis)
    except TimeoutError as error:
        raise StartError(
            f"the store at {where} did not answer within {PREFLIGHT_TIMEOUT_S:g} s"
        ) from error


def _registry_entry(service: str, address: str, worker: StreamWorker | None) -> ServiceInstance:
    now = SystemClock().now()
    return ServiceInstance(
        service=service,
        instance=worker.consumer if worker else unique_name(),
        address=address,
        started_at=now,
        seen_at=now,
        ready=False,
    )


async def _heartbeat(entry: ServiceInstance, redis: Redis, health: Health) -> None:
    """Announce the process until cancelled, then withdraw it."""
    registry = RedisServiceRegistry(redis)
    clock = SystemClock()

    async def beat() -> None:
        problem = await health.problem()
        await registry.announce(
            replace(entry, seen_at=clock.now(), ready=problem is None, problem=problem or "")
        )

    try:
        await housekeeping.every(HEARTBEAT_EVERY_S, beat, "heartbeat")
    finally:
        with suppress(*STORE_AWAY):  # it is forgotten soon in any case
            await registry.withdraw(entry.service, entry.instance)


def _exit(service: str, error: Exception, code: int) -> NoReturn:
    sys.stderr.write(f"tocsin-{service}: {logs.mask(str(error))}\n")
    sys.exit(code)
