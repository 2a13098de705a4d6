"""One article over HTTP."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import api as http
from ingest.api import ARTICLES, JSON, Api
from tocsin.errors import StoreUnavailableError
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.stages.draft import Draft


DIBOLI = {
    "title": "Attack on Diboli",
    "text": "Armed men attacked the town.\n\nThey left.",
    "url": "https://www.example.org/diboli?utm_source=feed",
}


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with http.serving() as server:
        yield server


async def test_a_new_article_is_taken_and_can_be_looked_at(api: Api) -> None:
    answer = await api.push(DIBOLI)

    assert answer.status == 202
    assert answer.json == {"id": answer.json["id"], "new": True}
    assert answer.headers["Location"] == f"{ARTICLES}/{answer.json['id']}"
    looked_at = await api.get(answer.headers["Location"])
    assert looked_at.status == 200
    assert looked_at.json["title"] == "Attack on Diboli"
    assert looked_at.json["source"] == "example.org"


async def test_an_article_that_comes_again_is_known(api: Api) -> None:
    first = await api.push(DIBOLI)
    second = await api.push(DIBOLI | {"url": "https://example.org/diboli/"})

    assert second.status == 202
    assert second.json == {"id": first.json["id"], "new": False}
    assert len(api.publisher.published) == 1


async def test_everything_that_is_said_of_an_article_is_kept(api: Api) -> None:
    await api.push(
        {
            "title": "Attaque à Diboli",
            "text": "Des hommes armés.",
            "url": "https://example.org/1",
            "source": "agence",
            "language": "fr_ML",
            "authors": ["Ann", "Bob"],
            "tags": "mali",
            "published_at": "Wed, 31 Dec 2025 09:30:00 +0100",
            "guid": "42",
            "home": "country:ML",
        }
    )

    [article] = api.publisher.published
    assert (article.title, article.text) == ("Attaque à Diboli", "Des hommes armés.")
    assert (article.source, article.language) == ("agence", "fr-ML")
    assert (article.authors, article.tags) == (("Ann", "Bob"), ("mali",))
    assert article.published_at == datetime(2025, 12, 31, 8, 30, tzinfo=UTC)
    assert article.home == "country:ML"
    assert article.fetched_at == api.clock.now()


async def test_the_senders_own_identifier_may_be_called_id(api: Api) -> None:
    one = await api.push({"title": "First wording", "source": "agency", "id": "42"})
    other = await api.push({"title": "Second wording", "source": "agency", "guid": "42"})

    assert one.json["id"] == other.json["id"]


async def test_null_is_as_good_as_missing(api: Api) -> None:
    answer = await api.push({"title": "x", "text": None, "authors": None, "published_at": None})

    assert answer.status == 202


async def test_what_was_left_out_is_told(api: Api) -> None:
    answer = await api.push(DIBOLI | {"published_at": "1970-01-01"})

    assert answer.json["notes"] == ["published_at: left out, since 1970-01-01 is no likely date"]


BAD_FIELDS = [
    ({}, ["/title"]),
    ({"title": " ", "text": "\x00"}, ["/title"]),
    ({"title": 1}, ["/title"]),
    ({"title": ["x"]}, ["/title"]),
    ({"title": "x" * 10_001}, ["/title"]),
    ({"title": "x", "text": {"a": 1}}, ["/text"]),
    ({"title": "x", "url": "example.org/1"}, ["/url"]),
    ({"title": "x", "url": "javascript:alert(1)"}, ["/url"]),
    ({"title": "x", "url": "https://example.org/" + "x" * 3_000}, ["/url"]),
    ({"title": "x", "language": "english!"}, ["/language"]),
    ({"title": "x", "authors": ["a", 1]}, ["/authors/1"]),
    ({"title": "x", "authors": {"name": "a"}}, ["/authors"]),
    ({"title": "x", "authors": ["a"] * 101}, ["/authors"]),
    ({"title": "x", "published_at": "yesterday"}, ["/published_at"]),
    ({"title": "x", "published_at": 1751448600}, ["/published_at"]),
    ({"title": "x", "body": "y"}, ["/body"]),
    ({"title": "x", "a/b~c": "y"}, ["/a~1b~0c"]),
    ({"title": "x", "guid": "1", "id": "2"}, ["/id"]),
    ({"url": "x", "language": "x", "published_at": "x"}, ["/url", "/language", "/published_at"]),
    ({f"field {n}": 1 for n in range(60)}, [f"/field {n}" for n in range(20)]),
    ([], [""]),
    ("text", [""]),
    (None, [""]),
    (5, [""]),
]


@pytest.mark.parametrize(("body", "pointers"), BAD_FIELDS, ids=range(len(BAD_FIELDS)))
async def test_a_field_that_is_wrong_is_named(api: Api, body: Any, pointers: list[str]) -> None:
    answer = await api.push(json.dumps(body))

    assert answer.status == 422
    assert [error["pointer"] for error in answer.problem["errors"]] == pointers
    assert all(error["detail"] for error in answer.problem["errors"])
    assert api.publisher.published == []


async def test_an_object_of_very_many_fields_is_refused_as_a_whole(api: Api) -> None:
    answer = await api.push({f"field {n}": 1 for n in range(50_000)})

    assert answer.status == 422
    assert answer.problem["errors"] == [{"detail": "has 50,000 fields, which is no article"}]


BROKEN_JSON = [
    (b"", "line 1, column 1"),
    (b"{", "line 1, column 2"),
    (b'{"title": "x",\n "text": }', "line 2, column 10"),
    (b'{"title": "a\nb"}', "line 1, column 13"),
    (b'{"title": NaN}', "NaN is no JSON"),
    (b'{"title": -Infinity}', "-Infinity is no JSON"),
    (b'{"title": "\xff"}', "byte 12 is no UTF-8"),
    ('{"title": "x"}'.encode("utf-16"), "byte 1 is no UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'{"n": ' + b"9" * 10_000 + b"}", "number that is too long"),
    (b'{"title": "x"} {"title": "y"}', "extra data at line 1, column 16"),
]


@pytest.mark.parametrize(("body", "detail"), BROKEN_JSON, ids=range(len(BROKEN_JSON)))
async def test_broken_json_is_refused_with_the_place(api: Api, body: bytes, detail: str) -> None:
    answer = await api.push(body)

    assert answer.status == 400
    assert detail in answer.problem["detail"]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b'{"title": "a\\u0000b"}', "ab"),
        (b'{"title": "half \\ud83d emoji"}', "half \ufffd emoji"),
        (b'{"title": "whole \\ud83d\\ude00 emoji"}', "whole \U0001f600 emoji"),
        (b'{"title": "tfel\\u202eeht"}', "tfeleht"),
        (b'\xef\xbb\xbf{"title": "with a mark"}', "with a mark"),
        (b'{"title": "twice", "title": "the last counts"}', "the last counts"),
        (b'{"title": "cafe\\u0301"}', "caf\u00e9"),
    ],
)
async def test_odd_characters_are_cleaned_away(api: Api, body: bytes, title: str) -> None:
    answer = await api.push(body)

    assert answer.status == 202
    assert api.publisher.published[0].title == title


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["title", "text", "url", "authors", "tags", "published_at", "guid", "language", "x"]
)


anything = st.binary(max_size=200) | st.dictionaries(fields, values, max_size=5).map(
    lambda fields: json.dumps(fields).encode()
)


@given(st.lists(anything, min_size=25, max_size=25))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_no_body_is_our_fault(bodies: list[bytes]) -> None:
    async def push() -> None:
        async with http.serving() as api:
            for body in bodies:
                for content_type in (JSON, http.NDJSON, "text/plain"):
                    answer = await api.push(body, content_type)
                    assert answer.status in {200, 202, 400, 422}

    asyncio.run(push())


@pytest.mark.parametrize(
    "content_type",
    ["", "application/x-www-form-urlencoded", "application/pdf", "text/xml", "json", "x" * 5_000],
)
async def test_an_unknown_type_is_refused_with_those_that_are_known(
    api: Api, content_type: str
) -> None:
    answer = await api.push("x", content_type)

    assert answer.status == 415
    for known in (JSON, http.NDJSON, "text/plain", "text/html"):
        assert known in answer.problem["detail"]


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
async def test_a_type_may_be_written_in_many_ways(api: Api, content_type: str) -> None:
    assert (await api.push(DIBOLI, content_type)).status == 202


async def test_a_text_file_is_read_as_people_save_it(api: Api) -> None:
    saved = "Attack on Diboli\n\n0\n194\n\nBy Ann Diallo\nDate: December 31, 2025\n\nDiboli, Mali – Armed men came.\n\nLeave a reply"

    answer = await api.push(saved.encode(), "text/plain")

    assert answer.status == 202
    [article] = api.publisher.published
    assert article.title == "Attack on Diboli"
    assert article.text == "Diboli, Mali – Armed men came."
    assert article.authors == ("Ann Diallo",)
    assert article.published_at == datetime(2025, 12, 31, tzinfo=UTC)


async def test_parameters_say_what_a_text_does_not_and_win_over_what_it_does(api: Api) -> None:
    answer = await api.push(
        "Title in the file\nBy Ann\n\nArmed men came.",
        "text/plain",
        params=[
            *(("url", "https://example.org/1"), ("source", "Agence"), ("language", "fr")),
            *(("author", "Bob"), ("author", "Carl"), ("tag", "mali"), ("tag", "sahel")),
            *(("published_at", "2025-12-30"), ("guid", "7"), ("home", "country:ML")),
        ],
    )

    assert answer.status == 202
    [article] = api.publisher.published
    assert (article.title, article.text) == ("Title in the file", "Armed men came.")
    assert (article.url, article.source) == ("https://example.org/1", "Agence")
    assert (article.language, article.home) == ("fr", "country:ML")
    assert (article.authors, article.tags) == (("Bob", "Carl"), ("mali", "sahel"))
    assert article.published_at == datetime(2025, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"url": "nothing"}, "url"),
        ({"published_at": "soon"}, "published_at"),
        ({"langage": "fr"}, "langage"),
        ([("tag", "x")] * 101, "tag"),
    ],
)
async def test_a_parameter_that_is_wrong_is_named(api: Api, params: Any, named: str) -> None:
    answer = await api.push("Attack\n\nText.", "text/plain", params=params)

    assert answer.status == 422
    assert [error["parameter"] for error in answer.problem["errors"]] == [named]


@pytest.mark.parametrize("content_type", [JSON, http.NDJSON])
async def test_json_says_everything_itself(api: Api, content_type: str) -> None:
    answer = await api.push(DIBOLI, content_type, params={"source": "x"})

    assert answer.status == 422
    assert answer.problem["errors"][0]["parameter"] == "source"


@pytest.mark.parametrize("body", [b"\x00\x01\x02\x03" * 100, b"%PDF-1.7\n" + b"\x00\xff\xfe" * 200])
async def test_a_file_that_is_no_text_is_refused(api: Api, body: bytes) -> None:
    answer = await api.push(body, "text/plain")

    assert answer.status == 422
    assert "is no text" in answer.problem["detail"]


async def test_text_in_another_encoding_is_read(api: Api) -> None:
    await api.push(
        "Sandaré attaqué\n\nDes hommes armés.".encode("cp1252"), "text/plain; charset=iso-8859-1"
    )

    assert api.publisher.published[0].title == "Sandaré attaqué"


async def test_an_empty_file_is_refused(api: Api) -> None:
    assert (await api.push(b"", "text/plain")).status == 422


async def test_a_page_is_read_by_its_reader(api: Api) -> None:
    api.pages.draft = Draft(title="Attack on Diboli", text="Armed men came.", authors=("Ann",))

    answer = await api.push(
        b"<html>",
        "text/html; charset=utf-8",
        params={"url": "https://example.org/1", "tag": "mali"},
    )

    assert answer.status == 202
    assert api.pages.asked == [(b"<html>", "text/html; charset=utf-8", "https://example.org/1")]
    [article] = api.publisher.published
    assert (article.title, article.authors, article.tags) == (
        "Attack on Diboli",
        ("Ann",),
        ("mali",),
    )


async def test_a_page_without_an_article_or_at_too_high_a_price_is_refused(api: Api) -> None:
    api.pages.draft = Draft(title="Only a title")
    assert "no text of an article" in (await api.push(b"<html>", "text/html")).problem["detail"]

    api.pages.trouble = UnreadableError("takes more than 5 s of processor time to read")
    answer = await api.push(b"<html>", "text/html")

    assert answer.status == 422
    assert answer.problem["detail"] == "the page takes more than 5 s of processor time to read"


async def test_a_body_may_be_compressed(api: Api) -> None:
    answer = await api.push(gzip.compress(json.dumps(DIBOLI).encode()), Content_Encoding="gzip")

    assert answer.status == 202
    halves = gzip.compress(b'{"title": ') + gzip.compress(b'"in two members"}')
    assert (await api.push(halves, Content_Encoding="gzip")).status == 202


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip", "gzip", 400),
        (gzip.compress(b'{"title": "x"}')[:-3], "gzip", 400),
        (b"", "gzip", 400),
        (gzip.compress(b" " * 5_000_000), "gzip", 413),
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


async def test_a_body_without_a_length_is_read_no_further_than_the_limit(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode()
    )
    answering = asyncio.create_task(read_answer(reader))
    sent = 0
    while not answering.done() and sent < 50_000_000:
        writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        sent += 65_536
        try:
            await writer.drain()
        except ConnectionError:
            break

    assert (await answering).startswith(b"HTTP/1.1 413 ")
    assert sent < 20_000_000  # the limit, and what the buffers between us hold
    writer.close()


async def test_a_sender_that_goes_away_is_no_error(api: Api) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
        'Content-Length: 1000\r\n\r\n{"title": '.encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await api.push(DIBOLI)).status == 202


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


async def test_what_is_not_there_and_what_cannot_be_done_are_problems_too(api: Api) -> None:
    assert (await api.get(f"{ARTICLES}/unknown")).problem["status"] == 404
    assert (await api.get("/nothing")).problem["status"] == 404
    assert (await api.get(f"{ARTICLES}/{'x' * 65}")).problem["status"] == 422
    refused = await api.ask("DELETE", ARTICLES)
    assert refused.problem["status"] == 405
    assert refused.headers["Allow"] == "POST"


async def test_a_mistake_of_ours_is_told_without_its_details() -> None:
    async with http.serving() as api:
        api.publisher.publish = None  # type: ignore[assignment,method-assign] # the mistake

        answer = await api.push(DIBOLI)

        assert answer.status == 500
        assert "NoneType" not in answer.body.decode()
        assert answer.problem["title"] == "Something is wrong here"


TOKEN = "correct horse battery"


@pytest.mark.parametrize(
    "shown", [None, "", "wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer é"]
)
async def test_without_the_token_nothing_is_taken_or_shown(shown: str | None) -> None:
    async with http.serving(token=TOKEN) as api:
        headers = {} if shown is None else {"Authorization": shown}

        for answer in (
            await api.push(DIBOLI, **headers),
            await api.push("{", **headers),
            await api.push("x", "text/plain", params={"nonsense": "1"}, **headers),
            await api.get(f"{ARTICLES}/x", **headers),
        ):
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.problem["title"] == "A token is needed"
        assert api.publisher.published == []


async def test_with_the_token_articles_are_taken() -> None:
    async with http.serving(token=TOKEN) as api:
        assert (await api.push(DIBOLI, Authorization=f"Bearer {TOKEN}")).status == 202
        assert (await api.push(DIBOLI, Authorization=f"bearer {TOKEN}")).status == 202


async def test_a_client_that_pushes_too_much_waits_until_its_bucket_fills() -> None:
    async with http.serving(rate=2, burst=3) as api:
        answers = [await api.push({"title": f"Article number {n}"}) for n in range(4)]

        assert [answer.status for answer in answers] == [202, 202, 202, 429]
        assert answers[3].headers["Retry-After"] == "1"
        assert answers[3].problem["type"].endswith(":too-many")
        api.clock.advance(seconds=1)
        assert (await api.push(DIBOLI)).status == 202


async def test_a_batch_may_run_into_debt_which_is_then_paid_off() -> None:
    async with http.serving(rate=2, burst=3) as api:
        answer = await api.push_lines(*({"title": f"Article number {n}"} for n in range(11)))
        assert len(answer.lines) == 11

        refused = await api.push(DIBOLI)

        assert refused.headers["Retry-After"] == "5"
        api.clock.advance(seconds=5)
        assert (await api.push(DIBOLI)).status == 202


async def test_a_rate_of_0_is_no_limit() -> None:
    async with http.serving(rate=0, burst=1) as api:
        assert {(await api.push({"title": f"Article {n} of many"})).status for n in range(5)} == {
            202
        }
