import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog.testing
from redis.asyncio import Redis

from rig.streams import Counted, Server, Stage
from tocsin.adapters.connection import connect


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """The log entries of the test; nothing is rendered."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def stage(redis: Redis) -> Stage:
    return Stage(redis)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def durable(server: Server) -> AsyncIterator[Stage]:
    """A stage on a server of its own."""
    client = connect(server.url)
    yield Stage(client)
    await client.aclose()
    await asyncio.sleep(0)  # lets the transports close before the loop does
