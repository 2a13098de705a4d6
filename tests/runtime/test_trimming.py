"""What is dropped from a stream, and what never is."""

from datetime import timedelta
from typing import Any

import pytest

from rig.streams import ARTICLES, GROUP, Stage
from tocsin.adapters.consumer_group import collect, trim
from tocsin.runtime.housekeeping import collect_consumers, retention_for, trim_streams


AT_ONCE = timedelta(0)

# Of its own accord the server drops whole nodes of the stream only, hence so many entries.
MANY = 400


@pytest.fixture
async def stream(stage: Stage) -> list[bytes]:
    """Entries of which the group has finished the first half but for one, and not read the second."""
    ids = await stage.publish(*map(str, range(MANY)))
    await stage.read_and_die("ghost", count=MANY // 2)
    return ids


async def acknowledge(stage: Stage, ids: list[bytes], *, group: str = GROUP) -> None:
    await stage.redis.xack(ARTICLES, group, *ids)


async def ids_left(stage: Stage) -> list[bytes]:
    entries: Any = await stage.redis.xrange(ARTICLES)
    return [entry_id for entry_id, _ in entries]


async def test_what_every_group_has_finished_is_dropped(stage: Stage, stream: list[bytes]) -> None:
    finished, unread = stream[: MANY // 2], stream[MANY // 2 :]
    await acknowledge(stage, finished)

    dropped = await trim(stage.redis, ARTICLES, [GROUP], AT_ONCE)

    left = await ids_left(stage)
    assert dropped > MANY // 4
    assert left == stream[dropped:]
    assert set(unread) <= set(left)


async def test_a_pending_entry_and_all_after_it_are_kept(stage: Stage, stream: list[bytes]) -> None:
    pending = MANY // 4
    await acknowledge(stage, stream[:pending] + stream[pending + 1 : MANY // 2])

    await trim(stage.redis, ARTICLES, [GROUP], AT_ONCE)

    assert set(stream[pending:]) <= set(await ids_left(stage))


async def test_a_group_that_nobody_expected_is_minded_too(
    stage: Stage, stream: list[bytes]
) -> None:
    await acknowledge(stage, stream[: MANY // 2])
    await stage.redis.xgroup_create(ARTICLES, "guest", id="0")

    assert await trim(stage.redis, ARTICLES, [GROUP], AT_ONCE) == 0


async def test_nothing_is_dropped_while_an_expected_group_is_missing(
    stage: Stage, stream: list[bytes]
) -> None:
    await acknowledge(stage, stream[: MANY // 2])

    assert await trim(stage.redis, ARTICLES, [GROUP, "archive"], AT_ONCE) == -1
    assert await ids_left(stage) == stream


async def test_what_is_recent_is_kept_to_look_at(stage: Stage, stream: list[bytes]) -> None:
    await acknowledge(stage, stream[: MANY // 2])

    assert await trim(stage.redis, ARTICLES, [GROUP], timedelta(hours=24)) == 0


async def test_a_stream_that_does_not_exist_has_nothing_to_drop(stage: Stage) -> None:
    assert await trim(stage.redis, ARTICLES, [GROUP], AT_ONCE) == 0
    assert await stage.redis.exists(ARTICLES) == 0


# In their order: as numbers, and the last two differ beyond what a double can hold.
IDS = [b"9-1", b"10-9", b"10-10", b"10-18446744073709551614", b"10-18446744073709551615"]


@pytest.mark.parametrize("name", ["ahead of it in the list", "then it"])
@pytest.mark.parametrize("behind", range(len(IDS)))
async def test_ids_are_compared_as_numbers(stage: Stage, behind: int, name: str) -> None:
    for entry_id in IDS:  # each so large that it has a node of its own
        await stage.redis.xadd(ARTICLES, {b"a": b"b" * 5_000}, id=entry_id)
    await stage.ensure_group()
    await stage.redis.xreadgroup(GROUP, "c", {ARTICLES: ">"})
    await stage.redis.xgroup_create(ARTICLES, name, id=IDS[behind])
    await acknowledge(stage, IDS)

    await trim(stage.redis, ARTICLES, [GROUP, name], AT_ONCE)

    assert await ids_left(stage) == IDS[behind:]


async def test_trimming_does_not_spoil_the_lag(stage: Stage, stream: list[bytes]) -> None:
    await acknowledge(stage, stream[: MANY // 2])

    await trim(stage.redis, ARTICLES, [GROUP], AT_ONCE)

    (group,) = await stage.redis.xinfo_groups(ARTICLES)
    assert group["lag"] == MANY // 2


async def test_a_worker_trims_the_streams_that_it_consumes(
    stage: Stage, stream: list[bytes]
) -> None:
    await acknowledge(stage, stream[: MANY // 2])

    await trim_streams(stage.redis, stage.worker().groups, AT_ONCE)

    assert len(await ids_left(stage)) < MANY


def test_finished_entries_are_given_up_where_memory_runs_short() -> None:
    day = timedelta(hours=24)

    assert retention_for({"used_memory": 69, "maxmemory": 100}, day) == day
    assert retention_for({"used_memory": 71, "maxmemory": 100}, day) == AT_ONCE
    assert retention_for({"used_memory": 10**12, "maxmemory": 0}, day) == day


async def test_a_silent_consumer_that_holds_nothing_is_removed(
    stage: Stage, stream: list[bytes]
) -> None:
    await stage.redis.xgroup_createconsumer(ARTICLES, GROUP, "idle")

    assert await collect(stage.redis, ARTICLES, GROUP, timedelta(hours=1)) == 0
    assert await collect(stage.redis, ARTICLES, GROUP, timedelta(milliseconds=-1)) == 1
    assert await consumers(stage) == {b"ghost"}


async def test_a_consumer_that_holds_entries_is_never_removed(
    stage: Stage, stream: list[bytes]
) -> None:
    await collect_consumers(stage.redis, stage.worker().groups, timedelta(milliseconds=-1))

    assert await consumers(stage) == {b"ghost"}
    assert len(await stage.pending()) == MANY // 2


async def consumers(stage: Stage) -> set[bytes]:
    return {consumer["name"] for consumer in await stage.redis.xinfo_consumers(ARTICLES, GROUP)}
