import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from redis import Redis

from rig.processes import free_port, wait_until_listening
from rig.secret_keys import SECRET_KEYS


pytestmark = pytest.mark.slow

TOKEN = "a-token-of-sixteen-or-more"


def start(valkey_url: str, port: int, log: Path, **settings: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "TOCSIN_REDIS_URL": valkey_url,
        "TOCSIN_UNSAFE_STORE": "1",
        "TOCSIN_SECRET_KEYS": SECRET_KEYS,
        "TOCSIN_CONSOLE_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-c", "from tocsin_console.app import main; main()"]
    with log.open("wb") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out)


@pytest.fixture(autouse=True)
def nothing_from_before(valkey_url: str) -> None:
    """Empty the store: it may hold channels that were sealed with keys of other tests."""
    with Redis.from_url(valkey_url) as client:
        client.flushall()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(valkey_url: str, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(valkey_url, port, tmp_path / "log")
    wait_until_listening(port)
    yield process
    process.terminate()
    process.wait(15)


def test_the_process_serves_pages_api_and_health_and_ends_when_told(
    process: subprocess.Popen[bytes], port: int
) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        answers = [
            client.get(path)
            for path in (
                "/live",
                "/ready",
                "/metrics",
                "/",
                "/api/v1/status",
                "/static/console.css",
            )
        ]
        refused = client.get("/", headers={"host": "evil.example"})

    assert [each.status_code for each in answers] == [200] * 6
    assert [each["service"] for each in answers[4].json()["services"]] == ["console"]
    assert refused.status_code == 400
    process.terminate()
    assert process.wait(15) == 0


def test_the_process_does_not_open_itself_to_the_network_without_a_token(
    valkey_url: str, port: int, tmp_path: Path
) -> None:
    process = start(valkey_url, port, tmp_path / "log", TOCSIN_CONSOLE_HOST="0.0.0.0")

    assert process.wait(30) == 2
    assert "set TOCSIN_CONSOLE_TOKEN" in (tmp_path / "log").read_text()


def test_the_token_is_in_no_line_of_the_log(valkey_url: str, port: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(valkey_url, port, log, TOCSIN_CONSOLE_TOKEN=TOKEN, TOCSIN_LOG_LEVEL="DEBUG")
    wait_until_listening(port)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        login = client.post("/login", data={"token": TOKEN, "who": "ann"})
        page = client.get("/rules")
        api = client.get("/api/v1/rules", headers={"authorization": f"Bearer {TOKEN}"})
    process.terminate()
    process.wait(15)

    assert [login.status_code, page.status_code, api.status_code] == [303, 200, 200]
    assert TOKEN not in log.read_text()
