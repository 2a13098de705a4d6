"""How a whole process starts, lives and ends."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rig.processes import Process, free_port, wait_until_ready
from rig.streams import ARTICLES, Server, Stage, article, until
from tocsin.adapters import wire
from tocsin.adapters.service_registry import RedisServiceRegistry


pytestmark = pytest.mark.slow

MATCHER = Path(__file__).with_name("matcher.py")


class Matcher:
    """The small matcher beside this file; its log is JSON lines."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.port = free_port()
        self.settings = {
            "TOCSIN_REDIS_URL": server.url,
            "TOCSIN_MATCHER_PORT": str(self.port),
            "TOCSIN_LOG_FORMAT": "json",
        }
        self._folder = folder
        self._processes: list[Process] = []

    def start(self, **settings: str) -> Process:
        """Start one more process of it."""
        process = Process(
            name="matcher",
            command=[sys.executable, str(MATCHER)],
            log=self._folder / f"matcher-{len(self._processes)}.log",
            env={**self.settings, **settings},
        )
        process.start()
        self._processes.append(process)
        return process

    def started(self, **settings: str) -> Process:
        process = self.start(**settings)
        wait_until_ready(process, self.port)
        return process

    def end(self) -> None:
        for process in self._processes:
            if process.running:
                process.kill()


@pytest.fixture
def matcher(server: Server, tmp_path: Path) -> Iterator[Matcher]:
    matcher = Matcher(server, tmp_path)
    yield matcher
    matcher.end()


async def publish(stage: Stage, article_id: str, title: str = "") -> None:
    event = article(article_id).model_copy(update={"title": title})
    await stage.redis.xadd(ARTICLES, {wire.FIELD: wire.encode(event)})


def entries(process: Process) -> list[dict[str, Any]]:
    return [json.loads(line) for line in process.output().splitlines()]


HOPELESS: list[tuple[dict[str, str], int, str]] = [
    (
        {"TOCSIN_LOG_LEVEL": "loud"},
        2,
        "TOCSIN_LOG_LEVEL: input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
    ),
    (
        {"TOCSIN_REDIS_URL": "redis://me:hidden@127.0.0.1:1/0"},
        3,
        "cannot reach the store at redis://***@127.0.0.1:1/0",
    ),
    ({"TOCSIN_HOST": "192.0.2.1"}, 3, "cannot serve HTTP on 192.0.2.1 port"),
]


def test_a_start_that_cannot_succeed_ends_with_one_line(matcher: Matcher) -> None:
    started = [(matcher.start(**settings), code, line) for settings, code, line in HOPELESS]

    for process, code, line in started:
        assert process.wait(30) == code
        (said,) = process.output().splitlines()
        assert said.startswith(f"tocsin-matcher: {line}")
        assert "hidden" not in said


def test_a_taken_port_is_named_with_the_variable_to_change(matcher: Matcher) -> None:
    matcher.started()

    second = matcher.start()

    assert second.wait(20) == 3
    (said,) = second.output().splitlines()
    assert said == (
        f"tocsin-matcher: cannot serve HTTP on 127.0.0.1 port {matcher.port} "
        "(Address already in use): choose another by TOCSIN_MATCHER_PORT"
    )


async def test_a_store_that_may_lose_data_is_refused_unless_that_is_accepted(
    matcher: Matcher, durable: Stage
) -> None:
    await durable.redis.config_set("appendfsync", "everysec")

    refused = matcher.start()
    assert refused.wait(20) == 3
    assert "appendfsync 'everysec', which can lose acknowledged data" in refused.output()

    assert matcher.started(TOCSIN_UNSAFE_STORE="1").stop() == 0


async def test_a_process_told_to_stop_finishes_what_it_has_in_hand(
    matcher: Matcher, durable: Stage
) -> None:
    process = matcher.started()
    await publish(durable, "a", "slow")
    await until(lambda: _is_pending(durable))

    assert process.stop() == 0

    assert await durable.outputs() == ["a"]
    assert await durable.pending() == []
    assert await durable.redis.get("goodbye") == b"said"
    assert list(await RedisServiceRegistry(durable.redis).instances()) == []
    assert [entry["event"] for entry in entries(process)] == [
        "service started",
        "service stops",
        "service stopped",
    ]


async def test_what_a_process_cannot_finish_another_takes_up_at_once(
    matcher: Matcher, durable: Stage
) -> None:
    process = matcher.started(TOCSIN_FAULT="patient", TOCSIN_GRACE_S="0.2")
    await publish(durable, "a", "hang")
    await until(lambda: _is_pending(durable))

    assert process.stop() == 0

    (entry,) = await durable.pending()
    assert entry["times_delivered"] == 0
    async with durable.working(timeout_s=60, min_idle_s=61):
        await durable.until_output("a")


async def test_nothing_is_lost_when_a_process_is_killed(matcher: Matcher, durable: Stage) -> None:
    process = matcher.started()
    for name in ("a", "b", "c"):
        await publish(durable, name, "slow")
    await until(lambda: _is_pending(durable))
    process.kill()

    matcher.started()

    await durable.until_output("a", "b", "c")


async def test_an_event_that_crashes_its_process_is_buried_and_the_others_go_on(
    matcher: Matcher, durable: Stage
) -> None:
    innocent = [f"innocent-{number}" for number in range(6)]
    for name in innocent[:3]:
        await publish(durable, name)
    await publish(durable, "deadly", "crash")
    for name in innocent[3:]:
        await publish(durable, name)
    crashes = 0
    while not await durable.letters():
        process = matcher.start()
        await until(partial(_ended_or_buried, process, durable))
        crashes += process.exit_code == 139

    (letter,) = await durable.letters()
    assert crashes == 2
    assert letter.deliveries == 3
    assert "crashes its consumer" in letter.reason
    await durable.until_output(*innocent)


DEADLY = {
    "background": "follow died: 'broken'",
    "returns": "follow died: it ended without being told to",
    "lifespan": "http died: the application did not start",
    "prepare": "",
}


def test_a_process_of_which_a_part_dies_ends_to_be_started_anew(matcher: Matcher) -> None:
    started = {
        fault: matcher.start(TOCSIN_FAULT=fault, TOCSIN_MATCHER_PORT="0") for fault in DEADLY
    }

    for fault, process in started.items():
        assert process.wait(30) == 1
        *_, last = process.output().splitlines()
        if fault == "prepare":
            assert "KeyError: 'unprepared'" in json.loads(last)["exception"]
        else:
            assert last.startswith("tocsin-matcher: ")
            assert last.endswith(DEADLY[fault])


async def test_a_process_outlives_its_store(
    matcher: Matcher, server: Server, durable: Stage
) -> None:
    process = matcher.started()

    server.kill()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{matcher.port}") as client:
        await until(lambda: _answers(client, "/ready", 503))
        assert await _answers(client, "/live", 200)
        assert await _answers(client, "/", 200)
        server.start()
        await until(lambda: _answers(client, "/ready", 200))

    await publish(durable, "a")
    await durable.until_output("a")
    assert process.stop() == 0


async def test_a_process_announces_itself_and_serves_its_application(
    matcher: Matcher, durable: Stage
) -> None:
    matcher.started()

    (instance,) = await RedisServiceRegistry(durable.redis).instances()
    assert instance.service == "matcher"
    assert instance.address == f"http://127.0.0.1:{matcher.port}"
    async with httpx2.AsyncClient(base_url=instance.address) as client:
        assert (await client.get("/")).text == "hello"
        assert 'tocsin_build_info{python="' in (await client.get("/metrics")).text


async def _ended_or_buried(process: Process, stage: Stage) -> bool:
    return not process.running or len(await stage.letters()) > 0


async def _is_pending(stage: Stage) -> bool:
    return await stage.redis.exists(ARTICLES) == 1 and len(await stage.pending()) > 0


async def _answers(client: httpx2.AsyncClient, path: str, status: int) -> bool:
    return (await client.get(path)).status_code == status
