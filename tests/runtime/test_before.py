"""What a worker does before it hands over what it read."""

import asyncio
from collections.abc import Sequence

from rig.streams import Counted, Stage, match
from tocsin.errors import StoreUnavailableError
from tocsin.events import ArticleIngested, Event


HANDLED = "tocsin_stream_handled_entries_total"


async def test_it_is_done_once_for_all_that_were_read_together_and_before_any_is_handled(
    stage: Stage,
) -> None:
    done: list[str] = []

    async def before() -> None:
        await asyncio.sleep(0.01)
        done.append("before")

    async def handled(event: ArticleIngested) -> Sequence[Event]:
        done.append(event.id)
        return await match(event)

    await stage.publish("a", "b", "c")
    async with stage.working(handled, before=before):
        await stage.until_output("a", "b", "c")

    assert done[0] == "before"
    assert done.count("before") == 1
    assert sorted(done[1:]) == ["a", "b", "c"]


async def test_events_wait_while_the_store_is_away_for_it_and_no_attempt_is_counted(
    stage: Stage, counted: Counted
) -> None:
    answers = [StoreUnavailableError("away"), ConnectionError("away")]

    async def before() -> None:
        if answers:
            raise answers.pop()

    async with stage.working(before=before):
        await stage.publish("a")
        await stage.until_output("a")
        await stage.until_done()

    assert answers == []
    assert stage.calls == ["a"]
    assert counted.since(HANDLED, outcome="infrastructure") == 0


async def test_it_is_done_for_what_a_dead_consumer_left(stage: Stage) -> None:
    done: list[str] = []

    async def before() -> None:
        done.append("before")

    await stage.publish("a")
    await stage.read_and_die("ghost")
    async with stage.working(before=before):
        await stage.until_output("a")

    assert done == ["before"]
