"""Whatever is wrong with an article is told, and nothing is our fault."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import api as http
from ingest.api import DIBOLI, JSON, Api
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.stages.draft import Draft


BAD_FIELDS: list[tuple[Any, list[str]]] = [
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


async def test_a_field_that_is_wrong_is_named(api: Api, subtests: pytest.Subtests) -> None:
    for body, pointers in BAD_FIELDS:
        with subtests.test(pointers=pointers):
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
    (b'{"title": "a\nb"}', "invalid control character at line 1, column 13"),
    (b'{"title": NaN}', "NaN is no JSON"),
    (b'{"title": -Infinity}', "-Infinity is no JSON"),
    (b'{"title": "\xff"}', "byte 12 is no UTF-8"),
    ('{"title": "x"}'.encode("utf-16"), "byte 1 is no UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'{"n": ' + b"9" * 10_000 + b"}", "number that is too long"),
    (b'{"title": "x"} {"title": "y"}', "extra data at line 1, column 16"),
]


async def test_broken_json_is_refused_with_the_place(api: Api, subtests: pytest.Subtests) -> None:
    for body, detail in BROKEN_JSON:
        with subtests.test(detail=detail):
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


async def test_an_empty_file_is_refused(api: Api) -> None:
    assert (await api.push(b"", "text/plain")).status == 422


async def test_a_page_without_an_article_or_at_too_high_a_price_is_refused(api: Api) -> None:
    api.pages.draft = Draft(title="Only a title")
    assert "no text of an article" in (await api.push(b"<html>", "text/html")).problem["detail"]

    api.pages.trouble = UnreadableError("takes more than 5 s of processor time to read")
    answer = await api.push(b"<html>", "text/html")

    assert answer.status == 422
    assert answer.problem["detail"] == "the page takes more than 5 s of processor time to read"
