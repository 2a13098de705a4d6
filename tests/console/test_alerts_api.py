import httpx2

from console.office import Office


async def test_alerts_come_with_their_why_and_what_was_sent(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rule(query="JNIM AND region:Mali")
    await office.subscriber(rule.id)
    await office.matched(office.article(), rule)
    await office.delivery("a1", rule.id)

    (alert,) = (await client.get("/api/v1/alerts")).json()["items"]

    assert alert["article"]["title"] == "JNIM attacks a convoy near Diboli"
    (match,) = alert["matches"]
    assert match["terms"][0]["clause"] == "JNIM"
    assert any(place["path"][-1] == "Mali" for place in match["places"])
    (sent,) = match["deliveries"]
    assert (sent["channel_name"], sent["state"]) == ("#sahel", "delivered")


async def test_alerts_of_one_rule_leave_the_others_out(
    office: Office, client: httpx2.AsyncClient
) -> None:
    jnim, army = await office.rule("jnim"), await office.rule("army", query="army")
    await office.matched(office.article("a1"), jnim, army)
    await office.matched(office.article("a2"), jnim)

    found = (await client.get("/api/v1/alerts", params={"rule": "army"})).json()["items"]

    assert [alert["article"]["id"] for alert in found] == ["a1"]
    assert [match["rule_id"] for match in found[0]["matches"]] == ["army"]


async def test_no_alert_is_an_empty_list(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/v1/alerts")).json() == {"items": []}


async def test_why_tells_each_clause_with_its_verdict(
    office: Office, client: httpx2.AsyncClient
) -> None:
    rule = await office.rule(query="(JNIM OR GSIM) AND region:Mali")
    await office.matched(office.article(), rule)

    why = (await client.get("/api/v1/why", params={"article": "a1", "rule": "sahel"})).json()

    assert (why["matches"], why["failing"], why["matched_then"]) == (True, [], [1])
    either, region = why["query"]["clauses"]
    assert [clause["verdict"] for clause in either["clauses"]] == [True, False]
    assert region["region"]["region"]["id"] == "country:ML"
    assert {hit["text"] for hit in either["clauses"][0]["hits"]} == {"JNIM"}


async def test_why_not_tells_what_would_have_to_be_otherwise(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule(query="JNIM AND football")
    await office.matched(office.article())

    why = (await client.get("/api/v1/why", params={"article": "a1", "rule": "sahel"})).json()

    assert (why["matches"], why["matched_then"], why["deliveries"]) == (False, [], [])
    assert [each["text"] for each in why["failing"]] == ["football"]


async def test_why_of_what_is_not_there_is_not_found(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.rule()

    answers = [
        await client.get("/api/v1/why", params={"article": "nothing", "rule": "sahel"}),
        await client.get("/api/v1/why", params={"article": "a1", "rule": "nothing"}),
        await client.get("/api/v1/why", params={"article": "a1"}),
    ]

    assert [each.status_code for each in answers] == [404, 404, 422]
