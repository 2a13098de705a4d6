"""What every test may ask for: a real Valkey, empty at the start of each test."""

import asyncio
import gc
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis

from rig.processes import free_port, valkey_binary, wait_until_listening
from tocsin.adapters.connection import connect
from tocsin.runtime import logs


# A busy machine is slow, and that is no failure: nothing here asserts speed.
settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any-speed"), max_examples=10)
settings.register_profile("repeatable", settings.get_profile("any-speed"), derandomize=True)
settings.load_profile("any-speed")

# By itself structlog draws tracebacks with all variables, which takes longer than most tests do.
logs.beside_output()

# What is imported and collected stays until the end: to look through it for garbage, over and over, takes a third
# of the time that collecting takes.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for the whole run. Nothing is kept on disk: durability has tests of its own."""
    port = free_port()
    folder = tmp_path_factory.mktemp("valkey")
    server = subprocess.Popen(
        [
            *(valkey_binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder),
            *("--save", "", "--appendonly", "no", "--logfile", folder / "log"),
        ]
    )
    wait_until_listening(port)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    """A client of the real server, which is emptied first."""
    client = connect(valkey_url)
    await client.flushall()
    yield client
    await client.aclose()
    await asyncio.sleep(0)  # lets the transports close before the loop does
