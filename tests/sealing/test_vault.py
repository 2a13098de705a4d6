"""What is secret of a channel, in the store: sealed, its own, and never lost."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from redis.asyncio import Redis

from rig.secret_keys import KEYS
from tocsin.adapters import keys
from tocsin.adapters.key_ring import KeyRing, key_ring
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.vault import NoKeyError, Vault
from tocsin.documents import ChannelDocument, ChannelState, SubscriberDocument, describe_channel
from tocsin.documents.channel_url import MAX_LENGTH, is_sealed, key_of, lane_of, schema_of
from tocsin.errors import StartError
from tocsin.secret_keys import SecretKey, SecretKeys
from tocsin.testing import FakeClock


CLOCK = FakeClock()
OLD, NEW, OTHER = (SecretKey(letter * 32) for letter in (b"o", b"n", b"x"))
SECRET = "XXXXXXXXXXXXXXXXXXXXXXXX"
URL = f"slack://T0/B0/{SECRET}"
IN_THE_OPEN = {"id": "hook", "subscriber": "ann", "name": "hook", "url": URL, "enabled": True}


def vault(*held: SecretKey) -> Vault:
    found = SecretKeys(held) if held else None
    return Vault(lambda: found)


def store(redis: Redis, *held: SecretKey) -> RedisSubscriberStore:
    return RedisSubscriberStore(redis, vault(*held))


def a_channel(url: str = URL, id_: str = "hook", name: str = "hook") -> ChannelDocument:
    return ChannelDocument(id=id_, subscriber="ann", name=name, url=SecretStr(url))


async def with_a_channel(redis: Redis, *held: SecretKey) -> RedisSubscriberStore:
    found = store(redis, *held)
    await found.put(SubscriberDocument(id="ann", name="Ann"))
    await found.put(a_channel())
    return found


async def stored(redis: Redis, id_: str = "hook") -> str:
    text = await redis.hget(keys.CHANNELS, id_)
    assert text is not None
    url: str = json.loads(text)["url"]
    return url


async def url_of(found: RedisSubscriberStore, id_: str = "hook") -> str:
    (channel,) = (each for each in (await found.directory()).channels if each.id == id_)
    return channel.url.get_secret_value()


@given(st.text(max_size=300), st.text(max_size=64))
def test_what_was_sealed_opens_again(url: str, channel_id: str) -> None:
    assert vault(NEW).open(channel_id, vault(NEW).seal(channel_id, url)) == url


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed = vault(OLD).seal("hook", URL)

    assert key_of(sealed) == OLD.id
    assert vault(NEW, OLD).open("hook", sealed) == URL
    assert key_of(vault(NEW, OLD).seal("hook", URL)) == NEW.id


def test_what_was_sealed_for_another_channel_stays_sealed() -> None:
    sealed = vault(NEW).seal("anns", URL)

    assert vault(NEW).open("bobs", sealed) == sealed


def test_what_no_key_opens_stays_sealed_and_can_be_shown() -> None:
    sealed = vault(OLD).seal("hook", URL)

    assert vault(NEW).open("hook", sealed) == sealed
    assert vault().open("hook", sealed) == sealed
    assert (schema_of(sealed), lane_of(sealed)) == ("sealed", "sealed")


def test_nothing_is_sealed_without_a_key() -> None:
    with pytest.raises(NoKeyError, match="TOCSIN_SECRET_KEYS"):
        vault().seal("hook", URL)


async def test_no_url_is_in_the_store_in_the_open(redis: Redis) -> None:
    found = await with_a_channel(redis, NEW)

    assert is_sealed(await stored(redis))
    for key in await redis.keys("*"):
        if await redis.type(key) == b"hash":
            assert SECRET not in str(await redis.hgetall(key))
    assert await url_of(found) == URL


async def test_a_url_that_did_not_change_keeps_its_seal(redis: Redis) -> None:
    found = await with_a_channel(redis, NEW)
    before = await stored(redis)

    assert not await found.put(a_channel())
    assert await store(redis, NEW, OLD).put(a_channel(name="renamed"))
    assert await stored(redis) == before
    assert await found.put(a_channel("slack://T0/B0/Y"))
    assert await stored(redis) != before


async def test_a_sealed_url_moved_to_another_channel_reaches_nobody(redis: Redis) -> None:
    found = await with_a_channel(redis, NEW)
    await found.put(a_channel("mailto:mallory@example.org", id_="mallory"))
    moved = IN_THE_OPEN | {"id": "mallory", "url": await stored(redis)}
    await redis.hset(keys.CHANNELS, "mallory", json.dumps(moved))
    await redis.incr(keys.DELIVERY_CHANGES)

    assert is_sealed(await url_of(found, "mallory"))
    assert await found.locked() == ("mallory",)
    assert await url_of(found) == URL


async def test_what_is_in_the_open_is_read_and_sealed_when_a_service_starts(redis: Redis) -> None:
    found = await with_a_channel(redis, NEW)
    await redis.hset(keys.CHANNELS, "hook", json.dumps(IN_THE_OPEN))
    await redis.incr(keys.DELIVERY_CHANGES)
    assert await url_of(found) == URL

    await found.begin(CLOCK)

    assert key_of(await stored(redis)) == NEW.id
    assert await url_of(found) == URL


async def test_an_address_that_an_older_version_wrote_to_counts_as_confirmed(redis: Redis) -> None:
    found = await with_a_channel(redis, NEW)
    mail = IN_THE_OPEN | {"url": "mailto:ann@example.org"}
    await redis.hset(keys.CHANNELS, "hook", json.dumps(mail))
    await redis.incr(keys.DELIVERY_CHANGES)

    await found.begin(CLOCK)

    directory = await found.directory()
    assert directory.state(directory.channels[0]) is ChannelState.ACTIVE
    assert directory.standing("hook").confirmed_by == "an older version"


async def test_a_service_does_not_start_without_the_key_and_nothing_is_lost(redis: Redis) -> None:
    await with_a_channel(redis, OLD)
    before = await stored(redis)

    with pytest.raises(StartError, match=f"lacks the key {OLD.id} .* 1 channels .*hook"):
        await store(redis, NEW).begin(CLOCK)
    with pytest.raises(StartError, match="lacks the key"):
        await store(redis).begin(CLOCK)

    assert await stored(redis) == before
    await store(redis, NEW, OLD).begin(CLOCK)


async def test_whoever_lacks_the_key_can_change_all_but_the_url_and_lose_nothing(
    redis: Redis,
) -> None:
    await with_a_channel(redis, OLD)
    without = store(redis, NEW)
    (locked,) = (await without.directory()).channels
    assert describe_channel(locked) == "cannot be opened with our keys"

    await without.put(locked.model_copy(update={"name": "renamed"}))

    assert await url_of(store(redis, OLD)) == URL


async def test_a_rotation_seals_everything_with_the_first_key(redis: Redis) -> None:
    await with_a_channel(redis, OLD)

    done = await store(redis, NEW, OLD).reseal()

    assert (done.count, done.locked) == (1, ())
    assert key_of(await stored(redis)) == NEW.id
    assert await url_of(store(redis, NEW)) == URL
    assert (await store(redis, NEW, OLD).reseal()).count == 0


async def test_the_longest_url_can_be_read_without_its_key(redis: Redis) -> None:
    longest = "json://h.example/".ljust(MAX_LENGTH, "x")
    with_key = await with_a_channel(redis, OLD)
    await with_key.put(a_channel(longest))

    without = store(redis, OTHER)

    assert await url_of(with_key) == longest
    assert is_sealed(await url_of(without))
    assert await without.locked() == ("hook",)


async def test_a_rotation_leaves_what_it_cannot_open_and_names_it(redis: Redis) -> None:
    await with_a_channel(redis, OTHER)
    before = await stored(redis)

    done = await store(redis, NEW, OLD).reseal()

    assert (done.count, done.locked) == (0, ("hook",))
    assert await stored(redis) == before


async def test_what_was_prepared_with_the_old_key_is_not_put_after_a_rotation(
    redis: Redis,
) -> None:
    held = SecretKeys((OLD,))
    slow = RedisSubscriberStore(redis, Vault(lambda: held))
    await slow.put(SubscriberDocument(id="ann", name="Ann"))
    prepared = slow._put_channel(await slow._current(), a_channel())
    revision = str(await slow.revision())
    held = SecretKeys((NEW, OLD))
    await slow.reseal()  # of nothing, but it counts

    assert await slow._apply(prepared, revision) == -1
    await slow.put(a_channel())

    assert key_of(await stored(redis)) == NEW.id


def test_a_file_of_keys_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(SecretKeys((OLD,)).as_file())
    ring = key_ring(SecretKeys((OLD,)), file)
    assert ring.current() == SecretKeys((OLD,))

    file.write_text(SecretKeys((NEW, OLD)).as_file())

    assert ring.current() == SecretKeys((NEW, OLD))


def test_a_file_that_is_replaced_while_it_is_read_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, new = tmp_path / "keys", tmp_path / "new"
    file.write_text(SecretKeys((OLD,)).as_file())
    new.write_text(SecretKeys((NEW, OLD)).as_file())
    read = Path.read_text

    def overtaken(path: Path, encoding: str | None = None) -> str:
        text = read(path, encoding)
        if new.exists():
            new.replace(file)
        return text

    monkeypatch.setattr(Path, "read_text", overtaken)

    assert KeyRing.of_file(file).find() == SecretKeys((NEW, OLD))


def test_a_file_that_was_spoilt_takes_no_key_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "keys"
    file.write_text(SecretKeys((OLD,)).as_file())
    ring = KeyRing.of_file(file)
    with caplog.at_level(logging.CRITICAL):
        file.write_text("spoilt")
        assert ring.current() == SecretKeys((OLD,))
        file.unlink()
        assert ring.current() == SecretKeys((OLD,))


def test_keys_of_a_setting_are_not_taken_from_a_file_that_has_others(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(KEYS.as_file())

    ring = key_ring(SecretKeys((OLD,)), file)

    assert (ring.current(), ring.path) == (SecretKeys((OLD,)), None)
    (tmp_path / "empty").touch()
    with pytest.raises(StartError, match="holds no key"):
        KeyRing.of_file(tmp_path / "empty")
