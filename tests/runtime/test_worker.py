"""What the stream worker promises while the store is there."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from rig.streams import ARTICLES, GROUP, MATCHES, Counted, Stage, match, matched, until
from tocsin.adapters import wire
from tocsin.adapters.connection import BLOCK_MS, SOCKET_TIMEOUT_S
from tocsin.errors import PermanentError
from tocsin.events import ArticleIngested, Event
from tocsin.runtime.worker import WorkerStoppedError


HANDLED = "tocsin_stream_handled_entries_total"
READ_ERRORS = "tocsin_stream_read_errors_total"
VANISHED = "tocsin_stream_vanished_entries_total"


async def test_what_was_published_before_the_group_existed_is_read(stage: Stage) -> None:
    await stage.publish("early")

    async with stage.working():
        await stage.until_output("early")


async def test_an_event_is_acknowledged_with_what_came_of_it(stage: Stage) -> None:
    async with stage.working():
        await stage.publish("a", "b", "c")
        await stage.until_output("a", "b", "c")

        assert await stage.pending() == []


async def test_a_handler_may_publish_nothing(stage: Stage) -> None:
    async def quiet(event: ArticleIngested) -> Sequence[Event]:
        return ()

    async with stage.working(quiet):
        await stage.publish("a")
        await stage.until_done()

    assert await stage.outputs() == []


async def test_what_a_dead_consumer_left_is_taken_over(stage: Stage) -> None:
    await stage.publish("a", "b")
    await stage.read_and_die("ghost", count=2)

    async with stage.working():
        await stage.until_output("a", "b")
        await stage.until_done()


async def test_an_event_with_two_owners_is_published_once(stage: Stage, counted: Counted) -> None:
    taken_over = asyncio.Event()

    async def stalls_until_taken_over(event: ArticleIngested) -> Sequence[Event]:
        await taken_over.wait()
        return (matched(event.id),)

    async with stage.working(stalls_until_taken_over, consumer="slow", timeout_s=60, min_idle_s=90):
        await stage.publish("a")
        await until(lambda: _is_pending(stage))
        async with stage.working(consumer="quick"):
            await stage.until_output("a")
            taken_over.set()
            await until(lambda: counted.at_least(1, HANDLED, outcome="lost"))

    assert await stage.outputs() == ["a"]
    assert stage.calls == ["a", "a"]


async def test_an_event_that_another_finished_meanwhile_is_not_buried(
    stage: Stage, counted: Counted
) -> None:
    taken_over = asyncio.Event()

    async def fails_once_taken_over(event: ArticleIngested) -> Sequence[Event]:
        await taken_over.wait()
        raise PermanentError("too late")

    async with stage.working(fails_once_taken_over, consumer="slow", timeout_s=60, min_idle_s=90):
        await stage.publish("a")
        await until(lambda: _is_pending(stage))
        async with stage.working(consumer="quick"):
            await stage.until_output("a")
            taken_over.set()
            await until(lambda: counted.at_least(1, HANDLED, outcome="lost"))

    assert await stage.letters() == []
    assert counted.since(HANDLED, outcome="buried") == 0


async def test_a_process_does_not_take_over_what_it_has_in_hand(stage: Stage) -> None:
    may_end = asyncio.Event()

    async def long(event: ArticleIngested) -> Sequence[Event]:
        await may_end.wait()
        return (matched(event.id),)

    async with stage.working(long, consumer="one", timeout_s=60, min_idle_s=61):
        await stage.publish("a")
        await until(lambda: _is_pending(stage))
        (entry_id,) = _ids(await stage.pending())
        await stage.redis.xclaim(ARTICLES, GROUP, "one", 0, [entry_id], idle=61_000, justid=True)
        await asyncio.sleep(0.2)  # in which it is looked for many times
        may_end.set()
        await stage.until_output("a")

    assert stage.calls == ["a"]


async def test_what_a_dead_consumer_left_is_handled_alone(stage: Stage) -> None:
    at_once: set[str] = set()
    beside: dict[str, set[str]] = {}

    async def takes_note(event: ArticleIngested) -> Sequence[Event]:
        at_once.add(event.id)
        beside[event.id] = at_once - {event.id}
        await asyncio.sleep(0.01)
        at_once.discard(event.id)
        return (matched(event.id),)

    left = ["left-1", "left-2", "left-3"]
    new = [f"new-{number}" for number in range(50)]
    await stage.publish(*left)
    await stage.read_and_die("ghost", count=3)
    await asyncio.sleep(0.5)
    await stage.publish(*new)
    async with stage.working(takes_note):
        await stage.until_output(*left, *new)

    assert [beside[name] for name in left] == [set(), set(), set()]
    assert any(beside[name] for name in new)


async def test_a_handler_must_declare_what_it_publishes(stage: Stage) -> None:
    async def surprises(event: ArticleIngested) -> Sequence[Event]:
        return (event,)

    async with stage.working(surprises, max_deliveries=1):
        await stage.publish("a")
        letter = await stage.until_letter()

    assert "returned ArticleIngested, which it does not declare" in letter.reason
    assert await stage.redis.xlen(ARTICLES) == 1


async def test_headers_survive_in_any_script(stage: Stage) -> None:
    sent = {"correlation_id": "статья é %41", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}

    async with stage.working():
        await stage.publish("a", headers=sent)
        await stage.until_output("a")

    (raw,) = await stage.raw_outputs()
    assert wire.headers(raw) == sent | {"content-type": "application/json"}


async def test_no_more_is_read_than_can_be_handled_at_once(stage: Stage) -> None:
    at_once = 0
    most = 0
    may_end = asyncio.Event()

    async def waits(event: ArticleIngested) -> Sequence[Event]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await may_end.wait()
        at_once -= 1
        return (matched(event.id),)

    ids = [f"article-{number}" for number in range(20)]
    await stage.publish(*ids)
    async with stage.working(waits, concurrency=4, timeout_s=60, min_idle_s=90):
        await until(lambda: _in_hand(stage, 4))
        assert len(await stage.pending()) == 4
        may_end.set()
        await stage.until_output(*ids)

    assert most == 4


async def test_several_workers_share_a_stream(stage: Stage) -> None:
    ids = [f"article-{number}" for number in range(40)]

    patient: dict[str, Any] = {"concurrency": 2, "timeout_s": 60, "min_idle_s": 90}
    async with stage.working(**patient), stage.working(**patient):
        await stage.publish(*ids)
        await stage.until_output(*ids)

    assert sorted(stage.calls) == sorted(ids)


async def test_what_is_in_hand_is_finished_before_the_end(stage: Stage) -> None:
    begun = asyncio.Event()
    may_end = asyncio.Event()

    async def waits(event: ArticleIngested) -> Sequence[Event]:
        begun.set()
        await may_end.wait()
        return (matched(event.id),)

    worker = stage.worker(waits, timeout_s=60, min_idle_s=90)
    await worker.start()
    await stage.publish("a")
    await begun.wait()
    ending = asyncio.create_task(worker.stop(30))
    await asyncio.sleep(0)
    may_end.set()
    await ending

    assert await stage.outputs() == ["a"]
    assert await stage.redis.xinfo_consumers(ARTICLES, GROUP) == []


async def test_what_is_not_finished_in_time_is_given_back_at_once_and_unspent(
    stage: Stage,
) -> None:
    async def hangs(event: ArticleIngested) -> Sequence[Event]:
        await asyncio.Event().wait()
        return ()

    worker = stage.worker(hangs, timeout_s=60, min_idle_s=90)
    await worker.start()
    await stage.publish("a")
    await until(lambda: _is_pending(stage))
    await worker.stop(0.05)

    (entry,) = await stage.pending()
    assert entry["times_delivered"] == 0
    assert entry["time_since_delivered"] >= 90_000
    async with stage.working(timeout_s=60, min_idle_s=90):
        await stage.until_output("a")


async def test_a_stream_that_was_deleted_is_read_again_from_its_beginning(stage: Stage) -> None:
    async with stage.working() as worker:
        await stage.publish("before")
        await stage.until_output("before")

        await stage.redis.delete(ARTICLES)
        await stage.publish("after")
        await stage.until_output("before", "after")

        assert worker.stopped() is None


async def test_a_group_that_was_destroyed_is_created_anew(stage: Stage) -> None:
    async with stage.working():
        await stage.publish("before")
        await stage.until_done()

        await stage.redis.xgroup_destroy(ARTICLES, GROUP)
        await stage.publish("after")
        await until(lambda: _has_output(stage, "after"))


async def test_a_stream_that_cannot_be_read_is_asked_patiently_and_told(
    stage: Stage, counted: Counted
) -> None:
    async with stage.working() as worker:
        await stage.redis.delete(ARTICLES)
        await stage.redis.set(ARTICLES, "no stream")
        await until(lambda: _tells(worker, "WRONGTYPE"))
        await asyncio.sleep(0.5)

        # Two subscribers, at 0, 0.1 and 0.3 s; FastStream itself asked thousands of times.
        assert counted.since(READ_ERRORS) <= 8
        await stage.redis.delete(ARTICLES)
        await stage.publish("a")
        await stage.until_output("a")
        assert worker.problem() is None


async def test_entries_that_somebody_deleted_are_counted(stage: Stage, counted: Counted) -> None:
    await stage.publish("a", "b")
    ghosts = await stage.read_and_die("ghost", count=2)

    await stage.redis.xdel(ARTICLES, ghosts[0])
    async with stage.working():
        await stage.until_output("b")
        await until(lambda: counted.at_least(1, VANISHED))


async def test_a_handler_must_end_before_its_event_is_taken_over(stage: Stage) -> None:
    with pytest.raises(ValueError, match="must exceed timeout_s"):
        stage.worker(timeout_s=5, min_idle_s=5)


async def test_a_stream_has_one_handler_in_a_group(stage: Stage) -> None:
    worker = stage.worker()

    with pytest.raises(ValueError, match="has a handler in group 'matcher' already"):
        worker.consume(ArticleIngested, group=GROUP, handler=match)


async def test_a_handler_is_called_at_least_once_at_a_time(stage: Stage) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        stage.worker(concurrency=0)


async def test_a_subscriber_that_stops_by_itself_is_noticed(stage: Stage) -> None:
    async with stage.working() as worker:
        watching = asyncio.create_task(worker.watch(every_s=0.01))
        await worker.broker.subscribers[-1].stop()

        with pytest.raises(WorkerStoppedError, match="is not being consumed"):
            await watching


async def test_reads_are_shorter_than_the_clients_patience() -> None:
    assert BLOCK_MS < SOCKET_TIMEOUT_S * 1_000


async def test_the_outputs_of_an_event_are_published_all_or_none(
    stage: Stage, counted: Counted
) -> None:
    async def two(event: ArticleIngested) -> Sequence[Event]:
        return (matched("1"), matched("2"))

    await stage.redis.set(MATCHES, "no stream")
    async with stage.working(two):
        await stage.publish("a")
        await until(lambda: counted.at_least(1, HANDLED, outcome="infrastructure"))
        assert len(await stage.pending()) == 1
        await stage.redis.delete(MATCHES)
        await stage.until_output("1", "2")


def _ids(pending: Sequence[Any]) -> list[Any]:
    return [entry["message_id"] for entry in pending]


async def _is_pending(stage: Stage) -> bool:
    return len(stage.calls) > 0 and len(await stage.pending()) > 0


async def _in_hand(stage: Stage, entries: int) -> bool:
    return len(stage.calls) == entries


async def _has_output(stage: Stage, article_id: str) -> bool:
    return article_id in await stage.outputs()


async def _tells(worker: Any, problem: str) -> bool:
    return problem in (worker.problem() or "")
