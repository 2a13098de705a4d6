"""What every Preferences promises; the fake and the real one alike."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from rig.processes import free_port
from tocsin.adapters import keys
from tocsin.adapters.connection import connect
from tocsin.adapters.preferences import RedisPreferences
from tocsin.errors import StoreUnavailableError
from tocsin.ports.preferences import (
    Muted,
    Preferences,
    Rating,
    Snoozed,
    Unsubscribed,
    WantsDigest,
    Wish,
)
from tocsin.testing import FakeClock, FakePreferences


CLOCK = FakeClock()
HOUR = timedelta(hours=1)
EVERY = (
    Unsubscribed("ann.sahel", "ann-mail"),
    Snoozed("ann.sahel", CLOCK.now() + HOUR),
    Muted("ann", "story-1", CLOCK.now() + HOUR),
    WantsDigest("ann.sahel"),
)


@pytest.fixture(params=["fake", "redis"])
def preferences(request: pytest.FixtureRequest) -> Preferences:
    if request.param == "fake":
        return FakePreferences(CLOCK)
    redis: Redis = request.getfixturevalue("redis")
    return RedisPreferences(redis, CLOCK)


async def test_nobody_wishes_anything_at_first(preferences: Preferences) -> None:
    wishes = await preferences.wishes()

    assert not wishes.is_unsubscribed("ann.sahel", "ann-mail")
    assert wishes.snoozed_until("ann.sahel", CLOCK.now()) is None
    assert wishes.muted_until("ann", "story-1", CLOCK.now()) is None
    assert not wishes.wants_digest("ann.sahel")


async def test_an_unsubscription_is_of_one_subscription_on_one_channel(
    preferences: Preferences,
) -> None:
    await preferences.wish(Unsubscribed("ann.sahel", "ann-mail"))

    wishes = await preferences.wishes()
    assert wishes.is_unsubscribed("ann.sahel", "ann-mail")
    assert not wishes.is_unsubscribed("ann.sahel", "ann-slack")
    assert not wishes.is_unsubscribed("ann.mali", "ann-mail")


async def test_a_snooze_ends_by_itself(preferences: Preferences) -> None:
    until = CLOCK.now() + HOUR
    await preferences.wish(Snoozed("ann.sahel", until))

    wishes = await preferences.wishes()
    assert wishes.snoozed_until("ann.sahel", CLOCK.now()) == until
    assert wishes.snoozed_until("ann.sahel", until) is None
    assert wishes.snoozed_until("ann.mali", CLOCK.now()) is None


async def test_a_later_snooze_replaces_the_one_before(preferences: Preferences) -> None:
    await preferences.wish(Snoozed("ann.sahel", CLOCK.now() + HOUR))
    await preferences.wish(Snoozed("ann.sahel", CLOCK.now() + 2 * HOUR))

    wishes = await preferences.wishes()
    assert wishes.snoozed_until("ann.sahel", CLOCK.now()) == CLOCK.now() + 2 * HOUR


async def test_a_story_is_muted_for_one_subscriber(preferences: Preferences) -> None:
    until = CLOCK.now() + HOUR
    await preferences.wish(Muted("ann", "story-1", until))

    wishes = await preferences.wishes()
    assert wishes.muted_until("ann", "story-1", CLOCK.now()) == until
    assert wishes.muted_until("ann", "story-1", until) is None
    assert wishes.muted_until("bob", "story-1", CLOCK.now()) is None
    assert wishes.muted_until("ann", "story-2", CLOCK.now()) is None


async def test_a_digest_may_be_wished_for(preferences: Preferences) -> None:
    await preferences.wish(WantsDigest("ann.sahel"))

    assert (await preferences.wishes()).wants_digest("ann.sahel")


@pytest.mark.parametrize("wish", EVERY)
async def test_a_wish_is_noted_once_and_can_be_taken_back(
    preferences: Preferences, wish: Wish
) -> None:
    before = await preferences.wishes()

    assert await preferences.wish(wish)
    noted = await preferences.wishes()
    assert not await preferences.wish(wish), "it stands so already"
    assert await preferences.wishes() == noted
    assert await preferences.withdraw(wish)
    assert not await preferences.withdraw(wish), "it is gone already"

    after = await preferences.wishes()
    assert before.revision < noted.revision < after.revision
    assert not after.unsubscribed
    assert not after.digests
    assert not after.snoozed
    assert not after.muted


async def test_every_wish_stands_for_itself(preferences: Preferences) -> None:
    for wish in EVERY:
        await preferences.wish(wish)
    await preferences.withdraw(EVERY[0])

    wishes = await preferences.wishes()
    assert not wishes.unsubscribed
    assert (len(wishes.snoozed), len(wishes.muted), len(wishes.digests)) == (1, 1, 1)


async def test_what_another_process_noted_counts_at_once(redis: Redis) -> None:
    here, there = RedisPreferences(redis, CLOCK), RedisPreferences(redis, CLOCK)
    await here.wishes()

    await there.wish(WantsDigest("ann.sahel"))

    assert (await here.wishes()).wants_digest("ann.sahel")


async def test_what_has_ended_is_forgotten_when_the_next_wish_comes(redis: Redis) -> None:
    clock = FakeClock()
    preferences = RedisPreferences(redis, clock)
    await preferences.wish(Muted("ann", "story-1", clock.now() + HOUR))
    clock.advance(hours=2)

    await preferences.wish(Muted("ann", "story-2", clock.now() + HOUR))

    assert list((await preferences.wishes()).muted) == [("ann", "story-2")]
    assert await redis.hlen(keys.WISHES) == 1


async def test_the_last_word_on_an_alert_counts(preferences: Preferences) -> None:
    assert await preferences.ratings([]) == {}
    await preferences.rate("d1", useful=True)
    await preferences.rate("d1", useful=False)
    await preferences.rate("d2", useful=True)

    assert await preferences.ratings(["d1", "d2", "d3"]) == {
        "d1": Rating(useful=False, at=CLOCK.now()),
        "d2": Rating(useful=True, at=CLOCK.now()),
    }


async def test_a_rating_is_kept_for_thirty_days(redis: Redis) -> None:
    await RedisPreferences(redis, CLOCK).rate("d1", useful=True)

    assert await redis.ttl(keys.rating("d1")) == timedelta(days=30).total_seconds()


async def test_without_the_store_nothing_is_pretended() -> None:
    redis = connect(f"redis://127.0.0.1:{free_port()}/0")
    preferences = RedisPreferences(redis, CLOCK)

    with pytest.raises(StoreUnavailableError):
        await preferences.wishes()
    with pytest.raises(StoreUnavailableError):
        await preferences.wish(EVERY[0])
    with pytest.raises(StoreUnavailableError):
        await preferences.rate("d1", useful=True)
    await redis.aclose()
