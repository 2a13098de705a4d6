from typing import Any

import httpx2
import pytest

from console.office import SECRET, Office


Json = dict[str, Any]

DESK: Json = {"id": "desk", "name": "Africa desk", "time_zone": "Africa/Bamako"}
SLACK: Json = {
    "id": "desk-slack",
    "subscriber": "desk",
    "name": "#sahel",
    "url": f"slack://TJHRUTFS6/BJHRUTFS6/{SECRET}",
}


async def test_a_subscriber_is_put_read_listed_and_deleted(client: httpx2.AsyncClient) -> None:
    put = await client.put("/api/v1/subscribers/desk", json=DESK)
    read = await client.get("/api/v1/subscribers/desk")
    listed = await client.get("/api/v1/subscribers")
    deleted = await client.delete("/api/v1/subscribers/desk")
    gone = await client.get("/api/v1/subscribers/desk")

    assert (
        put.json()
        == read.json()
        == (DESK | {"locale": "en", "quiet_hours": [], "nothing_matched": False})
    )
    assert [each["id"] for each in listed.json()["items"]] == ["desk"]
    assert (deleted.status_code, gone.status_code) == (204, 404)


async def test_a_channels_address_goes_in_and_never_comes_out(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)

    answers = [
        await client.put("/api/v1/channels/desk-slack", json=SLACK),
        await client.get("/api/v1/channels/desk-slack"),
        await client.get("/api/v1/channels"),
        await client.get("/subscribers"),
        await client.get("/"),
    ]

    assert [each.status_code for each in answers] == [200] * 5
    assert answers[0].json()["address"].startswith("slack://")
    for answer in answers:
        assert SECRET not in answer.text
        assert "TJHRUTFS6" not in answer.text
    (stored,) = (await office.subscribers.directory()).channels
    assert stored.url.get_secret_value() == SLACK["url"]


async def test_a_channel_is_changed_without_its_address_being_sent_again(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    await client.put("/api/v1/channels/desk-slack", json=SLACK)

    renamed = {"id": "desk-slack", "subscriber": "desk", "name": "#new", "enabled": False}
    response = await client.put("/api/v1/channels/desk-slack", json=renamed)

    assert response.json()["name"] == "#new"
    (stored,) = (await office.subscribers.directory()).channels
    assert stored.url.get_secret_value() == SLACK["url"]


@pytest.mark.parametrize(
    "url",
    [f"nonsense-{SECRET}", f"gopher://{SECRET}", f"slack://{SECRET}", "", "x" * 3_000 + SECRET],
)
async def test_an_address_that_is_refused_is_not_repeated(
    client: httpx2.AsyncClient, url: str
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)

    response = await client.put("/api/v1/channels/desk-slack", json=SLACK | {"url": url})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/url"
    assert SECRET not in response.text


async def test_a_new_channel_needs_an_address(client: httpx2.AsyncClient) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    without = {key: value for key, value in SLACK.items() if key != "url"}

    response = await client.put("/api/v1/channels/desk-slack", json=without)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/url"


async def test_a_channel_of_nobody_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.put("/api/v1/channels/desk-slack", json=SLACK)

    assert response.status_code == 404
    assert SECRET not in response.text


async def test_a_subscription_needs_a_rule_and_channels_of_its_subscriber(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.subscriber()
    await client.put("/api/v1/subscribers/other", json={"id": "other", "name": "Other"})
    subscription = {"id": "s", "rule": "sahel", "subscriber": "desk"}
    url = "/api/v1/subscriptions/s"

    without_rule = await client.put(url, json=subscription)
    await office.rule()
    good = await client.put(url, json=subscription | {"channels": ["desk-slack"]})
    foreign = await client.put(
        url, json=subscription | {"subscriber": "other", "channels": ["desk-slack"]}
    )
    unknown = await client.put(url, json=subscription | {"channels": ["nothing"]})

    assert without_rule.status_code == 404
    assert good.status_code == 200
    assert (await client.get(url)).json()["channels"] == ["desk-slack"]
    assert foreign.status_code == 422
    assert foreign.json()["errors"][0]["pointer"] == "/channels/0"
    assert unknown.status_code == 404


async def test_what_is_not_there_is_not_found(client: httpx2.AsyncClient) -> None:
    for kind in ("subscribers", "channels", "subscriptions"):
        read = await client.get(f"/api/v1/{kind}/nothing")
        deleted = await client.delete(f"/api/v1/{kind}/nothing")

        assert (read.status_code, deleted.status_code) == (404, 404)


async def test_an_unknown_time_zone_is_told(client: httpx2.AsyncClient) -> None:
    response = await client.put(
        "/api/v1/subscribers/desk", json=DESK | {"time_zone": "Mars/Olympus"}
    )

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/time_zone"


async def test_a_mail_address_waits_to_be_confirmed_and_who_declares_it_is_noted(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    mail = SLACK | {"id": "desk-mail", "url": "mailto:desk@example.org"}
    put = await client.put("/api/v1/channels/desk-mail", json=mail)

    confirmed = await client.post("/api/v1/channels/desk-mail/confirm")

    assert put.json()["state"] == "pending"
    assert confirmed.json()["state"] == "active"
    assert [note["what"] for note in confirmed.json()["notes"]] == ["confirmed the address"]
    assert "proof" not in confirmed.text


async def test_a_channel_is_disabled_and_enabled(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    await client.put("/api/v1/channels/desk-slack", json=SLACK | {"enabled": False})

    enabled = await client.post("/api/v1/channels/desk-slack/enable")
    disabled = await client.post("/api/v1/channels/desk-slack/disable?reason=leave")

    assert (enabled.json()["state"], enabled.json()["enabled"]) == ("active", True)
    assert (disabled.json()["state"], disabled.json()["reason"]) == ("disabled", "leave")
    for step in ("confirm", "enable", "disable"):
        assert (await client.post(f"/api/v1/channels/nothing/{step}")).status_code == 404


async def test_the_page_shows_how_a_channel_stands_and_can_change_it(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    mail = SLACK | {"id": "desk-mail", "url": "mailto:desk@example.org"}
    await client.put("/api/v1/channels/desk-mail", json=mail)
    assert "waits for confirmation" in (await client.get("/subscribers")).text

    for step, shown in (("confirm", ">on<"), ("disable", ">off<"), ("enable", ">on<")):
        answer = await client.post(f"/channels/desk-mail/{step}")
        assert answer.status_code == 303
        assert shown in (await client.get(answer.headers["location"])).text


async def test_an_address_is_asked_again_but_not_all_day(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/v1/subscribers/desk", json=DESK)
    mail = SLACK | {"id": "desk-mail", "url": "mailto:desk@example.org"}
    await client.put("/api/v1/channels/desk-mail", json=mail)
    now = office.clock.now()
    await office.subscribers.stand("desk-mail", lambda it: it.asked_for(now, "first"))

    again = await client.post("/api/v1/channels/desk-mail/ask")
    page = await client.post("/channels/desk-mail/ask")
    for _ in range(2):
        await office.subscribers.stand("desk-mail", lambda it: it.asked_for(now, "next"))
    refused = await client.post("/api/v1/channels/desk-mail/ask")

    assert (again.status_code, page.status_code, refused.status_code) == (200, 303, 422)
    assert "often enough" in refused.json()["detail"]
