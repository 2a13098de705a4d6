"""What the stream worker does with an event whose handling fails: repeats it, later buries it."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from rig.streams import ARTICLES, GROUP, Stage, match, matched
from tocsin.adapters import wire
from tocsin.errors import PermanentError, StoreUnavailableError
from tocsin.events import ArticleIngested, Event


async def test_a_failed_event_is_tried_again_later_and_later(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    tried_at: list[float] = []

    async def fails_at_first(event: ArticleIngested) -> Sequence[Event]:
        tried_at.append(loop.time())
        if len(tried_at) < 4:
            raise RuntimeError("not yet")
        return (matched(event.id),)

    async with stage.working(fails_at_first, first_delay_s=0.05, min_idle_s=0.9):
        await stage.publish("a")
        await stage.until_output("a")

    delays = [later - earlier for earlier, later in pairwise(tried_at)]
    assert len(delays) == 3
    # The server counts idle time in whole milliseconds.
    for delay, promised in zip(delays, (0.05, 0.1, 0.2), strict=True):
        assert delay >= promised - 0.002
    assert await stage.letters() == []


async def test_an_event_that_always_fails_goes_to_the_dead_letters(stage: Stage) -> None:
    async def fails(event: ArticleIngested) -> Sequence[Event]:
        raise KeyError("colour at redis://user:secret@host")

    async with stage.working(fails, max_deliveries=3) as worker:
        (entry_id,) = await stage.publish("a")
        letter = await stage.until_letter()
        await stage.until_done()

    assert stage.calls == ["a"] * 3
    assert letter.entry_id == entry_id.decode()
    assert (letter.stream, letter.group) == (ARTICLES, GROUP)
    assert (letter.deliveries, letter.consumer) == (3, worker.consumer)
    assert letter.reason == "KeyError: 'colour at redis://***@host'"
    assert "in fails" in letter.traceback
    assert "secret" not in letter.traceback
    assert wire.decode(letter.fields[wire.FIELD], ArticleIngested).id == "a"


async def test_a_cause_that_cannot_be_written_is_written_escaped(stage: Stage) -> None:
    async def fails(event: ArticleIngested) -> Sequence[Event]:
        raise PermanentError("file \udcff")  # as os.listdir names what is not UTF-8

    async with stage.working(fails):
        await stage.publish("a")
        letter = await stage.until_letter()

    assert letter.reason == r"PermanentError: file \udcff"


async def test_a_dead_letter_does_not_hold_up_its_neighbours(stage: Stage) -> None:
    async def fails_on_b(event: ArticleIngested) -> Sequence[Event]:
        if event.id == "b":
            raise PermanentError("no b, please")
        return (matched(event.id),)

    async with stage.working(fails_on_b, concurrency=1):
        await stage.publish("a", "b", "c")
        await stage.until_output("a", "c")
        letter = await stage.until_letter()

    assert letter.reason == "PermanentError: no b, please"
    assert stage.calls.count("b") == 1


@pytest.mark.parametrize(
    "fields",
    [
        {wire.FIELD: b'{"id": 7}'},
        {wire.FIELD: b"not json"},
        {b"unknown": b"field"},
        {b"\xff\xfe": b"\x00\xff"},
    ],
    ids=["of another shape", "not JSON", "without our field", "not text"],
)
async def test_an_entry_that_cannot_be_read_goes_to_the_dead_letters(
    stage: Stage, fields: dict[Any, Any]
) -> None:
    async with stage.working(max_deliveries=2):
        await stage.redis.xadd(ARTICLES, fields)
        letter = await stage.until_letter()
        await stage.until_done()

    assert letter.fields == fields
    assert stage.calls == []


async def test_an_event_that_crashes_its_consumers_is_not_handled_again(stage: Stage) -> None:
    await stage.publish("a")
    (entry_id,) = await stage.read_and_die("ghost 1")
    for number in (2, 3):
        await stage.redis.xclaim(ARTICLES, GROUP, f"ghost {number}", 0, [entry_id])

    async with stage.working(max_deliveries=3):
        letter = await stage.until_letter()

    assert stage.calls == []
    assert letter.deliveries == 4
    assert letter.reason.startswith("delivered 3 times and neither finished nor failed")


async def test_a_handler_that_takes_too_long_has_failed(stage: Stage) -> None:
    async def hangs(event: ArticleIngested) -> Sequence[Event]:
        await asyncio.Event().wait()
        return ()

    async with stage.working(hangs, timeout_s=0.05, max_deliveries=2):
        await stage.publish("a")
        letter = await stage.until_letter()

    assert stage.calls == ["a", "a"]
    assert letter.reason == "HandlerTimeoutError: the handler did not finish within 0.05 s"


@pytest.mark.parametrize(
    "error", [StoreUnavailableError("loading"), OSError("no route"), TimeoutError()]
)
async def test_trouble_with_what_we_stand_on_burns_no_attempt(
    stage: Stage, error: Exception
) -> None:
    async def fails_often(event: ArticleIngested) -> Sequence[Event]:
        if len(stage.calls) < 6:
            raise error
        return (matched(event.id),)

    async with stage.working(fails_often, max_deliveries=2, timeout_s=0.1, min_idle_s=0.15):
        await stage.publish("a")
        await stage.until_output("a")

    assert len(stage.calls) == 6
    assert await stage.letters() == []


async def test_an_event_may_be_replayed_once_what_broke_it_is_mended(stage: Stage) -> None:
    broken = True

    async def handler(event: ArticleIngested) -> Sequence[Event]:
        if broken:
            raise PermanentError("broken")
        return await match(event)

    async with stage.working(handler):
        await stage.publish("a", headers={"correlation_id": "c"})
        letter = await stage.until_letter()
        broken = False
        await stage.dead_letters.replay(letter.stream, letter.id)
        await stage.until_output("a")

    assert await stage.letters() == []
    (raw,) = await stage.raw_outputs()
    assert wire.headers(raw)["correlation_id"] == "c"
