"""The console process: the only module that names adapters."""

from functools import partial

from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.availability import available
from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.connection import connect
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.gazetteer.load import load
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.key_ring import key_ring
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.preferences import RedisPreferences
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.suppressions import RedisSuppressions
from tocsin.adapters.system_clock import SystemClock
from tocsin.adapters.vault import Vault
from tocsin.delivery.links import Links
from tocsin.runtime import process
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin_console.routes.access import Access
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.console import console
from tocsin_console.settings import ConsoleSettings


async def serve(settings: ConsoleSettings) -> None:
    redis = connect(settings.redis_url)
    clock = SystemClock()
    regions = RedisRegionStore(redis)
    keys = key_ring(settings.secret_keys, settings.secret_keys_file)
    subscribers = RedisSubscriberStore(redis, Vault(keys.find))
    backends = Backends(
        clock=clock,
        rules=RedisRuleStore(redis, clock),
        subscribers=subscribers,
        articles=RedisArticleLog(redis),
        placeless=RedisPlacelessArticles(redis),
        deliveries=RedisDeliveryLedger(redis),
        preferences=RedisPreferences(redis, clock),
        suppressions=RedisSuppressions(redis),
        links=Links(settings.public_url, keys.current),
        dead_letters=RedisDeadLetters(redis),
        streams=RedisStreamStatus(redis),
        services=RedisServiceRegistry(redis),
        inbox=RedisInbox(redis),
        regions=regions,
        atlas=Atlas(load(), regions),
        lists=WordLists(RedisListStore(redis)),
    )
    token = settings.token.get_secret_value() if settings.token else None
    bounce_token = settings.bounce_token.get_secret_value() if settings.bounce_token else None
    app = console(
        backends,
        Access(token, clock, bounce_token, settings.public_url),
        allowed_hosts=settings.hosts,
        store_errors=available,
    )
    await process.serve(
        "console", settings, redis=redis, app=app, on_start=(partial(subscribers.begin, clock),)
    )


def main() -> None:
    process.run("console", ConsoleSettings, serve)
