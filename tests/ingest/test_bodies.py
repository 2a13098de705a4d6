"""Bodies that are compressed, too large, too slow, or cut off; and a store that is away."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from ingest import api as http
from ingest.api import ARTICLES, DIBOLI, JSON, Api
from tocsin.errors import StoreUnavailableError
from tocsin_ingest.routes import bodies
from tocsin_ingest.stages.draft import Draft


async def test_a_body_may_be_compressed(api: Api) -> None:
    answer = await api.push(gzip.compress(json.dumps(DIBOLI).encode()), Content_Encoding="gzip")

    assert answer.status == 202
    halves = gzip.compress(b'{"title": ') + gzip.compress(b'"in two members"}')
    assert (await api.push(halves, Content_Encoding="gzip")).status == 202


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip", "gzip", 400),
        (gzip.compress(b'{"title": "x"}', mtime=0)[:-3], "gzip", 400),
        (b"", "gzip", 400),
        (gzip.compress(b" " * 5_000_000, mtime=0), "gzip", 413),
        (b"{}", "br", 415),
        (b"{}", "gzip, gzip", 415),
    ],
)
async def test_a_compressed_body_that_is_broken_or_a_bomb_is_refused(
    api: Api, body: bytes, encoding: str, status: int
) -> None:
    answer = await api.push(body, Content_Encoding=encoding)

    assert answer.status == status
    assert answer.problem["title"]


@pytest.mark.parametrize(
    ("content_type", "limit"), [(JSON, 1 << 20), ("text/plain", 1 << 19), ("text/html", 2 << 20)]
)
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(
    api: Api, content_type: str, limit: int
) -> None:
    api.pages.draft = Draft(title="t", text="t")
    filled = b'{"title": "x"}' + b" " * (limit - 14)

    assert (await api.push(filled, content_type)).status == 202
    assert (await api.push(filled + b" ", content_type)).status == 413


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return await reader.readuntil(b"\r\n\r\n")


async def test_a_body_that_says_it_is_too_large_is_refused_unread(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
        "Content-Length: 50000000\r\nExpect: 100-continue\r\n\r\n".encode()
    )

    answer = await read_answer(reader)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    writer.close()


@pytest.mark.parametrize("framing", ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
async def test_a_sender_that_reads_only_after_it_has_written_sees_that_it_was_too_large(
    api: Api, framing: str
) -> None:
    answer = await asyncio.to_thread(send_all_and_read, api.port, framing)

    assert answer.startswith(b"HTTP/1.1 413 ")


def send_all_and_read(port: int, framing: str) -> bytes:
    piece = b" " * 200_000
    if "chunked" in framing:
        body = b"%x\r\n%b\r\n" % (len(piece), piece) * 100 + b"0\r\n\r\n"
    else:
        body = piece * 100
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(
            f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
            f"{framing}\r\n\r\n".encode()
        )
        line.sendall(body)
        return line.recv(65_536)


async def test_a_body_without_an_end_is_not_read_for_ever(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LINGER_BYTES", 5_000_000)

    sent = await asyncio.to_thread(send_without_end, api.port, 50_000_000)

    assert 5_000_000 < sent < 30_000_000  # the limits, and what the buffers between us hold


def send_without_end(port: int, at_most: int) -> int:
    """Send until the server closes; return how much was sent."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(
            f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        with suppress(ConnectionError):
            while sent < at_most:
                line.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
                sent += 65_536
    return sent


async def test_a_body_that_does_not_come_in_time_is_not_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE_S", 0.2)

    async def half() -> AsyncIterator[bytes]:
        yield b'{"title": '
        await asyncio.sleep(3_600)

    answer = await api.ask("POST", ARTICLES, half(), {"Content-Type": JSON})

    assert (answer.status, answer.problem["title"]) == (408, "The body did not come in time")
    assert answer.headers["Connection"] == "close"


async def test_a_sender_that_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async with http.serving() as api:
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(
            f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
            'Content-Length: 1000\r\n\r\n{"title": '.encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

        assert (await api.push(DIBOLI)).status == 202
    assert not caplog.records


async def test_too_much_at_once_is_refused_for_now() -> None:
    async with http.serving(in_flight=500) as api:
        answer = await api.push(DIBOLI | {"text": "x" * 600})

        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.problem["type"].endswith(":busy")
        assert (await api.push(DIBOLI)).status == 202


async def test_without_its_store_it_asks_to_come_again_and_tells_nothing_about_it(api: Api) -> None:
    api.publisher.trouble = StoreUnavailableError(
        "Error 111 connecting to 10.0.0.7:6379", retry_after_s=7
    )

    answer = await api.push(DIBOLI)

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "7"
    assert "10.0.0.7" not in answer.body.decode()
    api.publisher.trouble = None
    assert (await api.push(DIBOLI)).json["new"]
