"""The description of the API says what the API does."""

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.api import JSON, NDJSON, PROBLEM, Api


@pytest.fixture
async def description(api: Api) -> Any:
    answer = await api.get("/openapi.json")
    assert answer.status == 200
    return answer.json


def references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str() as reference}:
            yield reference
        case dict():
            for inner in part.values():
                yield from references(inner)
        case list():
            for inner in part:
                yield from references(inner)


async def test_every_reference_leads_somewhere(description: Any) -> None:
    found = set(references(description))

    assert found
    for reference in found:
        part = description
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
        assert part


async def test_what_may_be_pushed_is_described(description: Any) -> None:
    push = description["paths"]["/v1/articles"]["post"]

    assert set(push["requestBody"]["content"]) == {JSON, NDJSON, "text/plain", "text/html"}
    assert push["requestBody"]["content"][JSON]["schema"] == {
        "$ref": "#/components/schemas/Article"
    }
    assert {parameter["name"] for parameter in push["parameters"]} == {
        *("title", "url", "source", "language", "author", "tag", "published_at", "guid", "home"),
        "idempotency-key",
    }
    fields = description["components"]["schemas"]["Article"]["properties"]
    assert {"title", "text", "url", "guid", "published_at"} <= set(fields)


async def test_every_answer_is_described_and_every_problem_is_a_problem(description: Any) -> None:
    for path, statuses in {
        "/v1/articles": {200, 202, 400, 401, 408, 409, 413, 415, 422, 429, 503},
        "/v1/articles/{article_id}": {200, 401, 404, 422, 503},
    }.items():
        [operation] = description["paths"][path].values()
        assert {int(status) for status in operation["responses"]} == statuses
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert set(response["content"]) == {PROBLEM}
            if int(status) in {409, 429, 503}:
                assert "Retry-After" in response["headers"]


async def test_an_article_is_described_as_it_is_shown(api: Api, description: Any) -> None:
    pushed = await api.push({"title": "Attack on Diboli"})
    shown = (await api.get(pushed.headers["Location"])).json

    response = description["paths"]["/v1/articles/{article_id}"]["get"]["responses"]["200"]
    [reference] = references(response)
    described = description["components"]["schemas"][reference.rpartition("/")[2]]
    assert set(shown) == set(described["properties"])


async def test_no_page_is_shown_that_loads_scripts_from_elsewhere(api: Api) -> None:
    assert (await api.get("/docs")).status == 404
    assert (await api.get("/redoc")).status == 404
