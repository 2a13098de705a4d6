"""What of the directory cannot be read is set aside and told, and hinders nobody else."""

import json
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from contracts.directory_documents import ANN, BOB, channel, subscription
from rig.secret_keys import vault
from tocsin.adapters import keys
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import (
    Standing,
)
from tocsin.errors import (
    InvalidDocumentError,
    UnreadableError,
)
from tocsin.ports.subscribers import SubscriberStore, unreadable_documents


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def real(redis: Redis) -> RedisSubscriberStore:
    return RedisSubscriberStore(redis, vault())


async def spoil(redis: Redis, key: str, id_: str, **fields: object) -> None:
    """Have a document stored as no version of us would, and noticed."""
    stored = json.loads(await redis.hget(key, id_) or b"{}")
    await redis.hset(key, id_, json.dumps(stored | fields))
    await redis.incr(keys.DELIVERY_CHANGES)


async def two_subscribers(store: SubscriberStore) -> None:
    for document in (
        ANN,
        BOB,
        channel("mail"),
        channel("chat", url="slack://A1/B2/C3"),
        channel("bobs", subscriber="bob"),
        subscription("mail"),
        subscription(id_="sahel-bob", subscriber="bob"),
    ):
        await store.put(document)


async def test_a_subscription_that_cannot_be_read_hides_no_other(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.SUBSCRIPTIONS, "sahel-ann", mode="hourly")

    with capture_logs() as logs:
        directory = await real.directory()
        await real.put(BOB.model_copy(update={"name": "Bobby"}))
        again = await real.directory()

    assert [each.id for each in directory.subscriptions] == ["sahel-bob"]
    assert list(directory.unreadable) == [("subscription", "sahel-ann")]
    assert directory.unreadable["subscription", "sahel-ann"].startswith("mode: Input should be")
    assert again.unreadable == directory.unreadable
    assert [(line["log_level"], line["kind"], line["id"]) for line in logs] == [
        ("error", "subscription", "sahel-ann")
    ]
    assert list(unreadable_documents(directory)) == [
        "subscription sahel-ann cannot be read: "
        + directory.unreadable["subscription", "sahel-ann"]
    ]


async def test_with_a_subscriber_that_cannot_be_read_goes_what_is_theirs(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.SUBSCRIBERS, "ann", time_zone="Africa/Nowhere")

    directory = await real.directory()

    assert directory.subscribers == (BOB,)
    assert [each.id for each in directory.channels] == ["bobs"]
    assert [each.id for each in directory.subscriptions] == ["sahel-bob"]
    assert set(directory.unreadable) == {
        ("subscriber", "ann"),
        ("channel", "mail"),
        ("channel", "chat"),
        ("subscription", "sahel-ann"),
    }

    await real.put(ANN)

    mended = await real.directory()
    assert mended.unreadable == {}
    assert len(mended.channels) == 3


@pytest.mark.parametrize("stored", [b"", b"\xff", b"[]", b"{", b'{"id": "chat", "url": 7}'])
async def test_of_a_channel_that_cannot_be_read_nothing_secret_is_told(
    real: RedisSubscriberStore, redis: Redis, stored: bytes
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.CHANNELS, "mail", url="slack://SECRET/B2/C3", port="SECRET")
    await redis.hset(keys.CHANNELS, "chat", stored)

    with capture_logs() as logs:
        directory = await real.directory()

    assert set(directory.unreadable) == {("channel", "mail"), ("channel", "chat")}
    assert [each.id for each in directory.channels] == ["bobs"]
    assert "SECRET" not in repr((directory.unreadable, logs))


async def test_a_channel_of_which_cannot_be_read_how_it_stands_is_set_aside(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.STANDINGS, "mail", failures="many")

    problem = (await real.directory()).unreadable["channel", "mail"]

    assert problem.startswith("how it stands: failures: Input should be a valid integer")
    with pytest.raises(UnreadableError):
        await real.stand("mail", lambda standing: standing)


async def test_what_cannot_be_read_can_be_replaced(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await real.stand("mail", lambda standing: standing.confirmed(NOW, "ann"))
    await spoil(redis, keys.SUBSCRIPTIONS, "sahel-ann", mode="hourly")
    await spoil(redis, keys.CHANNELS, "mail", port=1)
    await redis.hset(keys.CHANNELS, "chat", b"{")

    await real.put(channel("mail"))
    await real.put(channel("chat", url="slack://A1/B2/C3"))
    await real.put(subscription("mail"))

    directory = await real.directory()
    assert directory.unreadable == {}
    assert [each.id for each in directory.channels] == ["bobs", "chat", "mail"]
    # What the address was before cannot be told, so somebody must confirm it.
    assert directory.standing("mail") == Standing()


async def test_a_channel_that_cannot_be_read_stays_its_subscribers(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.CHANNELS, "mail", port=1)

    with pytest.raises(InvalidDocumentError):
        await real.put(channel("mail", subscriber="bob"))


async def test_what_cannot_be_read_can_be_deleted(real: RedisSubscriberStore, redis: Redis) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.SUBSCRIPTIONS, "sahel-bob", mode="hourly")
    await spoil(redis, keys.CHANNELS, "bobs", port=1)
    await spoil(redis, keys.SUBSCRIBERS, "ann", time_zone="Africa/Nowhere")

    await real.delete_subscription("sahel-bob")
    await real.delete_channel("bobs")
    await real.delete_subscriber("ann")

    directory = await real.directory()
    assert directory.unreadable == {}
    assert (directory.subscribers, directory.channels) == ((BOB,), ())
    assert await redis.hlen(keys.SUBSCRIPTIONS) == await redis.hlen(keys.CHANNELS) == 0


async def test_a_channel_that_cannot_be_read_is_not_sealed_anew(
    real: RedisSubscriberStore, redis: Redis
) -> None:
    await two_subscribers(real)
    await spoil(redis, keys.CHANNELS, "mail", port=1)
    before = await redis.hget(keys.CHANNELS, "mail")

    done = await real.reseal()

    assert (done.locked, done.unreadable) == ((), ("mail",))
    assert await redis.hget(keys.CHANNELS, "mail") == before
