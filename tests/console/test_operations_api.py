from base64 import b64decode

import httpx2
import pytest

from console.office import Office
from tocsin.ports.deliveries import Delivery
from tocsin.ports.streams import GroupStatus, ServiceInstance


LETTER = "/api/v1/dead-letters/articles/1700000000000-0"


async def at_work(office: Office, *services: str, problem: str = "") -> None:
    for name in services:
        await office.services.announce(
            ServiceInstance(
                service=name,
                instance=f"{name}-1",
                address="http://127.0.0.1:8010",
                started_at=office.clock.now(),
                seen_at=office.clock.now(),
                ready=not problem,
                problem=problem,
            )
        )


async def test_all_is_well_when_every_service_works_and_nothing_waits(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await at_work(office, "ingest", "matcher", "notifier")

    status = (await client.get("/api/v1/status")).json()

    assert (status["verdict"], status["problems"]) == ("ok", [])
    assert status["deliveries"]["dead"] == 0


async def test_articles_without_a_place_are_counted_for_today(
    office: Office, client: httpx2.AsyncClient
) -> None:
    for article_id in ("a1", "a2", "a1"):
        await office.placeless.add(article_id, office.clock.now().date())

    status = (await client.get("/api/v1/status")).json()
    page = (await client.get("/")).text

    assert status["without_place_today"] == 2
    assert "<dt>articles without a place, today</dt><dd>2</dd>" in page


async def test_a_service_that_is_missing_is_told_with_what_stands_still(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await at_work(office, "ingest", "notifier")

    status = (await client.get("/api/v1/status")).json()

    assert status["verdict"] == "trouble"
    assert status["problems"] == ["matcher is not running: articles wait to be matched"]


async def test_trouble_of_every_kind_is_told(office: Office, client: httpx2.AsyncClient) -> None:
    await at_work(office, "ingest", "matcher")
    await at_work(office, "notifier", problem="the relay does not answer")
    office.letter()
    await office.delivery("a1", "sahel", dead="404")
    office.streams.status = [
        GroupStatus(
            stream="{tocsin}:articles",
            group="matcher",
            length=5,
            lag=None,
            pending=3,
            oldest_pending_s=10,
            consumers=1,
            oldest_unread_s=600,
        )
    ]

    status = (await client.get("/api/v1/status")).json()

    assert status["problems"] == [
        "notifier notifier-1 is not ready: the relay does not answer",
        "matcher is behind: the oldest of articles has been waiting for 10 min",
        "1 message could not be processed",
        "1 alert could not be delivered",
    ]
    assert status["groups"][0]["waiting"] is None
    assert status["groups"][0]["oldest_s"] == 600


async def test_a_dead_letter_is_shown_whole(office: Office, client: httpx2.AsyncClient) -> None:
    original = office.letter({b"__data__": b"\x89BIN\xff{}"})

    listed = (await client.get("/api/v1/dead-letters")).json()
    letter = (await client.get(LETTER)).json()

    assert listed["total"] == 1
    assert listed["items"][0]["stream"] == "articles"
    assert (letter["reason"], letter["deliveries"]) == (original.reason, 5)
    assert letter["traceback"] == original.traceback
    (field,) = letter["fields"]
    assert b64decode(field["base64"]) == b"\x89BIN\xff{}"
    assert field["text"] == "·BIN·{}"


async def test_a_dead_letter_is_replayed_once(office: Office, client: httpx2.AsyncClient) -> None:
    letter = office.letter()

    replayed = await client.post(f"{LETTER}/replay")
    again = await client.post(f"{LETTER}/replay")

    assert replayed.json() == {"entry_id": "1-0"}
    assert again.status_code == 404
    assert office.dead_letters.replayed == [letter]


async def test_a_dead_letter_is_discarded(office: Office, client: httpx2.AsyncClient) -> None:
    office.letter()

    discarded = await client.post(f"{LETTER}/discard")

    assert discarded.status_code == 204
    assert await office.dead_letters.count() == 0
    assert (await client.get(LETTER)).status_code == 404


@pytest.mark.parametrize("stream", ["{tocsin}:articles", "ARTICLES", "no.thing", "a" * 65])
async def test_only_short_names_of_streams_are_taken(
    client: httpx2.AsyncClient, stream: str
) -> None:
    response = await client.post(f"/api/v1/dead-letters/{stream}/1-0/replay")

    assert response.status_code == 422


async def test_a_dead_delivery_is_tried_again(office: Office, client: httpx2.AsyncClient) -> None:
    await office.subscriber()
    delivery = await office.delivery("a1", "sahel", dead="404 channel_not_found")

    (dead,) = (await client.get("/api/v1/deliveries", params={"state": "dead"})).json()["items"]
    replayed = await client.post(f"/api/v1/deliveries/{delivery}/replay")
    again = await client.post(f"/api/v1/deliveries/{delivery}/replay")

    assert (dead["reason"], dead["channel_name"]) == ("404 channel_not_found", "#sahel")
    assert (replayed.status_code, again.status_code) == (204, 404)
    waiting = (await client.get("/api/v1/deliveries", params={"state": "pending"})).json()
    assert len(waiting["items"]) == 1


async def test_deliveries_of_an_unknown_state_are_no_question(client: httpx2.AsyncClient) -> None:
    response = await client.get("/api/v1/deliveries", params={"state": "lost"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "state"


async def test_the_inbox_is_listed_and_read(office: Office, client: httpx2.AsyncClient) -> None:
    message_id = await office.mail(html="<p>Hello</p>")

    listed = (await client.get("/api/v1/inbox")).json()["items"]
    message = (await client.get(f"/api/v1/inbox/{message_id}")).json()
    missing = await client.get("/api/v1/inbox/99-0")

    assert [each["id"] for each in listed] == [message_id]
    assert (message["html"], message["raw"]) == ("<p>Hello</p>", "Subject: News\r\n\r\nHello")
    assert missing.status_code == 404


async def test_alerts_that_nobody_sends_are_trouble(
    office: Office, client: httpx2.AsyncClient
) -> None:
    await office.deliveries.enqueue([Delivery("d1", "a1", "sahel", "s1", "desk-slack", "{}")])
    office.clock.advance(minutes=5)
    await at_work(office, "ingest", "matcher", "notifier")

    status = (await client.get("/api/v1/status")).json()

    assert status["problems"] == ["alerts are late: one has been due for 5 min"]


async def test_a_document_that_cannot_be_read_is_trouble(
    office: Office, client: httpx2.AsyncClient
) -> None:
    office.subscribers.unreadable = {("subscription", "sahel-ann"): "mode: it is none"}

    problems = (await client.get("/api/v1/status")).json()["problems"]

    assert "subscription sahel-ann cannot be read: mode: it is none" in problems


async def test_a_channel_that_broke_is_trouble(office: Office, client: httpx2.AsyncClient) -> None:
    await office.subscriber()
    now = office.clock.now()
    await office.subscribers.stand("desk-slack", lambda it: it.failed(now, "404", for_good=True))

    problems = (await client.get("/api/v1/status")).json()["problems"]
    assert "channel desk-slack was disabled, since it failed: 404" in problems

    await office.subscribers.stand("desk-slack", lambda it: it.enabled(now, "ann"))
    await office.subscribers.stand("desk-slack", lambda it: it.disabled(now, "ann", "leave"))
    assert "desk-slack" not in (await client.get("/api/v1/status")).text
