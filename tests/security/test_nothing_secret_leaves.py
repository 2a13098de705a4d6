"""Known secrets are put everywhere they belong, everything is tried and fails; then all that was said is searched."""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from redis.asyncio import Redis
from typer.testing import CliRunner

from notifier.alerts import a_match
from notifier.receivers import MailServer, WebServer
from rig.processes import Process, free_port, script, wait_until_ready
from tocsin.adapters import wire
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.events import ArticleMatched
from tocsin.ports.deliveries import State
from tocsin_cli.app import app


pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

KEY = base64.b64encode(b"K3Y!" * 8).decode()
TOKEN = "c0nsole-t0ken-c0nsole-t0ken"
BOUNCE_TOKEN = "b0unce-t0ken-b0unce-t0ken"
RELAY_PASSWORD = "r3lay-passw0rd"
REFUSED_AT_THE_DOOR = "d00r-s3cr3t"

# Of each channel what only its owner may know, and the address that holds it.
CHANNELS = {
    "gone": ("s3cr3t-gone", "json://127.0.0.1:{web}/s404/s3cr3t-gone"),
    "header": ("s3cr3t-header", "json://127.0.0.1:{web}/s500/x?+X-Token=s3cr3t-header"),
    "login": ("s3cr3t-login", "json://user:s3cr3t-login@127.0.0.1:{web}/s401/x"),
    "away": ("s3cr3t-away", "json://127.0.0.1:1/s3cr3t-away"),
    "abort": ("s3cr3t-abort", "json://127.0.0.1:{web}/abort/s3cr3t-abort"),
    "moved": ("s3cr3t-moved", "json://127.0.0.1:{web}/s302/s3cr3t-moved"),
    "fine": ("s3cr3t-fine", "json://127.0.0.1:{web}/s3cr3t-fine"),
    "private": ("s3cr3t-private", "json://10.11.12.13/s3cr3t-private"),
    "gotify": ("s3cr3tGotify", "gotify://127.0.0.1:{web}/s3cr3tGotify"),
    "matrix": ("s3cr3t-matrix", "matrix://u:s3cr3t-matrix@127.0.0.1:{web}/#room"),
    "ntfy": ("s3cr3t-ntfy", "ntfy://u:s3cr3t-ntfy@127.0.0.1:{web}/topic"),
    "slack": ("s3cr3tSlack", "slack://T1/B2/s3cr3tSlack"),
    "account": (
        "s3cr3t-account",
        "mailtos://u:s3cr3t-account@127.0.0.1:{smtp}?from=a@b.example&to=ann@example.org",
    ),
}
PAGES = (
    *("/", "/alerts", "/rules", "/subscribers", "/dead-letters", "/inbox", "/articles/a1"),
    *("/api/v1/channels", "/api/v1/subscribers", "/api/v1/subscriptions", "/api/v1/deliveries"),
    *("/api/v1/deliveries?state=dead", "/api/v1/alerts", "/api/v1/status", "/api/v1/dead-letters"),
    *("/api/v1/suppressions", "/api/v1/openapi.json", "/metrics", "/ready", "/live"),
    *(f"/api/v1/channels/{name}" for name in CHANNELS),
)
TROUBLES = (
    *("HTTP 302", "HTTP 401", "HTTP 403", "HTTP 404", "HTTP 500", "HTTP 200 OK"),
    *("cannot reach", "no answer from", "10.11.12.13:80 is not public", "connect: "),
)
COMMANDS = (
    *(("channels", "list"), ("channels", "list", "--json"), ("export",), ("status", "--json")),
    *(("deliveries", "list"), ("deliveries", "list", "--json"), ("suppressions", "list")),
    *(("subscribers", "list"), ("subscriptions", "list"), ("dead", "list")),
    *(("channels", "show", name) for name in CHANNELS),
    *(("channels", "show", name, "--json") for name in CHANNELS),
)


def forms(secret: str) -> Iterator[str]:
    """Yield the forms in which a secret might be written down."""
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode().rstrip("=")


def every_secret() -> dict[str, str]:
    return {name: secret for name, (secret, _) in CHANNELS.items()} | {
        "key": KEY,
        "token": TOKEN,
        "bounce token": BOUNCE_TOKEN,
        "relay": RELAY_PASSWORD,
        "door": REFUSED_AT_THE_DOOR,
    }


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def processes(
    valkey_url: str, redis: Redis, tmp_path: Path, mail: MailServer, web: WebServer
) -> Iterator[Mapping[str, tuple[Process, int]]]:
    """A notifier and a console that tell all they can in their logs."""
    ports = {"notifier": free_port(), "console": free_port()}
    env = {
        "TOCSIN_REDIS_URL": valkey_url,
        "TOCSIN_UNSAFE_STORE": "1",
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_LOG_LEVEL": "DEBUG",
        "TOCSIN_SECRET_KEYS": KEY,
        "TOCSIN_PUBLIC_URL": f"http://127.0.0.1:{ports['console']}",
        "TOCSIN_CONSOLE_TOKEN": TOKEN,
        "TOCSIN_CONSOLE_BOUNCE_TOKEN": BOUNCE_TOKEN,
        "TOCSIN_EGRESS_ALLOW": "127.0.0.0/8",
        "TOCSIN_NOTIFIER_SLACK_URL": f"{web.url}/s403/services",
        "TOCSIN_NOTIFIER_RELAY": (
            f"smtp://tocsin:{RELAY_PASSWORD}@127.0.0.1:{mail.port}?from=a@b.example&tls=none"
        ),
    }
    started = {
        name: (
            Process(
                name,
                [script(f"tocsin-{name}")],
                tmp_path / f"{name}.log",
                env | {f"TOCSIN_{name.upper()}_PORT": str(port)},
            ),
            port,
        )
        for name, port in ports.items()
    }
    for process, port in started.values():
        process.start()
        wait_until_ready(process, port)
    yield started
    for process, _ in started.values():
        if process.running:
            process.stop()


async def put_everything(
    client: httpx2.AsyncClient, redis: Redis, web: WebServer, mail: MailServer
) -> str:
    """Make the channels by the API; return what it answered."""
    rule = {"id": "sahel-jnim", "name": "JNIM", "query": "JNIM"}
    subscription = {"id": "ann.jnim", "rule": "sahel-jnim", "subscriber": "ann"}
    answers = [
        await client.put("/api/v1/rules/sahel-jnim", json=rule),
        await client.put("/api/v1/subscribers/ann", json={"id": "ann", "name": "Ann"}),
    ]
    for name, (_, url) in CHANNELS.items():
        written = url.format(web=web.port, smtp=mail.port)
        channel = {"id": name, "subscriber": "ann", "name": name, "url": written}
        answers += [
            await client.put(f"/api/v1/channels/{name}", json=channel),
            await client.post(f"/api/v1/channels/{name}/confirm"),
        ]
    assert {each.status_code for each in answers} == {200, 201}, [each.text for each in answers]
    for wrong in (f"nonsense://{REFUSED_AT_THE_DOOR}", f"slack://{REFUSED_AT_THE_DOOR}"):
        new = {"id": "new", "subscriber": "ann", "name": "new", "url": wrong}
        answers.append(await client.put("/api/v1/channels/new", json=new))
        answers.append(
            await client.post("/channels", data={"subscriber": "ann", "name": "n", "url": wrong})
        )
    answers.append(await client.put("/api/v1/subscriptions/ann.jnim", json=subscription))
    return " ".join(each.text for each in answers)


async def until_all_were_tried(redis: Redis) -> list[str]:
    """Return the ids of the deliveries, once each was attempted or given up."""
    ledger = RedisDeliveryLedger(redis)
    async with asyncio.timeout(90):
        while True:
            records = await ledger.recent(100)
            waiting = {State.PENDING, State.LEASED, State.SENDING}
            if len(records) >= len(CHANNELS) and not any(it.state in waiting for it in records):
                return [record.delivery.id for record in records]
            await asyncio.sleep(0.1)


async def all_that_is_kept(redis: Redis) -> str:
    """Return whatever is in the store, but the streams of the matcher's, as text."""
    found: list[Any] = []
    async for key in redis.scan_iter("*"):
        kind = await redis.type(key)
        if kind == b"hash":
            found.append(await redis.hgetall(key))
        elif kind == b"string":
            found.append(await redis.get(key))
        elif kind == b"zset":
            found.append(await redis.zrange(key, 0, -1))
        elif kind == b"list":
            found.append(await redis.lrange(key, 0, -1))
        elif kind == b"stream":
            found.append(await redis.xrange(key))
    return str(found)


async def test_no_secret_is_in_anything_that_is_said_or_kept(
    redis: Redis,
    processes: Mapping[str, tuple[Process, int]],
    web: WebServer,
    mail: MailServer,
    valkey_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: dict[str, str] = {}
    (notifier, notifier_port), (console, console_port) = (
        processes["notifier"],
        processes["console"],
    )
    bearer = {"authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{console_port}", headers=bearer
    ) as client:
        said["answers to changes"] = await put_everything(client, redis, web, mail)
        fields: Any = {wire.FIELD: wire.encode(a_match())}
        await redis.xadd(ArticleMatched.stream, fields)
        ids = await until_all_were_tried(redis)
        for path in (*PAGES, *(f"/api/v1/deliveries/{each}/replay" for each in ids[:1])):
            answer = await client.get(path)
            said[path] = answer.text + str(dict(answer.headers))
        wrong = await client.get("/api/v1/rules", headers={"authorization": f"Bearer x{TOKEN}"})
        forged = await client.post(f"/p/{TOKEN}")
        said["refusals"] = wrong.text + forged.text
        said["metrics"] = (
            await client.get(f"http://127.0.0.1:{notifier_port}/metrics", headers=bearer)
        ).text
    monkeypatch.setenv("TOCSIN_SECRET_KEYS", KEY)
    shared = ("--redis", valkey_url, "--data", str(tmp_path / "data"), "--who", "ann")
    for command in (*COMMANDS, *(("deliveries", "show", each) for each in ids)):
        found = await asyncio.to_thread(CliRunner().invoke, app, [*shared, *command])
        assert found.output.strip(), command
        said[" ".join(command)] = found.output
    said["the store"] = await all_that_is_kept(redis)
    for process in (notifier, console):
        process.stop()
        said[f"log of the {process.name}"] = process.output()

    assert all(json.loads(line) for line in notifier.output().splitlines())
    for trouble in TROUBLES:
        assert trouble in said["deliveries list"], "else it was not tried"
    leaks = {
        (name, where)
        for name, secret in every_secret().items()
        for where, text in said.items()
        for form in forms(secret)
        if form in text
    }
    assert leaks == set()
    assert any("s3cr3t-fine" in request.path for request in web.requests), "it does know them"
