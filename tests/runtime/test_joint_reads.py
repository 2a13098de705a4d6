"""Reads of several parts of a service, in one round trip."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tocsin.adapters.joint_reads import JointReads


async def server_reads(redis: Redis) -> int:
    """Return how often the server has read from any connection, this time included."""
    return int((await redis.info("stats"))["total_reads_processed"])


async def test_reads_that_are_asked_for_together_go_there_together(redis: Redis) -> None:
    await redis.mset({"a": 1, "b": 2})
    await redis.xadd("s", {"field": "value"}, id="1-1")
    joint = JointReads(redis)
    await joint.get("a")  # which may have to connect
    before = await server_reads(redis)

    reads: list[Awaitable[Any]] = [
        *(joint.get("a"), joint.get("b"), joint.xread({"s": "0"}), joint.get("none"))
    ]
    answers = await asyncio.gather(*reads)

    assert answers == [b"1", b"2", [[b"s", [(b"1-1", {b"field": b"value"})]]], None]
    assert await server_reads(redis) - before == 2


async def test_an_error_is_the_askers_alone(redis: Redis) -> None:
    await redis.set("a", 1)
    joint = JointReads(redis)

    answer, error = await asyncio.gather(joint.get("a"), joint.hgetall("a"), return_exceptions=True)

    assert answer == b"1"
    assert isinstance(error, ResponseError)
    with pytest.raises(ResponseError):
        await joint.hgetall("a")
