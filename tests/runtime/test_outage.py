"""What the stream worker promises while the store is away, full, or killed."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from rig.streams import Counted, Server, Stage, match, matched, until
from tocsin.events import ArticleIngested, Event
from tocsin.runtime.intake import Intake, Isolation, ReadReply
from tocsin.runtime.worker import StreamWorker


HANDLED = "tocsin_stream_handled_entries_total"


async def publish_despite_outage(stage: Stage, article_id: str) -> None:
    """Publish as ingest does: until the store says that it has it."""
    while True:
        try:
            await stage.publish(article_id)
        except RedisError:
            await asyncio.sleep(0.02)
        else:
            return


async def test_nothing_is_lost_when_the_store_is_killed_and_comes_back(
    server: Server, durable: Stage
) -> None:
    ids = [f"article-{number}" for number in range(60)]

    async with durable.working() as worker:
        await durable.publish("first")
        await durable.until_output("first")
        for start in range(0, len(ids), 20):
            feeding = asyncio.gather(
                *(publish_despite_outage(durable, name) for name in ids[start : start + 20])
            )
            server.kill()
            await until(lambda: _cannot_read(worker))
            server.start()
            await feeding
        await until(lambda: _all_there(durable, {"first", *ids}), within_s=20)
        await durable.until_done()
        await until(lambda: _reads_again(worker))
    assert await durable.letters() == []


async def test_a_store_that_is_away_is_asked_ever_later_but_each_second_at_least(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    async def away(room: int, block_ms: int) -> ReadReply:
        raise RedisConnectionError("refused")

    async def back(room: int, block_ms: int) -> ReadReply:
        return []

    monkeypatch.setattr(asyncio, "sleep", noted)
    intake = Intake(stage.worker().groups[0], 1, Isolation())

    for fetch in (*[away] * 6, back, away):
        assert await intake.read(fetch, 0) == []

    assert pauses == [0.1, 0.2, 0.4, 0.8, 1, 1, 0.1]
    assert intake.problem == "refused"


async def test_an_outage_while_an_event_is_in_hand_burns_no_attempt(
    server: Server, durable: Stage
) -> None:
    in_hand = asyncio.Event()
    is_gone = asyncio.Event()

    async def outlives_the_store(event: ArticleIngested) -> Sequence[Event]:
        if not is_gone.is_set():
            in_hand.set()
            await is_gone.wait()
        return (matched(event.id),)

    async with durable.working(outlives_the_store, timeout_s=60, min_idle_s=61, max_deliveries=1):
        await durable.publish("a")
        await in_hand.wait()
        server.kill()
        is_gone.set()
        await asyncio.sleep(0.2)
        server.start()
        await until(lambda: _all_there(durable, {"a"}))
        await durable.until_done()

    assert await durable.letters() == []
    assert durable.calls == ["a", "a"]


async def test_a_full_store_loses_nothing_and_burns_no_attempt(
    stage: Stage, counted: Counted
) -> None:
    in_hand = asyncio.Event()
    is_full = asyncio.Event()

    async def outlives_the_room(event: ArticleIngested) -> Sequence[Event]:
        in_hand.set()
        await is_full.wait()
        return (matched(event.id),)

    async with stage.working(outlives_the_room, timeout_s=0.3, min_idle_s=0.4, max_deliveries=1):
        await stage.publish("a")
        await in_hand.wait()
        await stage.redis.config_set("maxmemory", 1)
        is_full.set()
        try:
            await until(lambda: counted.at_least(2, HANDLED, outcome="infrastructure"))
            assert await stage.outputs() == []
        finally:
            await stage.redis.config_set("maxmemory", 0)
        await stage.until_output("a")

    assert await stage.letters() == []


async def test_a_worker_ends_though_the_store_is_away(server: Server, durable: Stage) -> None:
    worker = durable.worker(match)
    await worker.start()
    server.kill()

    async with asyncio.timeout(5):
        await worker.stop(grace_s=0.5)


async def test_a_worker_cannot_start_while_the_store_is_away(
    server: Server, durable: Stage
) -> None:
    server.kill()

    with pytest.raises(RedisError):
        await durable.worker(match).start()


async def _reads_again(worker: StreamWorker) -> bool:
    return worker.problem() is None


async def _cannot_read(worker: StreamWorker) -> bool:
    return "cannot be read" in (worker.problem() or "")


async def _all_there(stage: Stage, ids: set[str]) -> bool:
    """Tell whether each is there, and none twice."""
    try:
        outputs = await stage.outputs()
    except RedisError:
        return False
    assert len(outputs) == len(set(outputs))
    return ids <= set(outputs)
