"""What every SubscriberStore promises; the fake and the real one alike."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from contracts.directory_documents import ANN, BOB, channel, subscription
from rig.secret_keys import vault
from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.documents import (
    ChannelState,
    Standing,
    SubscriptionDocument,
)
from tocsin.errors import (
    InvalidDocumentError,
    NotFoundError,
    StoreUnavailableError,
)
from tocsin.ports.subscribers import SubscriberStore, channels_of
from tocsin.testing import FakeSubscriberStore


@pytest.fixture(params=["fake", "redis"])
def store(request: pytest.FixtureRequest) -> SubscriberStore:
    if request.param == "fake":
        return FakeSubscriberStore()
    return RedisSubscriberStore(request.getfixturevalue("redis"), vault())


async def test_a_directory_is_empty_at_first(store: SubscriberStore) -> None:
    directory = await store.directory()

    assert directory.revision == await store.revision() == 0
    assert (directory.subscribers, directory.channels, directory.subscriptions) == ((), (), ())


async def test_what_is_put_is_in_the_directory_by_id(store: SubscriberStore) -> None:
    mail, slack = channel("mail"), channel("chat", url="slack://A1/B2/C3")
    for document in (BOB, ANN, mail, slack):
        await store.put(document)
    await store.put(subscription("mail"))

    directory = await store.directory()

    assert directory.subscribers == (ANN, BOB)
    assert directory.channels == (slack, mail)
    assert directory.subscriptions == (subscription("mail"),)


async def test_a_channels_secret_survives_the_store(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("chat", url="slack://A1/B2/C3"))

    (stored,) = (await store.directory()).channels

    assert stored.url.get_secret_value() == "slack://A1/B2/C3"


async def test_each_change_raises_the_revision(store: SubscriberStore) -> None:
    revisions = [await store.revision()]
    for document in (ANN, channel("mail"), subscription(), ANN.model_copy(update={"name": "A"})):
        assert await store.put(document)
        revisions.append(await store.revision())
    await store.delete_subscription("sahel-ann")
    revisions.append(await store.revision())
    await store.delete_channel("mail")
    revisions.append(await store.revision())
    await store.delete_subscriber("ann")
    revisions.append(await store.revision())

    assert revisions == sorted(set(revisions))
    assert len(revisions) == 8


async def test_what_is_put_as_it_stands_changes_nothing(store: SubscriberStore) -> None:
    documents = (ANN, channel("mail"), subscription("mail"))
    for document in documents:
        await store.put(document)
    revision = await store.revision()

    assert [await store.put(document) for document in documents] == [False, False, False]
    assert await store.revision() == revision


async def test_a_channel_needs_its_subscriber(store: SubscriberStore) -> None:
    with pytest.raises(NotFoundError, match="no subscriber 'ann'"):
        await store.put(channel("mail"))

    assert await store.revision() == 0


async def test_a_subscription_needs_its_subscriber(store: SubscriberStore) -> None:
    with pytest.raises(NotFoundError, match="no subscriber 'ann'"):
        await store.put(subscription())


async def test_a_subscription_needs_the_channels_it_names(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))

    with pytest.raises(NotFoundError, match="no channel 'chat'"):
        await store.put(subscription("mail", "chat"))

    assert (await store.directory()).subscriptions == ()


async def test_nobody_subscribes_with_anothers_channel(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(BOB)
    await store.put(channel("mail", subscriber="bob"))

    with pytest.raises(NotFoundError, match="no channel 'mail'"):
        await store.put(subscription("mail"))


async def test_nobody_takes_anothers_channel(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(BOB)
    await store.put(channel("mail", subscriber="bob"))

    with pytest.raises(InvalidDocumentError, match="another subscriber's") as refusal:
        await store.put(channel("mail", subscriber="ann"))

    assert refusal.value.field == "/subscriber"


async def test_a_subscriber_leaves_with_all_that_is_theirs(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(BOB)
    await store.put(channel("mail"))
    await store.put(channel("bobs", subscriber="bob"))
    await store.put(subscription("mail"))
    await store.put(subscription(id_="sahel-bob", subscriber="bob"))

    await store.delete_subscriber("ann")

    directory = await store.directory()
    assert directory.subscribers == (BOB,)
    assert [document.id for document in directory.channels] == ["bobs"]
    assert [document.id for document in directory.subscriptions] == ["sahel-bob"]


async def test_a_subscription_forgets_a_deleted_channel(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))
    await store.put(channel("chat"))
    await store.put(subscription("mail", "chat"))

    await store.delete_channel("mail")

    directory = await store.directory()
    assert [document.id for document in directory.channels] == ["chat"]
    assert directory.subscriptions == (subscription("chat"),)


async def test_a_subscription_whose_last_named_channel_goes_is_disabled_not_widened(
    store: SubscriberStore,
) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))
    await store.put(channel("chat"))
    await store.put(subscription("mail"))

    await store.delete_channel("mail")

    (left,) = (await store.directory()).subscriptions
    assert (left.channels, left.enabled) == ((), False)


@pytest.mark.parametrize("kind", ["subscriber", "channel", "subscription"])
async def test_what_is_not_there_cannot_be_deleted(store: SubscriberStore, kind: str) -> None:
    with pytest.raises(NotFoundError, match=f"no {kind} 'nobody'"):
        await getattr(store, f"delete_{kind}")("nobody")


async def test_alerts_go_to_all_enabled_channels_unless_some_are_named(
    store: SubscriberStore,
) -> None:
    await store.put(ANN)
    await store.put(BOB)
    for document in (
        channel("chat"),
        channel("mail"),
        channel("off", enabled=False),
        channel("bobs", subscriber="bob"),
    ):
        await store.put(document)

    directory = await store.directory()

    def ids(wanted: SubscriptionDocument) -> list[str]:
        return [document.id for document in channels_of(directory, wanted)]

    assert ids(subscription()) == ["chat", "mail"]
    assert ids(subscription("mail", "off")) == ["mail"]


async def test_changes_at_once_all_count(store: SubscriberStore) -> None:
    await store.put(ANN)

    await asyncio.gather(*(store.put(channel(f"c{number}")) for number in range(20)))
    await asyncio.gather(*(store.delete_channel(f"c{number}") for number in range(10)))

    directory = await store.directory()
    assert len(directory.channels) == 10
    assert directory.revision == 31


async def test_no_channel_outlives_a_subscriber_deleted_at_that_moment(
    store: SubscriberStore,
) -> None:
    await store.put(ANN)

    await asyncio.gather(
        *(store.put(channel(f"c{number}")) for number in range(20)),
        store.delete_subscriber("ann"),
        return_exceptions=True,
    )

    assert (await store.directory()).channels == ()


async def test_what_another_process_changed_is_seen_at_once(redis: Redis, valkey_url: str) -> None:
    other = connect(valkey_url)
    ours, theirs = RedisSubscriberStore(redis, vault()), RedisSubscriberStore(other, vault())
    await ours.put(ANN)
    assert (await theirs.directory()).subscribers == (ANN,)

    await ours.put(BOB)

    assert (await theirs.directory()).subscribers == (ANN, BOB)
    await other.aclose()


async def test_a_directory_that_did_not_change_is_not_read_again(redis: Redis) -> None:
    store = RedisSubscriberStore(redis, vault())
    await store.put(ANN)

    assert await store.directory() is await store.directory()


async def test_a_stored_url_that_the_door_would_refuse_today_can_still_be_read(
    redis: Redis,
) -> None:
    store = RedisSubscriberStore(redis, vault())
    await store.put(ANN)
    await redis.hset(
        keys.CHANNELS,
        "old",
        '{"id": "old", "subscriber": "ann", "name": "old", "url": "irc://h/x", "enabled": true}',
    )
    await redis.incr(keys.DELIVERY_CHANGES)

    (old,) = (await store.directory()).channels

    assert old.url.get_secret_value() == "irc://h/x"


async def test_a_store_that_is_away_says_so(unused_tcp_port: int) -> None:
    nowhere = connect(f"redis://127.0.0.1:{unused_tcp_port}/0")
    store = RedisSubscriberStore(nowhere, vault())

    with pytest.raises(StoreUnavailableError):
        await store.directory()
    with pytest.raises(StoreUnavailableError):
        await store.put(ANN)
    await nowhere.aclose()


NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_nothing_is_known_of_a_new_channel(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))

    directory = await store.directory()

    assert directory.standings == {}
    assert directory.state(channel("mail")) is ChannelState.PENDING
    assert directory.state(channel("chat", url="slack://A1/B2/C3")) is ChannelState.ACTIVE


async def test_how_a_channel_stands_is_kept(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))
    before = await store.revision()

    standing = await store.stand("mail", lambda standing: standing.confirmed(NOW, "bob"))

    directory = await store.directory()
    assert directory.standing("mail") == standing
    assert store.last_standing("mail") == standing
    assert store.last_standing("chat") == Standing()
    assert standing.confirmed_by == "bob"
    assert directory.state(channel("mail")) is ChannelState.ACTIVE
    assert directory.revision > before
    await store.stand("mail", lambda standing: standing.confirmed(NOW, "eve"))
    assert (await store.directory()) == directory


async def test_a_channel_that_is_not_there_does_not_stand(store: SubscriberStore) -> None:
    with pytest.raises(NotFoundError):
        await store.stand("mail", lambda standing: standing)


async def test_another_address_must_be_confirmed_anew(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("mail"))
    await store.stand("mail", lambda standing: standing.confirmed(NOW, "bob"))

    await store.put(channel("mail").model_copy(update={"name": "renamed"}))
    assert (await store.directory()).standing("mail").confirmed_at == NOW
    await store.put(channel("mail", url="mailto:other@example.org"))

    standing = (await store.directory()).standing("mail")
    assert standing.confirmed_at is None
    assert [note.what for note in standing.notes] == ["confirmed the address"]


async def test_a_channel_that_is_gone_leaves_no_standing(store: SubscriberStore) -> None:
    for gone in (store.delete_channel("mail"), store.delete_subscriber("ann")):
        await store.put(ANN)
        await store.put(channel("mail"))
        await store.stand("mail", lambda standing: standing.confirmed(NOW, "bob"))

        await gone

        assert (await store.directory()).standings == {}


async def test_changes_of_a_standing_at_once_all_count(store: SubscriberStore) -> None:
    await store.put(ANN)
    await store.put(channel("chat", url="slack://A1/B2/C3"))

    await asyncio.gather(
        *(
            store.stand("chat", lambda standing: standing.failed(NOW, "404", for_good=False))
            for _ in range(10)
        )
    )

    assert (await store.directory()).standing("chat").failures == 10
