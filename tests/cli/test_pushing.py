"""What `tocsin push` decides, and how it speaks to ingest."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import PurePath

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tocsin.errors import TocsinError
from tocsin_cli.adapters.ingest_client import IngestAwayError, IngestClient
from tocsin_cli.pushing.batches import NumberedLine, cut, numbered
from tocsin_cli.pushing.content import Content, articles_in, by_look, by_name
from tocsin_cli.pushing.outcome import Accepted, Failed, Rejected, of_answer, of_problem
from tocsin_cli.pushing.patience import LONGEST_S, next_wait


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", Content.TEXT),
        ("a.HTML", Content.PAGE),
        ("a.b.jsonl", Content.LINES),
        ("a.json", Content.JSON),
        ("a.pdf", None),
        ("a", None),
    ],
)
def test_a_name_tells_what_a_file_holds(name: str, content: Content | None) -> None:
    assert by_name(PurePath(name)) is content


@pytest.mark.parametrize(
    ("start", "content"),
    [
        (b'{"title": "x"}\n', Content.LINES),
        (b"{\n", Content.JSON),
        (b'\xef\xbb\xbf[{"title"', Content.JSON),
        (b"  <!doctype html>", Content.PAGE),
        (b"Army repels raids", Content.TEXT),
        (b"", Content.TEXT),
    ],
)
def test_the_first_bytes_tell_what_a_stream_holds(start: bytes, content: Content) -> None:
    assert by_look(start) is content


def test_a_json_list_holds_many_articles_and_an_object_one() -> None:
    assert articles_in('[{"title": "é"}, 1]'.encode()) == ['{"title": "é"}'.encode(), b"1"]
    assert articles_in(b'{"title": "x"}') is None
    with pytest.raises(TocsinError, match="no JSON"):
        articles_in(b"{")


def test_lines_keep_their_numbers_though_empty_ones_are_left_out() -> None:
    assert list(numbered([b"\xef\xbb\xbfa\r\n", b"\n", b"  b"])) == [
        NumberedLine(1, b"a"),
        NumberedLine(3, b"b"),
    ]


@given(
    st.lists(st.binary(max_size=6).map(lambda text: NumberedLine(1, text))),
    st.integers(1, 5),
    st.integers(1, 20),
)
def test_lines_are_cut_into_batches_without_loss(
    lines: list[NumberedLine], most_lines: int, most_bytes: int
) -> None:
    batches = list(cut(lines, most_lines, most_bytes))

    assert [line for batch in batches for line in batch] == lines
    for batch in batches:
        assert 1 <= len(batch) <= most_lines
        assert len(batch) == 1 or sum(len(line.text) + 1 for line in batch) <= most_bytes


def test_one_waits_ever_longer_and_never_less_than_the_server_asks() -> None:
    waits = [0.0]
    for _ in range(7):
        waits.append(next_wait(waits[-1], None))

    assert waits[1:] == [0.5, 1, 2, 4, 8, LONGEST_S, LONGEST_S]
    assert next_wait(0, 30) == 30
    assert next_wait(8, 1) == LONGEST_S


PROBLEM = {
    "title": "The article cannot be accepted",
    "errors": [{"pointer": "/title", "detail": "is empty"}, {"parameter": "url", "detail": "no"}],
}


def test_an_answer_is_read() -> None:
    assert of_answer({"id": "a1", "new": True}) == Accepted("a1", new=True)
    assert of_answer({"status": "rejected", "problem": PROBLEM}) == Rejected(
        "title: is empty; url: no"
    )
    assert of_answer({"status": "failed", "problem": {"title": "Away"}}) == Failed("Away")
    assert of_problem({}) == "no reason given"


Hook = Callable[[Request], Response]


class Script:
    """An ingest that answers as it is told, one answer for each request."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, bytes, str]] = []

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        key = request.headers["Idempotency-Key"]
        self.requests.append((request.headers["Content-Type"], body, key))
        return self.answers.pop(0)


@asynccontextmanager
async def serving(script: Script, *, patience_s: float = 20) -> AsyncIterator[IngestClient]:
    app = Starlette(routes=[Route("/v1/articles", script.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 -- uvicorn tells in no other way
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with IngestClient.connected(
            f"http://127.0.0.1:{port}/", "token", patience_s=patience_s, waiting=lambda *_: None
        ) as client:
            yield client
    finally:
        server.should_exit = True
        await running


def taken(*results: tuple[int, str]) -> Response:
    lines = [
        {"line": line, "status": "accepted", "id": what, "new": True}
        if what.startswith("a")
        else {"line": line, "status": what, "problem": {"title": what}}
        for line, what in results
    ]
    return PlainTextResponse("".join(json.dumps(line) + "\n" for line in lines))


async def test_one_article_is_sent_as_what_it_is() -> None:
    script = Script(JSONResponse({"id": "a1", "new": True}, 202))

    async with serving(script) as client:
        outcome = await client.push_one(b"Army\n", Content.TEXT, {"source": "x"})

    assert outcome == Accepted("a1", new=True)
    assert script.requests[0][:2] == ("text/plain", b"Army\n")


async def test_what_is_busy_or_away_is_asked_again_with_the_same_key() -> None:
    script = Script(
        PlainTextResponse("", 503),
        JSONResponse({"title": "Too many"}, 429, {"Retry-After": "1"}),
        JSONResponse({"id": "a1", "new": True}, 202),
    )

    async with serving(script) as client:
        assert await client.push_one(b"x", Content.TEXT, {}) == Accepted("a1", new=True)

    assert len({key for _, _, key in script.requests}) == 1


async def test_what_is_rejected_is_not_sent_again() -> None:
    script = Script(JSONResponse(PROBLEM, 422))

    async with serving(script) as client:
        assert await client.push_one(b"x", Content.JSON, {}) == Rejected("title: is empty; url: no")


async def test_lines_that_failed_are_sent_again_and_no_others() -> None:
    script = Script(taken((1, "a1"), (2, "failed"), (3, "rejected")), taken((1, "a2")))
    lines = [NumberedLine(7, b"x"), NumberedLine(9, b"y"), NumberedLine(12, b"z")]

    async with serving(script) as client:
        outcomes = await client.push_lines(lines)

    assert outcomes == [
        (7, Accepted("a1", new=True)),
        (9, Accepted("a2", new=True)),
        (12, Rejected("rejected")),
    ]
    assert [body for _, body, _ in script.requests] == [b"x\ny\nz\n", b"y\n"]


async def test_lines_that_got_no_answer_are_sent_again() -> None:
    script = Script(taken((1, "a1")), taken((1, "a2")))

    async with serving(script) as client:
        outcomes = await client.push_lines([NumberedLine(1, b"x"), NumberedLine(2, b"y")])

    assert outcomes == [(1, Accepted("a1", new=True)), (2, Accepted("a2", new=True))]


async def test_a_body_that_is_refused_whole_is_a_rejection_of_each_line() -> None:
    script = Script(JSONResponse({"title": "Too large"}, 413))

    async with serving(script) as client:
        assert await client.push_lines([NumberedLine(4, b"x")]) == [(4, Rejected("Too large"))]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PlainTextResponse("", 401), "wants a token: set TOCSIN_INGEST_TOKEN"),
        (PlainTextResponse("", 500), "answered with 500: Internal Server Error"),
    ],
)
async def test_an_ingest_that_refuses_us_is_told_apart(answer: Response, said: str) -> None:
    async with serving(Script(answer)) as client:
        with pytest.raises(TocsinError, match=said):
            await client.push_one(b"x", Content.TEXT, {})


async def test_an_ingest_that_stays_away_is_given_up(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    heard: list[str] = []

    async with IngestClient.connected(
        url, None, patience_s=0.6, waiting=lambda why, _: heard.append(why)
    ) as client:
        with pytest.raises(IngestAwayError, match=f"ingest at {url} did not take it for 0.6 s"):
            await client.push_one(b"x", Content.TEXT, {})

    assert len(heard) == 1
