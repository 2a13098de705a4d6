"""Many articles in one request."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ingest import api as http
from ingest.api import ARTICLES, NDJSON, Api
from tocsin.article import Article
from tocsin.errors import StoreUnavailableError
from tocsin.ports.articles import Published
from tocsin_ingest.routes import bodies


def titled(number: int) -> dict[str, str]:
    return {"title": f"Article number {number} of today"}


async def test_each_line_gets_its_result_in_order(api: Api) -> None:
    answer = await api.push_lines(titled(1), titled(2), titled(1))

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(NDJSON)
    assert [(line["line"], line["status"], line["new"]) for line in answer.lines] == [
        (1, "accepted", True),
        (2, "accepted", True),
        (3, "accepted", False),
    ]
    assert answer.lines[0]["id"] == answer.lines[2]["id"]


async def test_a_bad_line_does_not_stop_the_others(api: Api) -> None:
    answer = await api.push_lines(
        titled(1), '{"title": ', {"title": 5}, "", "[]", {"title": "\x00"}, "   ", titled(2)
    )

    assert [(line["line"], line["status"]) for line in answer.lines] == [
        *((1, "accepted"), (2, "rejected"), (3, "rejected"), (5, "rejected"), (6, "rejected")),
        (8, "accepted"),
    ]
    assert answer.lines[1]["problem"]["status"] == 400
    assert "line 1, column 11" in answer.lines[1]["problem"]["detail"]
    assert answer.lines[2]["problem"]["errors"][0]["pointer"] == "/title"
    assert len(api.publisher.published) == 2


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n"])
async def test_the_last_line_may_be_ended_or_not(api: Api, end: str) -> None:
    answer = await api.push(json.dumps(titled(1)) + "\r\n" + json.dumps(titled(2)) + end, NDJSON)

    assert [line["status"] for line in answer.lines] == ["accepted", "accepted"]


@pytest.mark.parametrize("content_type", [NDJSON, "application/ndjson", "application/jsonl"])
async def test_a_batch_goes_by_several_names(api: Api, content_type: str) -> None:
    assert len((await api.push(json.dumps(titled(1)), content_type)).lines) == 1


@pytest.mark.parametrize("body", ["", "\n\n", "  \n"])
async def test_a_batch_without_a_line_is_a_mistake(api: Api, body: str) -> None:
    answer = await api.push(body, NDJSON)

    assert answer.status == 400
    assert answer.problem["title"] == "The body holds no line of JSON"


async def test_a_thousand_lines_are_taken_and_the_next_is_told_to_come_again(api: Api) -> None:
    answer = await api.push_lines(*map(titled, range(1_001)))

    assert len(answer.lines) == 1_001
    assert {line["status"] for line in answer.lines[:1_000]} == {"accepted"}
    last = answer.lines[1_000]
    assert (last["line"], last["status"], last["problem"]["status"]) == (1_001, "rejected", 413)
    assert "send those from here on in another request" in last["problem"]["detail"]
    assert len(api.publisher.published) == 1_000


async def test_exactly_a_thousand_lines_are_all_taken(api: Api) -> None:
    answer = await api.push("\n".join(json.dumps(titled(n)) for n in range(1_000)) + "\n", NDJSON)

    assert len(answer.lines) == 1_000
    assert {line["status"] for line in answer.lines} == {"accepted"}


async def test_a_line_that_is_too_long_is_refused_and_the_next_taken(api: Api) -> None:
    long = json.dumps(titled(1) | {"text": "x" * (1 << 20)})

    answer = await api.push_lines(long, titled(2))

    assert [line["status"] for line in answer.lines] == ["rejected", "accepted"]
    assert answer.lines[0]["problem"]["status"] == 413


async def test_a_batch_that_says_it_is_too_large_is_refused_whole(api: Api) -> None:
    answer = await api.push(b" " * (11 << 20), NDJSON)

    assert answer.status == 413
    assert answer.problem["title"] == "The body is too large"


async def test_a_batch_that_inflates_too_much_ends_where_the_limit_is(api: Api) -> None:
    lines = json.dumps(titled(1)).encode() + b"\n" + b" " * (11 << 20)

    answer = await api.push(gzip.compress(lines), NDJSON, Content_Encoding="gzip")

    assert answer.status == 200
    assert [(line["line"], line["status"]) for line in answer.lines] == [
        (1, "accepted"),
        (2, "rejected"),
    ]
    assert answer.lines[1]["problem"]["title"] == "The body is too large"


async def test_without_the_store_the_batch_is_refused_whole(api: Api) -> None:
    api.publisher.trouble = StoreUnavailableError("away", retry_after_s=3)

    answer = await api.push_lines(titled(1), titled(2))

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "3"


@asynccontextmanager
async def sending(api: Api) -> AsyncIterator[Callable[[dict[str, str]], Awaitable[Any]]]:
    """Yield what sends a line and returns its result, while the body goes on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode()
    )

    async def send(article: dict[str, str]) -> Any:
        line = json.dumps(article).encode() + b"\n"
        writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        read = b""
        while not read.startswith(b'{"line"'):
            read = await reader.readline()
        return json.loads(read)

    async with asyncio.timeout(10):
        yield send
        writer.write(b"0\r\n\r\n")
        await reader.readuntil(b"0\r\n\r\n")
    writer.close()


async def test_when_the_store_goes_away_the_lines_from_there_on_have_failed(api: Api) -> None:
    publish = api.publisher.publish
    calls = 0

    async def once(articles: list[Article]) -> list[Published]:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise StoreUnavailableError("went away")
        return list(await publish(articles))

    api.publisher.publish = once  # type: ignore[assignment,method-assign] # the store goes away

    async with sending(api) as send:
        results = [await send(titled(number)) for number in range(4)]

    assert [line["status"] for line in results] == ["accepted", "failed", "failed", "failed"]
    assert results[1]["problem"]["status"] == 503
    assert calls == 2


async def test_results_come_while_the_lines_are_still_being_sent(api: Api) -> None:
    async with sending(api) as send:
        for number in range(3):
            result = await send(titled(number))

            assert (result["line"], result["new"]) == (number + 1, True)


async def test_a_line_that_does_not_come_in_time_may_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE_S", 0.2)
    line = json.dumps(titled(1)).encode() + b"\n"

    async def one_and_a_half() -> AsyncIterator[bytes]:
        yield line
        yield line[:10]
        await asyncio.sleep(3_600)

    answer = await api.ask("POST", ARTICLES, one_and_a_half(), {"Content-Type": NDJSON})

    assert [(line["line"], line["status"]) for line in answer.lines] == [
        (1, "accepted"),
        (2, "failed"),
    ]
    assert answer.lines[1]["problem"]["status"] == 408


async def test_a_sender_that_reads_nothing_until_it_has_sent_everything_is_served() -> None:
    """Its results do not fit into what lies between us; they must not stop the reading."""
    bad = json.dumps({"title": "x"} | {f"field {n}": "x" for n in range(20)}).encode()
    body = (bad + b" " * 2_000 + b"\n") * 500
    async with http.serving(narrow=True) as api:
        end = http.narrowed(socket.socket())
        end.connect(("127.0.0.1", api.port))
        reader, writer = await asyncio.open_connection(sock=end, limit=4_096)
        async with asyncio.timeout(60):
            writer.write(
                f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\n"
                f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            writer.write(body)
            await writer.drain()
            answer = await reader.read(-1)
        writer.close()

    assert answer.count(b'"rejected"') == 500


async def test_a_sender_that_goes_away_in_the_middle_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with http.serving() as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        line = json.dumps(titled(1)).encode() + b"\n"
        writer.write(
            f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\n"
            f"Transfer-Encoding: chunked\r\n\r\n{len(line):x}\r\n".encode()
            + line
            + b"\r\n"
        )
        async with asyncio.timeout(10):
            await reader.readuntil(b'"new": true}\n')
        writer.close()
        await writer.wait_closed()

        assert (await api.push_lines(titled(2))).status == 200
    assert not caplog.records
