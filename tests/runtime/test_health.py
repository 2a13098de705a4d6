"""/live, /ready and /metrics tell the truth."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from faststream.redis.subscriber.usecases import LogicSubscriber
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rig.streams import ARTICLES, GROUP, Server, Stage, match, until
from tocsin.events import ArticleIngested, Event
from tocsin.runtime.health import Check, Health, health_app, in_front
from tocsin.runtime.housekeeping import refresh_gauges
from tocsin.runtime.worker import StreamWorker


@asynccontextmanager
async def asking(
    redis: Redis, worker: StreamWorker | None = None, *checks: Check
) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(health_app(Health(redis, worker, checks)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://process") as client:
        yield client


async def ready(client: httpx2.AsyncClient) -> tuple[int, dict[str, Any]]:
    response = await client.get("/ready")
    return response.status_code, response.json()


async def test_a_process_that_consumes_is_ready_and_alive(stage: Stage) -> None:
    async with stage.working() as worker, asking(stage.redis, worker) as client:
        assert await ready(client) == (200, {"ready": True})
        assert (await client.get("/live")).json() == {"live": True}


async def test_a_process_whose_subscriber_stopped_is_neither_ready_nor_alive(
    stage: Stage,
) -> None:
    async with stage.working() as worker, asking(stage.redis, worker) as client:
        await worker.broker.subscribers[0].stop()

        problem = f"{ARTICLES} in group {GROUP} is not being consumed"
        assert await ready(client) == (503, {"ready": False, "problem": problem})
        response = await client.get("/live")
        assert (response.status_code, response.json()) == (
            503,
            {"live": False, "problem": problem},
        )


async def test_a_process_whose_reading_task_died_is_not_ready(stage: Stage) -> None:
    async with stage.working() as worker, asking(stage.redis, worker) as client:
        subscriber = worker.broker.subscribers[0]
        assert isinstance(subscriber, LogicSubscriber)
        task = subscriber.tasks[-1]
        task.cancel()
        await asyncio.wait([task])

        status, answer = await ready(client)
        assert (status, answer["ready"]) == (503, False)


async def test_a_worker_that_was_not_started_is_not_ready(stage: Stage) -> None:
    async with asking(stage.redis, stage.worker()) as client:
        status, _ = await ready(client)

    assert status == 503


async def test_a_process_whose_reads_hang_is_not_ready(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.runtime.worker.SILENCE_S", 0.1)
    async with stage.working() as worker, asking(stage.redis, worker) as client:
        await stage.redis.client_pause(700, all=False)

        async def tells() -> bool:
            _, answer = await ready(client)
            return "was not read for" in answer.get("problem", "")

        await until(tells)
        await stage.redis.client_unpause()


async def test_a_process_with_its_hands_full_is_ready(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.runtime.worker.SILENCE_S", 0.1)
    may_end = asyncio.Event()

    async def waits(event: ArticleIngested) -> Sequence[Event]:
        await may_end.wait()
        return await match(event)

    busy = stage.working(waits, concurrency=1, timeout_s=60, min_idle_s=90)
    async with busy as worker, asking(stage.redis, worker) as client:
        await stage.publish("a", "b")
        await until(lambda: _begun(stage))
        await asyncio.sleep(0.3)

        assert await ready(client) == (200, {"ready": True})
        may_end.set()


async def test_a_process_without_its_store_is_alive_but_not_ready(
    server: Server, durable: Stage
) -> None:
    async with durable.working() as worker, asking(durable.redis, worker) as client:
        server.kill()

        status, answer = await ready(client)
        assert status == 503
        assert answer["problem"].startswith("the store does not answer")
        assert (await client.get("/live")).status_code == 200

        server.start()
        await until(lambda: _is_ready(client))


async def test_a_services_own_checks_are_asked(stage: Stage) -> None:
    async def no_rules() -> str | None:
        return "no rules are loaded"

    async def well() -> str | None:
        return None

    async with asking(stage.redis, None, well, no_rules) as client:
        assert await ready(client) == (503, {"ready": False, "problem": "no rules are loaded"})


async def test_metrics_tell_how_the_streams_stand(stage: Stage) -> None:
    await stage.publish("a", "b", "c")
    await stage.read_and_die("ghost")
    await stage.redis.xadd(f"{ARTICLES}:dead", {"a": "b"})

    await refresh_gauges(stage.redis)
    async with asking(stage.redis) as client:
        text = (await client.get("/metrics")).text

    samples = {
        (sample.name, sample.labels.get("stream"), sample.labels.get("group")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    of_group = (ARTICLES, GROUP)
    assert samples["tocsin_stream_lag_entries", *of_group] == 2
    assert samples["tocsin_stream_pending_entries", *of_group] == 1
    assert samples["tocsin_stream_consumers", *of_group] == 1
    assert samples["tocsin_stream_oldest_pending_seconds", *of_group] < 60
    assert samples["tocsin_stream_length_entries", ARTICLES, None] == 3
    assert samples["tocsin_stream_dead_letters_entries", ARTICLES, None] == 1
    assert samples["tocsin_store_memory_bytes", None, None] > 0


async def test_nothing_is_told_of_a_group_that_is_gone(stage: Stage) -> None:
    await stage.ensure_group()
    await refresh_gauges(stage.redis)
    await stage.redis.delete(ARTICLES)

    await refresh_gauges(stage.redis)

    async with asking(stage.redis) as client:
        assert "tocsin_stream_lag_entries{" not in (await client.get("/metrics")).text


async def test_health_goes_before_the_application(stage: Stage) -> None:
    async def everything(request: Request) -> Response:
        return PlainTextResponse("the application")

    app = Starlette(routes=[Route("/{path:path}", everything)])
    both = in_front(health_app(Health(stage.redis, None, ())), app)

    transport = httpx2.ASGITransport(both)
    async with httpx2.AsyncClient(transport=transport, base_url="http://process") as client:
        assert (await client.get("/live")).json() == {"live": True}
        assert (await client.get("/")).text == "the application"
        assert (await client.get("/ready/soon")).text == "the application"


async def _begun(stage: Stage) -> bool:
    return len(stage.calls) > 0


async def _is_ready(client: httpx2.AsyncClient) -> bool:
    status, _ = await ready(client)
    return status == 200
