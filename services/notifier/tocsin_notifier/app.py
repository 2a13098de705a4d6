"""Composition root: the one module that knows which adapter serves which port."""

import random
import secrets
import sys
import threading
from functools import partial

import structlog

from tocsin.adapters.connection import connect
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.key_ring import key_ring
from tocsin.adapters.preferences import RedisPreferences
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.suppressions import RedisSuppressions
from tocsin.adapters.system_clock import SystemClock
from tocsin.adapters.vault import Vault
from tocsin.delivery.links import Links
from tocsin.delivery.pace import paces
from tocsin.events import ArticleMatched
from tocsin.runtime import process
from tocsin.runtime.worker import StreamWorker
from tocsin_notifier.adapters import egress, http_seam, smtp_seam
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.journal import SentJournal
from tocsin_notifier.adapters.self_test import expect_tamed_apprise
from tocsin_notifier.adapters.services import install_plugins
from tocsin_notifier.audience import LiveAudience
from tocsin_notifier.messages import Letters, WritingDesk
from tocsin_notifier.sending import (
    Caretaker,
    ChannelWatch,
    Courier,
    Dispatcher,
    Gauges,
    NothingMatched,
    recover,
)
from tocsin_notifier.settings import NotifierSettings
from tocsin_notifier.subscribers import Fanout


log = structlog.get_logger()


async def serve(settings: NotifierSettings) -> None:
    tame_apprise(settings)
    # A thread that got an answer has its turn before anything can happen to it: with 2 ms there were
    # several times as many doubles after a kill. It costs a tenth of the rate.
    sys.setswitchinterval(0.0005)
    clock = SystemClock()
    redis = connect(settings.redis_url, max_connections=settings.senders + 32)
    ledger = RedisDeliveryLedger(redis)
    keys = key_ring(settings.secret_keys, settings.secret_keys_file)
    subscribers = RedisSubscriberStore(redis, Vault(keys.find))
    audience = LiveAudience(subscribers, RedisPreferences(redis, clock))
    links = Links(settings.public_url, keys.current) if settings.public_url else None
    journal = SentJournal(settings.journal_dir) if settings.journal_dir else None
    sender = AppriseSender(
        clock,
        relay=settings.relay,
        threads=settings.senders,
        desk=WritingDesk(links, settings.public_url),
        taken=journal.taken if journal else None,
    )
    suppressions = RedisSuppressions(redis)
    watch = ChannelWatch(sender, subscribers, suppressions, clock)
    courier = Courier(
        ledger,
        audience,
        watch,
        clock,
        random.random,
        suppressions,
        noted=journal.noted if journal else None,
    )
    caretaker = Caretaker(
        ledger,
        subscribers,
        suppressions,
        clock,
        lambda: secrets.token_hex(16),
        can_ask=links is not None,
    )
    worker = StreamWorker(redis, clock=clock)
    dispatcher = Dispatcher(
        ledger,
        courier.deliver,
        owner=worker.consumer,
        couriers=settings.senders,
        per_lane=settings.per_host,
        paces=paces(settings.relay_per_s),
    )
    worker.consume(
        ArticleMatched,
        group="notifier",
        handler=Fanout(ledger, audience, clock, dispatcher.nudge).enqueue,
    )
    try:
        await process.serve(
            "notifier",
            settings,
            redis=redis,
            worker=worker,
            on_start=(
                *((partial(recover, ledger, journal),) if journal else ()),
                partial(subscribers.begin, clock),
            ),
            background=(
                dispatcher.run,
                caretaker.follow,
                Gauges(ledger).follow,
                NothingMatched(ledger, audience, clock).follow,
            ),
            ready=(dispatcher.problem,),
            on_stop=(partial(dispatcher.drain, settings.grace_s),),
        )
    finally:
        sender.close()
        if journal is not None:
            journal.close()


def tame_apprise(settings: NotifierSettings) -> None:
    """Hook into Apprise, and make sure that the hooks hold.

    Raises:
        StartError: they do not.
    """
    http_seam.install()
    smtp_seam.install()
    letters = Letters(settings.templates)
    for problem in letters.problems():
        log.error("a template of yours cannot be used, ours is", problem=problem)
    install_plugins(settings.slack_stand_in, letters)
    egress.arm(egress.Policy.of(settings.egress_allow, exempt=threading.get_ident()))
    expect_tamed_apprise()
    if not settings.public_url:
        log.warning(
            "readers cannot reach the console: messages have no links, and nobody is asked whether "
            "they want alerts; confirm mail addresses yourself",
            setting="TOCSIN_PUBLIC_URL",
        )
    if settings.relay is None:
        log.warning(
            "no mail relay is set: channels of the form mailto:address cannot be reached",
            setting="TOCSIN_NOTIFIER_RELAY",
        )


def main() -> None:
    process.run("notifier", NotifierSettings, serve)
