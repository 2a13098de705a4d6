"""The console over the real store, and without it."""

from datetime import timedelta

import httpx2
from fastapi import FastAPI
from redis.asyncio import Redis

from console.office import GAZETTEER
from rig.secret_keys import KEYS, vault
from tocsin.adapters import keys, wire
from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.availability import available
from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.connection import connect
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.preferences import RedisPreferences
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.suppressions import RedisSuppressions
from tocsin.article import Article
from tocsin.delivery.links import Links
from tocsin.events import ArticleMatched, ArticleSummary, RuleMatch
from tocsin.ports.deliveries import Delivery
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin.testing import FakeClock
from tocsin_console.routes.access import Access
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.console import console


CLOCK = FakeClock()
LEASE = timedelta(seconds=30)


def over(redis: Redis) -> FastAPI:
    backends = Backends(
        clock=CLOCK,
        rules=RedisRuleStore(redis, CLOCK),
        subscribers=RedisSubscriberStore(redis, vault()),
        articles=RedisArticleLog(redis),
        placeless=RedisPlacelessArticles(redis),
        deliveries=RedisDeliveryLedger(redis),
        preferences=RedisPreferences(redis, CLOCK),
        suppressions=RedisSuppressions(redis),
        links=Links("", lambda: KEYS),
        dead_letters=RedisDeadLetters(redis),
        streams=RedisStreamStatus(redis),
        services=RedisServiceRegistry(redis),
        inbox=RedisInbox(redis),
        regions=RedisRegionStore(redis),
        atlas=Atlas(GAZETTEER, RedisRegionStore(redis)),
        lists=WordLists(RedisListStore(redis)),
    )
    access = Access(None, CLOCK)
    return console(backends, access, allowed_hosts=("localhost",), store_errors=available)


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_rule_that_cannot_be_read_is_told_replaced_at_its_version_and_deleted(
    redis: Redis,
) -> None:
    rule = {"id": "sahel", "name": "Sahel", "query": "JNIM"}
    async with client_of(over(redis)) as client:
        for rule_id in ("sahel", "chad"):
            await client.post("/api/v1/rules", json=rule | {"id": rule_id})
            await redis.hset(keys.RULES, rule_id, b'{"id": "none"}')
        await client.post("/api/v1/rules", json=rule | {"id": "mali"})

        listed = (await client.get("/api/v1/rules")).json()["items"]
        page = await client.get("/rules")
        problems = (await client.get("/api/v1/status")).json()["problems"]
        stale = await client.put("/api/v1/rules/sahel", json=rule, headers={"if-match": '"7"'})
        put = await client.put("/api/v1/rules/sahel", json=rule, headers={"if-match": '"1"'})
        gone = await client.delete("/api/v1/rules/chad")

    assert [each["id"] for each in listed] == ["mali"]
    assert page.status_code == 200
    assert "rule sahel cannot be read: name: Field required" in problems
    assert (stale.status_code, put.status_code, gone.status_code) == (412, 200, 204)
    assert put.json()["version"] == 2


async def test_from_a_rule_to_its_alert(redis: Redis) -> None:
    rule = {"id": "sahel", "name": "Sahel", "query": "JNIM", "regions": {"any": ["Mali"]}}
    async with client_of(over(redis)) as client:
        await client.post("/api/v1/rules", json=rule)
        await client.put("/api/v1/subscribers/desk", json={"id": "desk", "name": "Desk"})
        await client.put(
            "/api/v1/channels/mail",
            json={"id": "mail", "subscriber": "desk", "name": "Mail", "url": "mailto:a@b.example"},
        )
        await client.put(
            "/api/v1/subscriptions/s", json={"id": "s", "rule": "sahel", "subscriber": "desk"}
        )
        article = Article(
            id="a1", title="JNIM in Mali", text="Near Diboli.", fetched_at=CLOCK.now()
        )
        await RedisArticlePublisher(redis).publish([article])
        match = RuleMatch(rule_id="sahel", rule_name="Sahel", rule_version=1, query="JNIM")
        event = ArticleMatched(
            article=ArticleSummary.of(article), matches=(match,), matched_at=CLOCK.now()
        )
        await redis.xadd(ArticleMatched.stream, {wire.FIELD: wire.encode(event)})
        ledger = RedisDeliveryLedger(redis)
        await ledger.enqueue([Delivery("d1", "a1", "sahel", "s", "mail", "{}")])
        (claim,) = await ledger.claim("notifier", 1, LEASE)
        await ledger.begin(claim, LEASE)
        await ledger.delivered(claim, "250 ok")

        alerts = (await client.get("/api/v1/alerts")).json()["items"]
        why = (await client.get("/api/v1/why?article=a1&rule=sahel")).json()
        pages = [
            await client.get(path)
            for path in (
                *("/", "/alerts", "/rules", "/rules/sahel", "/rules/sahel/history"),
                *("/subscribers", "/dead-letters", "/inbox", "/articles/a1"),
                "/why?article=a1&rule=sahel",
            )
        ]

    assert alerts[0]["matches"][0]["deliveries"][0]["state"] == "delivered"
    assert why["matches"]
    assert [page.status_code for page in pages] == [200] * len(pages)


async def test_a_dead_letter_that_was_never_there_is_not_found(redis: Redis) -> None:
    async with client_of(over(redis)) as client:
        for letter in ("1-0", "nonsense", "1-0-0", "é"):
            read = await client.get(f"/api/v1/dead-letters/articles/{letter}")
            replayed = await client.post(f"/dead-letters/articles/{letter}/replay")

            assert (read.status_code, replayed.status_code) == (404, 404)


async def test_without_the_store_every_answer_says_so() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere, client_of(over(nowhere)) as client:
        api = [
            await client.get(f"/api/v1/{path}")
            for path in (
                *("rules", "rules/x", "rules/x/history", "subscribers", "channels", "alerts"),
                *("status", "dead-letters", "dead-letters/articles/1-0", "deliveries", "inbox"),
            )
        ]
        pages = [
            await client.get(path)
            for path in ("/", "/alerts", "/rules", "/subscribers", "/dead-letters", "/inbox")
        ]

    for answer in api:
        assert answer.status_code == 503, answer.url
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
    for page in pages:
        assert page.status_code == 503, page.url
        assert "the store cannot take this now" in page.text
