"""A fake for every port: in memory, deterministic, and with the port's promises kept."""

from tocsin.testing.articles import FakeArticleLog, FakeArticlePublisher
from tocsin.testing.clock import FakeClock
from tocsin.testing.collection import FakeListStore, FakeRegionStore
from tocsin.testing.delivery_ledger import FakeDeliveryLedger
from tocsin.testing.idempotency import FakeIdempotencyLedger
from tocsin.testing.inbox import FakeInbox
from tocsin.testing.placeless import FakePlacelessArticles
from tocsin.testing.preferences import FakePreferences
from tocsin.testing.rule_store import FakeRuleStore
from tocsin.testing.sender import FakeSender
from tocsin.testing.sources import FakeSourceStore
from tocsin.testing.streams import FakeDeadLetters, FakeServiceRegistry, FakeStreamStatus
from tocsin.testing.subscriber_store import FakeSubscriberStore
from tocsin.testing.suppressions import FakeSuppressions


__all__ = [
    "FakeArticleLog",
    "FakeArticlePublisher",
    "FakeClock",
    "FakeDeadLetters",
    "FakeDeliveryLedger",
    "FakeIdempotencyLedger",
    "FakeInbox",
    "FakeListStore",
    "FakePlacelessArticles",
    "FakePreferences",
    "FakeRegionStore",
    "FakeRuleStore",
    "FakeSender",
    "FakeServiceRegistry",
    "FakeSourceStore",
    "FakeStreamStatus",
    "FakeSubscriberStore",
    "FakeSuppressions",
]
