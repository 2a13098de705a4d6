"""The description of the API is right, and whatever is sent to it, it never breaks."""

import asyncio
import json
from typing import Any

import httpx2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.office import Office
from rig.examples import examples


Json = dict[str, Any]

SCHEMA: Json = Office().app.openapi()
OPERATIONS = [
    (method, path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def documents() -> st.SearchStrategy[Json]:
    """Generate what is nearly a document: known fields with any values."""
    fields = (
        *("id", "name", "query", "regions", "languages", "enabled", "version", "rule"),
        *("subscriber", "channels", "url", "time_zone", "locale"),
    )
    plausible = st.sampled_from(["sahel", "desk", "JNIM", "mailto:a@b.example", True, ["en"]])
    return st.dictionaries(st.sampled_from(fields), plausible | JUNK)


def test_the_description_names_every_error_as_it_is_sent() -> None:
    for method, path, operation in OPERATIONS:
        for status, response in operation["responses"].items():
            if status[0] in "45":
                assert list(response["content"]) == ["application/problem+json"], (method, path)


def test_every_operation_says_what_it_is_for() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(set(ids)) == len(ids)
    for _, _, operation in OPERATIONS:
        assert operation["summary"]
        assert operation["tags"]


def test_a_channels_address_can_be_written_and_not_read() -> None:
    schemas = SCHEMA["components"]["schemas"]

    assert schemas["ChannelInput"]["properties"]["url"]["writeOnly"] is True
    assert "url" not in schemas["ChannelView"]["properties"]


def test_fields_go_by_the_names_that_people_write() -> None:
    condition = SCHEMA["components"]["schemas"]["RegionCondition"]["properties"]

    assert "except" in condition
    assert "except_" not in condition


@settings(max_examples=examples(1.5))
@example(  # which was led to another address
    operation=next(each for each in OPERATIONS if each[1] == "/api/v1/rules/{rule_id}"),
    part="/",
    query={},
    body={},
    tag="",
)
@given(
    operation=st.sampled_from(OPERATIONS),
    part=st.text(min_size=1, max_size=70),
    query=st.dictionaries(st.sampled_from(["limit", "after", "q", "state"]), st.text(max_size=70)),
    body=documents() | JUNK,
    tag=st.sampled_from(["", "*", '"1"', "x"]),
)
def test_nothing_that_is_sent_breaks_the_api(
    operation: tuple[str, str, Json], part: str, query: dict[str, str], body: object, tag: str
) -> None:
    method, path, described = operation

    async def send() -> httpx2.Response:
        office = Office()
        await office.all_of_it()
        async with office.client() as client:
            return await client.request(
                method,
                _filled(path, part, described),
                params=query or None,
                # Python writes and reads Infinity and NaN, which JSON does not know.
                content=json.dumps(body) if "requestBody" in described else None,
                headers={"content-type": "application/json"} | ({"if-match": tag} if tag else {}),
            )

    response = asyncio.run(send())

    assert response.status_code < 500
    expected = set(described["responses"])
    assert str(response.status_code) in expected or f"{response.status_code // 100}XX" in expected
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]


def _filled(path: str, part: str, described: Json) -> str:
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "path":
            quoted = str(httpx2.QueryParams({"p": part})).removeprefix("p=").replace("+", "%20")
            path = path.replace("{" + parameter["name"] + "}", quoted)
    return path
