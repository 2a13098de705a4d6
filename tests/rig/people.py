"""Those who write rules and those who want to be told."""

from collections.abc import Iterable, Sequence

from pydantic import SecretStr
from redis.asyncio import Redis

from rig.secret_keys import vault
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.system_clock import SystemClock
from tocsin.documents import (
    ChannelDocument,
    RuleDocument,
    SubscriberDocument,
    SubscriptionDocument,
)


SLACK_URL = "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


async def save_rules(redis: Redis, rules: Iterable[RuleDocument]) -> None:
    store = RedisRuleStore(redis, SystemClock())
    for rule in rules:
        await store.put(rule, who="rig")


async def add_reader(redis: Redis, reader: str, *, slack: bool = False) -> None:
    """Add a subscriber with a mailbox of their own, and a Slack channel on request."""
    store = RedisSubscriberStore(redis, vault())
    clock = SystemClock()
    await store.put(SubscriberDocument(id=reader, name=reader))
    mailbox = SecretStr(f"mailto:{reader}@reader.example")
    await store.put(
        ChannelDocument(id=f"{reader}-mail", subscriber=reader, name="mail", url=mailbox)
    )
    await store.stand(f"{reader}-mail", lambda standing: standing.confirmed(clock.now(), "rig"))
    if slack:
        url = SecretStr(SLACK_URL)
        await store.put(
            ChannelDocument(id=f"{reader}-slack", subscriber=reader, name="slack", url=url)
        )


async def subscribe(redis: Redis, reader: str, rules: Sequence[str]) -> None:
    store = RedisSubscriberStore(redis, vault())
    for rule in rules:
        subscription = SubscriptionDocument(id=f"{reader}-{rule}", rule=rule, subscriber=reader)
        await store.put(subscription)
