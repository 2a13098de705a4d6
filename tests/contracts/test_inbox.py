"""What every Inbox promises; the fake and the real one alike."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from tocsin.adapters.connection import connect
from tocsin.adapters.inbox import RedisInbox
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.ports.inbox import Inbox, InboxMessage
from tocsin.testing import FakeInbox


@pytest.fixture(params=["fake", "redis"])
def inbox(request: pytest.FixtureRequest) -> Inbox:
    if request.param == "fake":
        return FakeInbox()
    redis: Redis = request.getfixturevalue("redis")
    return RedisInbox(redis)


def mail(subject: str) -> InboxMessage:
    return InboxMessage(
        id="",
        kind="email",
        received_at=datetime(2026, 1, 1, 9, 30, tzinfo=UTC),
        recipient="desk@example.org",
        subject=subject,
        text="JNIM · Sandaré",
        html="<p>JNIM · Sandaré</p>",
        raw=b"Subject: x\r\n\r\n\xff\x00",
    )


async def test_an_inbox_is_empty_at_first(inbox: Inbox) -> None:
    assert await inbox.recent(10) == []
    assert await inbox.after("") == []
    with pytest.raises(NotFoundError):
        await inbox.get("1-0")


async def test_a_message_is_kept_as_it_came_and_gets_an_id(inbox: Inbox) -> None:
    await inbox.add(mail("first"))

    (kept,) = await inbox.recent(10)

    assert kept.id
    assert kept == InboxMessage(
        id=kept.id,
        kind="email",
        received_at=datetime(2026, 1, 1, 9, 30, tzinfo=UTC),
        recipient="desk@example.org",
        subject="first",
        text="JNIM · Sandaré",
        html="<p>JNIM · Sandaré</p>",
        raw=b"Subject: x\r\n\r\n\xff\x00",
    )
    assert await inbox.get(kept.id) == kept


async def test_the_newest_comes_first_and_no_more_than_asked_for(inbox: Inbox) -> None:
    for subject in ("first", "second", "third"):
        await inbox.add(mail(subject))

    assert [message.subject for message in await inbox.recent(2)] == ["third", "second"]


async def test_an_id_that_was_never_given_is_not_found(inbox: Inbox) -> None:
    await inbox.add(mail("first"))

    for unknown in ("0-7", "first", "", "١-١", "9" * 20 + "-0"):
        with pytest.raises(NotFoundError):
            await inbox.get(unknown)


async def test_what_came_after_a_message_is_told_oldest_first(inbox: Inbox) -> None:
    await inbox.add(mail("first"))
    (first,) = await inbox.recent(1)
    await inbox.add(mail("second"))
    await inbox.add(mail("third"))

    assert [message.subject for message in await inbox.after(first.id)] == ["second", "third"]


async def test_one_who_waits_is_told_of_the_next_message(inbox: Inbox) -> None:
    await inbox.add(mail("first"))
    (first,) = await inbox.recent(1)

    waiting = asyncio.create_task(inbox.after(first.id, wait_s=30))
    await asyncio.sleep(0)
    await inbox.add(mail("second"))

    assert [message.subject for message in await waiting] == ["second"]


async def test_one_who_waits_in_vain_is_told_so(inbox: Inbox) -> None:
    assert await inbox.after("", wait_s=0.01) == []


async def test_the_oldest_are_dropped_beyond_a_thousand(inbox: Inbox) -> None:
    for number in range(1_001):
        await inbox.add(mail(str(number)))

    kept = await inbox.recent(2_000)

    assert len(kept) == 1_000
    assert kept[-1].subject == "1"


async def test_an_inbox_whose_store_is_away_says_so(unused_tcp_port: int) -> None:
    nowhere = connect(f"redis://127.0.0.1:{unused_tcp_port}/0")

    with pytest.raises(StoreUnavailableError):
        await RedisInbox(nowhere).add(mail("first"))
    await nowhere.aclose()
