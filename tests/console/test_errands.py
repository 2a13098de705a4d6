"""Links in messages: they ask at GET, act at POST, need no account, and cannot be made up."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.office import Office
from tocsin.delivery.links import (
    CONFIRM_WITHIN,
    PATH,
    VALID_FOR,
    Confirm,
    DigestInstead,
    Errand,
    Leave,
    MuteStory,
    Rate,
    Snooze,
    Unsubscribe,
)
from tocsin.documents import ChannelDocument, ChannelState
from tocsin.ports.preferences import Wishes
from tocsin_console.routes.rate_limit import BURST, PER_SECOND, RateLimit


ONE_CLICK = {"List-Unsubscribe": "One-Click"}
UNSUBSCRIBE = Unsubscribe("desk-sahel", "desk-slack")
EVERY = (
    UNSUBSCRIBE,
    Leave("desk-slack"),
    Snooze("desk-sahel"),
    MuteStory("desk", "story-1"),
    DigestInstead("desk-sahel"),
    Rate("a1-sahel", useful=True),
)


@pytest.fixture
async def desk(office: Office) -> Office:
    await office.rule()
    await office.subscriber("sahel")
    return office


@pytest.fixture
async def pending(office: Office) -> Office:
    """A mail address that was asked whether it wants alerts."""
    await office.subscriber()
    await office.subscribers.put(
        ChannelDocument.model_validate(
            {"id": "mail", "subscriber": "desk", "name": "m", "url": "mailto:desk@example.org"}
        )
    )
    await office.subscribers.stand(
        "mail", lambda stands: stands.asked_for(office.clock.now(), "proof")
    )
    return office


def link(office: Office, errand: Errand, valid_for: timedelta = VALID_FOR) -> str:
    return urlsplit(office.links.to(errand, office.clock.now() + valid_for)).path


async def state_of_mail(office: Office) -> ChannelState:
    directory = await office.subscribers.directory()
    return directory.state(next(each for each in directory.channels if each.id == "mail"))


@pytest.mark.parametrize("errand", EVERY)
async def test_following_a_link_changes_nothing(
    desk: Office, client: httpx2.AsyncClient, errand: Errand
) -> None:
    page = await client.get(link(desk, errand))

    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert await desk.preferences.wishes() == Wishes()
    assert await desk.preferences.ratings(["a1-sahel"]) == {}


async def test_one_click_unsubscribes_without_cookie_login_or_another_question() -> None:
    office = Office(token="a-token-of-sixteen-or-more")
    await office.rule()
    await office.subscriber("sahel")
    async with office.client() as client:
        answer = await client.post(link(office, UNSUBSCRIBE), data=ONE_CLICK)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert (await office.preferences.wishes()).is_unsubscribed("desk-sahel", "desk-slack")


async def test_an_unsubscription_names_rule_and_channel_and_can_be_taken_back(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    asked = await client.get(link(desk, UNSUBSCRIBE))
    done = await client.post(link(desk, UNSUBSCRIBE))
    assert "JNIM in the Sahel" in asked.text
    assert "slack://…" in done.text

    await client.post(link(desk, UNSUBSCRIBE), data={"undo": "1"})

    assert not (await desk.preferences.wishes()).unsubscribed


@pytest.mark.parametrize(
    ("data", "span"),
    [
        ({"for": "1h"}, timedelta(hours=1)),
        ({"for": "1w"}, timedelta(days=7)),
        ({"for": "for ever"}, timedelta(days=1)),
        ({}, timedelta(days=1)),
    ],
)
async def test_a_snooze_is_as_long_as_chosen(
    desk: Office, client: httpx2.AsyncClient, data: dict[str, str], span: timedelta
) -> None:
    await client.post(link(desk, Snooze("desk-sahel")), data=data)

    now = desk.clock.now()
    wishes = await desk.preferences.wishes()
    assert wishes.snoozed_until("desk-sahel", now) == now + span
    await client.post(link(desk, Snooze("desk-sahel")), data={"undo": "1"})
    assert not (await desk.preferences.wishes()).snoozed


async def test_a_story_is_muted_and_a_digest_wished_for(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    mute, digest = MuteStory("desk", "story-1"), DigestInstead("desk-sahel")
    for errand in (mute, digest):
        assert (await client.post(link(desk, errand))).status_code == 200

    wishes = await desk.preferences.wishes()
    assert wishes.muted_until("desk", "story-1", desk.clock.now()) is not None
    assert wishes.wants_digest("desk-sahel")
    for errand in (mute, digest):
        await client.post(link(desk, errand), data={"undo": "1"})
    wishes = await desk.preferences.wishes()
    assert not wishes.muted
    assert not wishes.digests


async def test_who_wants_nothing_more_gets_nothing_more_and_can_come_back(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    async def state() -> ChannelState:
        directory = await desk.subscribers.directory()
        return directory.state(directory.channels[0])

    leave = link(desk, Leave("desk-slack"))
    await client.post(leave, data=ONE_CLICK)
    assert await state() is ChannelState.DISABLED
    await client.post(leave, data={"undo": "1"})
    assert await state() is ChannelState.ACTIVE

    await client.post("/api/v1/channels/desk-slack/disable?reason=theirs")
    await client.post(leave)
    await client.post(leave, data={"undo": "1"})
    assert await state() is ChannelState.DISABLED, "a reader enables only what a reader disabled"


async def test_what_a_reader_thinks_is_noted_and_shown_with_the_delivery(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    rule = await desk.rules.get("sahel")
    await desk.matched(desk.article(), rule)
    delivery = await desk.delivery("a1", "sahel")

    await client.post(link(desk, Rate(delivery, useful=False)))

    (listed,) = (await client.get("/api/v1/deliveries")).json()["items"]
    assert listed["useful"] is False
    assert "not useful" in (await client.get("/alerts")).text


async def test_an_address_is_confirmed_by_its_link(
    pending: Office, client: httpx2.AsyncClient
) -> None:
    confirm = link(pending, Confirm("mail", "proof"), CONFIRM_WITHIN)
    asked = await client.get(confirm)
    assert "d***@example.org" in asked.text
    assert await state_of_mail(pending) is ChannelState.PENDING

    done = await client.post(confirm)

    assert done.status_code == 200
    assert await state_of_mail(pending) is ChannelState.ACTIVE
    directory = await pending.subscribers.directory()
    assert directory.standing("mail").confirmed_by == "reader"
    assert "is confirmed" in (await client.get(confirm)).text


async def test_who_confirms_an_address_that_is_turned_off_is_told_so(
    pending: Office, client: httpx2.AsyncClient
) -> None:
    confirm = link(pending, Confirm("mail", "proof"))
    await client.post("/api/v1/channels/mail/disable")

    asked = await client.get(confirm)
    done = await client.post(confirm)

    assert "Do you want alerts" in asked.text
    assert "turned it off" in done.text
    assert await state_of_mail(pending) is ChannelState.DISABLED
    assert (await pending.subscribers.directory()).standing("mail").confirmed_by == "reader"


async def test_a_link_of_an_address_that_was_changed_confirms_nothing(
    pending: Office, client: httpx2.AsyncClient
) -> None:
    confirm = link(pending, Confirm("mail", "proof"))
    other = {"id": "mail", "subscriber": "desk", "name": "m", "url": "mailto:eve@example.org"}
    await client.put("/api/v1/channels/mail", json=other)

    answer = await client.post(confirm)

    assert "outdated" in answer.text
    assert await state_of_mail(pending) is ChannelState.PENDING
    assert "outdated" in (await client.post(link(pending, Confirm("mail", "")))).text
    assert await state_of_mail(pending) is ChannelState.PENDING


async def test_an_expired_link_says_so_kindly(desk: Office, client: httpx2.AsyncClient) -> None:
    old = link(desk, UNSUBSCRIBE, -timedelta(seconds=1))

    for answer in (await client.get(old), await client.post(old)):
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert await desk.preferences.wishes() == Wishes()


async def test_a_forged_link_says_so_kindly(desk: Office, client: httpx2.AsyncClient) -> None:
    good = link(desk, UNSUBSCRIBE)
    # Signed right, for something else: what it is for cannot be exchanged.
    other = link(desk, Snooze("desk-sahel"))
    forged = f"{other.rpartition('.')[0]}.{good.rpartition('.')[2]}"

    for path in (forged, f"{good}x", PATH + "x", PATH + "%00%ff", PATH + "a.b"):
        for answer in (await client.get(path), await client.post(path, data=ONE_CLICK)):
            assert answer.status_code == 404, path
            assert "does not work" in answer.text
    assert await desk.preferences.wishes() == Wishes()


@given(st.text(min_size=1, max_size=80).filter(lambda text: text.isprintable() and "/" not in text))
async def test_whatever_stands_in_a_link_the_answer_is_a_page(token: str) -> None:
    office = Office()
    async with office.client() as client:
        answer = await client.get(httpx2.URL("http://localhost:8000").join(PATH + token))

    assert answer.status_code in {200, 404, 307}


async def test_what_is_gone_is_said_to_be(desk: Office, client: httpx2.AsyncClient) -> None:
    gone = link(desk, Confirm("nobody", "proof"))

    assert (await client.get(gone)).status_code == 410
    await desk.subscribers.delete_subscription("desk-sahel")
    assert (await client.post(link(desk, UNSUBSCRIBE))).status_code == 200


async def test_a_mail_program_on_another_page_may_unsubscribe_and_nothing_else_is_opened(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://mail.example"}

    done = await client.post(link(desk, UNSUBSCRIBE), data=ONE_CLICK, headers=elsewhere)
    other = await client.post("/subscribers/desk/delete", headers=elsewhere)

    assert (done.status_code, other.status_code) == (200, 403)


async def test_no_link_leads_elsewhere_and_its_page_is_for_one_pair_of_eyes(
    desk: Office, client: httpx2.AsyncClient
) -> None:
    page = await client.get(link(desk, UNSUBSCRIBE) + "?next=https://evil.example")

    assert page.status_code == 200
    assert "evil.example" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"


async def test_who_tries_too_often_is_told_to_wait() -> None:
    now = 1000.0
    statuses: list[int] = []

    async def inner(scope: object, receive: object, send: object) -> None:
        statuses.append(200)

    limit = RateLimit(inner, PATH, lambda: now)

    async def ask(client: str, path: str = PATH + "x") -> int:
        before = len(statuses)

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def receive() -> dict[str, object]:
            return {"type": "http.request"}

        scope = {
            "type": "http",
            "path": path,
            "client": (client, 1),
            "headers": [],
            "method": "GET",
        }
        await limit(scope, receive, send)
        return statuses[before]

    assert [await ask("9.9.9.9") for _ in range(BURST + 1)] == [200] * BURST + [429]
    assert await ask("8.8.8.8") == 200
    assert await ask("9.9.9.9", "/alerts") == 200
    now += 1 / PER_SECOND
    assert await ask("9.9.9.9") == 200
