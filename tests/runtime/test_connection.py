"""What the client of the store does beyond redis-py's own."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from tocsin.adapters.connection import connect


@pytest.mark.parametrize("steps", range(12))
async def test_a_cancellation_ends_a_task_wherever_in_a_command_it_comes(
    redis: Redis, steps: int
) -> None:
    async def go_on() -> None:
        while True:
            await redis.ping()

    await redis.ping()
    task = asyncio.create_task(go_on())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()

    ended, _ = await asyncio.wait([task], timeout=5)
    task.cancel()
    assert ended


async def test_a_store_that_takes_nothing_more_is_told_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tocsin.adapters.connection.SOCKET_TIMEOUT_S", 0.2)
    ended = asyncio.Event()

    async def take_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(take_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = connect(f"redis://127.0.0.1:{port}/0?protocol=2&lib_name=&lib_version=")

    with pytest.raises(RedisTimeoutError, match="timeout writing to socket"):
        await client.set("key", b"x" * 20_000_000)

    await client.aclose()
    ended.set()
    server.close()
