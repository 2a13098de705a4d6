"""A console over fakes, and the ways in which things come to be shown in it."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import count
from typing import cast

import httpx2
from fastapi import FastAPI

from rig.secret_keys import KEYS
from tocsin.adapters.availability import available
from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.delivery.links import Links
from tocsin.documents import (
    ChannelDocument,
    RuleDocument,
    SubscriberDocument,
    SubscriptionDocument,
)
from tocsin.documents.rule import compile_rule
from tocsin.events import ArticleMatched, ArticleSummary, RuleMatch
from tocsin.matching import ArticleView, ExplainedMatch, explain
from tocsin.ports.deliveries import Delivery
from tocsin.ports.inbox import InboxMessage
from tocsin.ports.streams import DeadLetter
from tocsin.regions.geoparser import Geoparser
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin.testing import (
    FakeArticleLog,
    FakeArticlePublisher,
    FakeClock,
    FakeDeadLetters,
    FakeDeliveryLedger,
    FakeInbox,
    FakeListStore,
    FakePlacelessArticles,
    FakePreferences,
    FakeRegionStore,
    FakeRuleStore,
    FakeServiceRegistry,
    FakeStreamStatus,
    FakeSubscriberStore,
    FakeSuppressions,
)
from tocsin_console.routes.access import Access
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.console import console


GAZETTEER = load()
GEOPARSER = Geoparser(GAZETTEER)
LEASE = timedelta(seconds=30)
SECRET = "hRxXhRxXhRxXhRxXhRxXhRxX"


CLOCK = FakeClock()


NUMBERS = count()


class NothingBehind:
    """Stands for the backends until an office moves in."""


@cache
def building(token: str | None) -> FastAPI:
    """Return the application, which takes long to make, without what is behind it."""
    nothing = cast("Backends", NothingBehind())
    access = Access(token, CLOCK)
    return console(nothing, access, allowed_hosts=("localhost",), store_errors=available)


class Office:
    """One at a time for each token: they share the building."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self.clock = CLOCK
        self.rules = FakeRuleStore(self.clock)
        self.subscribers = FakeSubscriberStore()
        self.publisher = FakeArticlePublisher(self.clock)
        self.placeless = FakePlacelessArticles()
        self.articles = FakeArticleLog(self.publisher)
        self.deliveries = FakeDeliveryLedger(self.clock)
        self.preferences = FakePreferences(self.clock)
        self.suppressions = FakeSuppressions()
        self.links = Links("http://localhost:8000", lambda: KEYS)
        self.dead_letters = FakeDeadLetters()
        self.streams = FakeStreamStatus()
        self.services = FakeServiceRegistry(self.clock)
        self.inbox = FakeInbox()
        self.regions = FakeRegionStore()
        self.lists = FakeListStore()
        self.app = building(token)
        self.app.state.backends = Backends(
            clock=self.clock,
            rules=self.rules,
            subscribers=self.subscribers,
            articles=self.articles,
            placeless=self.placeless,
            deliveries=self.deliveries,
            preferences=self.preferences,
            suppressions=self.suppressions,
            links=self.links,
            dead_letters=self.dead_letters,
            streams=self.streams,
            services=self.services,
            inbox=self.inbox,
            regions=self.regions,
            atlas=Atlas(GAZETTEER, self.regions),
            lists=WordLists(self.lists),
        )

    def client(self, **headers: str) -> httpx2.AsyncClient:
        """Return a client that comes from an address of its own."""
        transport = httpx2.ASGITransport(app=self.app, client=(f"client-{next(NUMBERS)}", 1))
        return httpx2.AsyncClient(
            transport=transport, base_url="http://localhost:8000", headers=headers
        )

    async def rule(
        self, rule_id: str = "sahel", query: str = "JNIM", name: str = "JNIM in the Sahel"
    ) -> RuleDocument:
        return await self.rules.put(RuleDocument(id=rule_id, name=name, query=query), who="ann")

    async def subscriber(self, rule_id: str | None = None) -> None:
        """Add the Africa desk with a Slack channel, subscribed to a rule if one is named."""
        await self.subscribers.put(SubscriberDocument(id="desk", name="Africa desk"))
        url = f"slack://TJHRUTFS6/BJHRUTFS6/{SECRET}"
        await self.subscribers.put(
            ChannelDocument.model_validate(
                {"id": "desk-slack", "subscriber": "desk", "name": "#sahel", "url": url}
            )
        )
        if rule_id is not None:
            await self.subscribers.put(
                SubscriptionDocument(id=f"desk-{rule_id}", rule=rule_id, subscriber="desk")
            )

    def article(
        self,
        article_id: str = "a1",
        title: str = "JNIM attacks a convoy near Diboli",
        text: str = "Fighters of JNIM attacked an army convoy near Diboli in Mali.",
        url: str = "https://news.example/diboli",
    ) -> Article:
        return Article(
            id=article_id,
            title=title,
            text=text,
            fetched_at=self.clock.now(),
            url=url,
            source="news.example",
            language="en",
        )

    async def matched(self, article: Article, *rules: RuleDocument) -> None:
        """Let an article come in and match these rules, as the matcher would tell it."""
        await self.publisher.publish([article])
        view = ArticleView(article, GEOPARSER.locate(article))
        compiled = [compile_rule(rule, GAZETTEER) for rule in rules]
        matches = [ExplainedMatch(rule, explain(rule, view)) for rule in compiled]
        event = ArticleMatched(
            article=ArticleSummary.of(article),
            matches=tuple(RuleMatch.of(match, article, GAZETTEER) for match in matches),
            matched_at=self.clock.now(),
        )
        self.articles.matches.append(event)

    async def delivery(self, article_id: str, rule_id: str, *, dead: str = "") -> str:
        """Deliver an alert to the desk, or fail to for the reason that is given."""
        delivery = Delivery(
            id=f"{article_id}-{rule_id}",
            article_id=article_id,
            rule_id=rule_id,
            subscription_id=f"desk-{rule_id}",
            channel_id="desk-slack",
            payload="{}",
        )
        await self.deliveries.enqueue([delivery])
        (claim,) = await self.deliveries.claim("notifier", 1, LEASE)
        await self.deliveries.begin(claim, LEASE)
        if dead:
            await self.deliveries.dead(claim, dead)
        else:
            await self.deliveries.delivered(claim, "ok")
        return delivery.id

    def letter(self, fields: dict[bytes, bytes] | None = None) -> DeadLetter:
        letter = DeadLetter(
            id="1700000000000-0",
            stream="{tocsin}:articles",
            group="matcher",
            entry_id="1690000000000-0",
            reason="ValidationError: no title",
            deliveries=5,
            consumer="host-1",
            at=self.clock.now(),
            traceback="Traceback (most recent call last):\n  ValidationError",
            fields=fields or {b"__data__": b'\x89BIN{"id": "a1"}'},
        )
        self.dead_letters.letters[letter.stream, letter.id] = letter
        return letter

    async def mail(self, html: str = "<p>Hello</p>", subject: str = "News") -> str:
        await self.inbox.add(
            InboxMessage(
                id="",
                kind="email",
                received_at=self.clock.now(),
                recipient="desk@example.org",
                subject=subject,
                text="Hello",
                html=html,
                raw=b"Subject: News\r\n\r\nHello",
            )
        )
        (last,) = await self.inbox.recent(1)
        return last.id

    async def all_of_it(self) -> Sequence[str]:
        """Put something on every page; return the pages' addresses."""
        rule = await self.rule()
        await self.subscriber(rule.id)
        await self.matched(self.article(), rule)
        await self.delivery("a1", rule.id)
        await self.matched(self.article("a2"), rule)
        await self.delivery("a2", rule.id, dead="404 channel_not_found")
        self.letter()
        mail = await self.mail()
        return [
            *("/", "/alerts", "/alerts?rule=sahel", "/articles/a1", "/why?article=a1&rule=sahel"),
            *("/rules", "/rules?q=jnim", "/new-rule", "/rules/sahel", "/rules/sahel/history"),
            *("/regions", "/regions?q=kayes"),
            *("/subscribers", "/subscribers/desk", "/subscriptions/desk-sahel"),
            *("/dead-letters", "/dead-letters/articles/1700000000000-0"),
            *("/inbox", f"/inbox/{mail}", f"/inbox/{mail}/html"),
        ]
