from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from console.office import Office


Json = dict[str, Any]

SAHEL: Json = {"id": "sahel", "name": "JNIM in the Sahel", "query": "JNIM AND attack*"}


def errors_of(response: httpx2.Response) -> list[Json]:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    errors: list[Json] = problem.get("errors", [])
    return errors


async def test_a_rule_is_created_read_changed_and_deleted(client: httpx2.AsyncClient) -> None:
    created = await client.post("/api/v1/rules", json=SAHEL)
    read = await client.get(created.headers["location"])
    changed = await client.put("/api/v1/rules/sahel", json=SAHEL | {"query": "GSIM"})
    deleted = await client.delete("/api/v1/rules/sahel")
    gone = await client.get("/api/v1/rules/sahel")

    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert (read.status_code, read.json()["query"]) == (200, "JNIM AND attack*")
    assert (changed.status_code, changed.headers["etag"], changed.json()["version"]) == (
        200,
        '"2"',
        2,
    )
    assert deleted.status_code == 204
    assert gone.status_code == 404
    assert gone.json()["detail"] == "there is no rule 'sahel'"


async def test_a_rule_can_be_put_where_there_is_none(client: httpx2.AsyncClient) -> None:
    first = await client.put("/api/v1/rules/sahel", json=SAHEL)
    again = await client.put("/api/v1/rules/sahel", json=SAHEL)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["version"] == 1


async def test_a_taken_id_is_not_created_again(client: httpx2.AsyncClient) -> None:
    await client.post("/api/v1/rules", json=SAHEL)

    again = await client.post("/api/v1/rules", json=SAHEL)

    assert again.status_code == 409
    assert "choose another id" in again.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-match": '"1"'}, 200),
        ({"if-match": '"7", "1"'}, 200),
        ({"if-match": "*"}, 200),
        ({"if-match": '"2"'}, 412),
        ({"if-match": '"0"'}, 412),
        ({"if-none-match": "*"}, 412),
        ({"if-match": 'W/"1"'}, 400),
        ({"if-match": "1"}, 400),
        ({"if-match": '"' + "9" * 40 + '"'}, 400),
        ({"if-none-match": '"1"'}, 400),
    ],
)
async def test_a_change_is_made_to_the_version_that_was_read_or_not_at_all(
    office: Office, client: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    await office.rule()

    response = await client.put(
        "/api/v1/rules/sahel", json=SAHEL | {"query": "GSIM"}, headers=headers
    )

    assert response.status_code == status
    changed = (await office.rules.get("sahel")).query == "GSIM"
    assert changed == (status == 200)


async def test_if_match_asks_for_a_rule_that_stands(client: httpx2.AsyncClient) -> None:
    responses = [
        await client.put("/api/v1/rules/sahel", json=SAHEL, headers={"if-match": tag})
        for tag in ("*", '"1"')
    ]

    assert [each.status_code for each in responses] == [412, 412]


async def test_a_deletion_of_an_old_version_is_refused(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()
    await office.rule(query="changed")

    refused = await client.delete("/api/v1/rules/sahel", headers={"if-match": '"1"'})
    done = await client.delete("/api/v1/rules/sahel", headers={"if-match": '"2"'})

    assert (refused.status_code, done.status_code) == (412, 204)


async def test_a_mistake_in_the_query_is_told_with_its_column_and_fix(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.post("/api/v1/rules", json=SAHEL | {"query": "JNIM AND (attack"})

    assert response.status_code == 422
    (error,) = errors_of(response)
    assert error["pointer"] == "/query"
    assert error["column"] == 10
    assert error["fix"] == "JNIM AND (attack)"


async def test_everything_that_is_wrong_is_told_at_once(client: httpx2.AsyncClient) -> None:
    regions = {"any": ["Mali", "Nowhereland"], "except": ["Georgia"]}

    response = await client.post(
        "/api/v1/rules", json=SAHEL | {"query": "JNIM AND", "regions": regions}
    )

    pointers = [error["pointer"] for error in errors_of(response)]
    assert pointers == ["/query", "/regions/any/1", "/regions/except/0"]


async def test_an_unknown_region_in_the_query_is_told_with_its_column(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.post("/api/v1/rules:check", json={"query": "JNIM region:Nowhereland"})

    (error,) = response.json()["errors"]
    assert (error["pointer"], error["column"]) == ("/query", 6)


@pytest.mark.parametrize(
    "rule",
    [
        {"query": ""},
        {"query": "   "},
        {"query": "NOT football"},
        {"query": "JNIM", "languages": ["not a tag"]},
        {"query": "@nolist"},
        {"query": "", "regions": {"except": ["Mali"]}},
    ],
)
async def test_a_rule_that_the_matcher_could_not_read_is_never_saved(
    office: Office, client: httpx2.AsyncClient, rule: Json
) -> None:
    answers = [
        await client.post("/api/v1/rules", json=SAHEL | rule),
        await client.put("/api/v1/rules/sahel", json=SAHEL | rule),
    ]

    assert [each.status_code for each in answers] == [422, 422]
    assert errors_of(answers[0])
    assert await office.rules.count() == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (SAHEL | {"id": "No Good"}, "/id"),
        (SAHEL | {"nmae": "x"}, "/nmae"),
        ({"id": "x"}, "/name"),
        (SAHEL | {"regions": {"any": [1]}}, "/regions/any/0"),
        (SAHEL | {"regions": {"min_probability": 7}}, "/regions/min_probability"),
        (SAHEL | {"query": 7}, "/query"),
        ([], ""),
        ("text", ""),
        (None, ""),
    ],
)
async def test_a_malformed_rule_is_told_where(
    client: httpx2.AsyncClient, body: object, pointer: str
) -> None:
    response = await client.post("/api/v1/rules", json=body)

    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in errors_of(response)]


async def test_what_is_no_json_is_told_as_such(client: httpx2.AsyncClient) -> None:
    response = await client.post(
        "/api/v1/rules", content=b'{"id": ', headers={"content-type": "application/json"}
    )

    assert response.status_code == 422
    assert errors_of(response)[0]["detail"].startswith("not JSON")


async def test_the_id_in_the_body_must_be_that_of_the_address(client: httpx2.AsyncClient) -> None:
    response = await client.put("/api/v1/rules/other", json=SAHEL)

    assert response.status_code == 422
    assert errors_of(response)[0]["pointer"] == "/id"


async def test_a_check_saves_nothing_and_says_what_is_meant(
    office: Office, client: httpx2.AsyncClient
) -> None:
    draft = {"query": "JNIM attack* region:Mali", "regions": {"any": ["Kayes Region"]}}

    found = (await client.post("/api/v1/rules:check", json=draft)).json()

    assert found["ok"]
    assert found["query"] == "JNIM AND attack* AND region:Mali"
    assert "Kayes Region" in found["english"]
    assert [each["region"]["path"] for each in found["regions"]] == [
        ["Mali"],
        ["Kayes Region", "Mali"],
    ]
    assert await office.rules.count() == 0


async def test_a_rule_is_turned_off_and_on(office: Office, client: httpx2.AsyncClient) -> None:
    await office.rule()

    off = await client.post("/api/v1/rules/sahel/disable", params={"reason": "noise"})
    on = await client.post("/api/v1/rules/sahel/enable")
    missing = await client.post("/api/v1/rules/nothing/enable")

    assert (off.json()["enabled"], off.headers["etag"]) == (False, '"2"')
    assert (on.json()["enabled"], on.headers["etag"]) == (True, '"3"')
    assert missing.status_code == 404
    enabled, disabled, _ = await office.rules.history("sahel")
    assert (enabled.action, disabled.action, disabled.reason) == ("enabled", "disabled", "noise")


async def test_history_tells_who_did_what_also_of_a_deleted_rule(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()
    await client.delete("/api/v1/rules/sahel", params={"reason": "done"})

    history = (await client.get("/api/v1/rules/sahel/history")).json()["items"]
    unknown = await client.get("/api/v1/rules/nothing/history")

    assert [(each["action"], each["who"], each["reason"]) for each in history] == [
        ("deleted", "console", "done"),
        ("created", "ann", ""),
    ]
    assert unknown.status_code == 404


async def test_rules_are_listed_page_by_page(office: Office, client: httpx2.AsyncClient) -> None:
    for number in range(5):
        await office.rule(f"r{number}")

    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await client.get("/api/v1/rules", params={"limit": 2, "after": after})).json()
        seen += [rule["id"] for rule in page["items"]]
        assert page["total"] == 5
        after = page["next"]

    assert seen == ["r0", "r1", "r2", "r3", "r4"]


async def test_rules_are_searched(office: Office, client: httpx2.AsyncClient) -> None:
    await office.rule("mali", query="Azawad", name="North")
    await office.rule("niger", query="Niamey", name="Niger")

    found = (await client.get("/api/v1/rules", params={"q": "AZAW"})).json()

    assert [rule["id"] for rule in found["items"]] == ["mali"]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "after=" + "a" * 65])
async def test_a_malformed_parameter_is_told_by_name(
    client: httpx2.AsyncClient, query: str
) -> None:
    response = await client.get(f"/api/v1/rules?{query}")

    assert response.status_code == 422
    assert errors_of(response)[0]["parameter"] == query.partition("=")[0]


async def test_regions_are_suggested_with_the_way_to_their_country(
    client: httpx2.AsyncClient,
) -> None:
    found = (await client.get("/api/v1/regions", params={"q": "kayes"})).json()["items"]
    nothing = await client.get("/api/v1/regions", params={"q": "zzzzzz"})
    empty = await client.get("/api/v1/regions", params={"q": ""})

    assert ["Kayes Region", "Mali"] in [each["path"] for each in found]
    assert nothing.json()["items"] == []
    assert empty.status_code == 422


async def test_a_body_beyond_all_measure_is_refused(client: httpx2.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b" " * 1_000

    said = await client.post("/api/v1/rules", json=SAHEL | {"query": "a" * 300_000})
    unsaid = await client.post(
        "/api/v1/rules", content=pieces(), headers={"content-type": "application/json"}
    )
    form = await client.post("/new-rule", data={"query": "a" * 300_000})

    assert [each.status_code for each in (said, unsaid, form)] == [413, 413, 413]
    assert errors_of(said) == errors_of(unsaid) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "a", "name": "\\ud800", "query": "JNIM"}',
        b'{"id": "a", "name": "a", "query": "\\ud800"}',
        b'{"id": "a", "name": "a", "query": "JNIM", "regions": {"any": ["\\ud800"]}}',
        b'{"id": "a", "name": "a", "query": "JNIM", "regions": {"min_probability": NaN}}',
        b"\xff\xfe",
        b"[" * 5_000,
    ],
)
async def test_bytes_that_are_no_text_are_refused(
    office: Office, client: httpx2.AsyncClient, body: bytes
) -> None:
    response = await client.post(
        "/api/v1/rules", content=body, headers={"content-type": "application/json"}
    )

    assert response.status_code in {400, 422}
    assert await office.rules.count() == 0
