"""The tocsin command; with the demo inbox, the only module that names adapters."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from tocsin.adapters.article_log import RedisArticleLog
from tocsin.adapters.availability import available
from tocsin.adapters.collection import RedisListStore, RedisRegionStore
from tocsin.adapters.connection import connect
from tocsin.adapters.dead_letters import RedisDeadLetters
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.adapters.gazetteer.build import build
from tocsin.adapters.gazetteer.load import load as load_gazetteer
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.key_ring import KeyRing, key_ring
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.preferences import RedisPreferences
from tocsin.adapters.rule_store import RedisRuleStore
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.source_store import RedisSourceStore
from tocsin.adapters.store_checks import check_durable, check_reachable
from tocsin.adapters.stream_status import RedisStreamStatus
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.suppressions import RedisSuppressions
from tocsin.adapters.system_clock import SystemClock
from tocsin.adapters.vault import Vault
from tocsin.documents import RegionDocument, own_place
from tocsin.errors import InvalidDocumentError, StartError
from tocsin.regions.entities import OwnPlace
from tocsin.regions.gazetteer import Gazetteer
from tocsin.rules import Expression
from tocsin.runtime.logs import beside_output, mask
from tocsin_cli.adapters.data_folder import DataFolder
from tocsin_cli.adapters.editor import edit, keep
from tocsin_cli.adapters.ingest_client import IngestClient
from tocsin_cli.adapters.key_file import KeyFile
from tocsin_cli.adapters.up import Up
from tocsin_cli.commands.command_line import command_line
from tocsin_cli.commands.demo import load_where_untouched
from tocsin_cli.commands.documents import checks
from tocsin_cli.commands.session import Ingest, Session, Store, StoreAwayError
from tocsin_cli.settings import DEFAULT_REDIS_URL, CliSettings
from tocsin_cli.supervision.plan import LOOPBACK, Wanted
from tocsin_cli.supervision.screen import Screen


@cache  # loaded once, and only where it is asked for
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@cache
def gazetteer_with(own: tuple[RegionDocument, ...]) -> Gazetteer:
    return gazetteer().with_own(_usable(own)) if own else gazetteer()


def _usable(own: tuple[RegionDocument, ...]) -> Iterator[OwnPlace]:
    for region in own:
        # One whose parent is gone is told of by the matcher, and by whoever names it.
        with suppress(InvalidDocumentError):
            yield own_place(region, gazetteer())


@dataclass(slots=True)
class World:
    """The gazetteer, with the regions of the store that was opened last; can be sent to a process.

    What it was told to ``know`` it goes on knowing. ``lists`` are that store's, None as long as none was opened.
    """

    own: tuple[RegionDocument, ...] = ()
    told: tuple[RegionDocument, ...] = ()
    lists: Mapping[str, Expression] | None = None

    def know(self, regions: tuple[RegionDocument, ...]) -> None:
        self.told = regions

    def __call__(self) -> Gazetteer:
        return gazetteer_with(self.told or self.own)


def open_session(settings: CliSettings, who: str) -> Session:
    beside_output()
    clock = SystemClock()
    world = World()

    @asynccontextmanager
    async def open_known(url: str) -> AsyncIterator[Store]:
        async with open_store(url, settings) as store:
            world.own = (await store.regions.all()).documents
            world.lists = {
                each.id: each.expression() for each in (await store.lists.all()).documents
            }
            yield store

    @asynccontextmanager
    async def open_ingest(
        url: str, patience_s: float, waiting: Callable[[str, float], None]
    ) -> AsyncIterator[Ingest]:
        token = settings.ingest_token.get_secret_value() if settings.ingest_token else None
        async with IngestClient.connected(
            url or ingest_url(settings), token, patience_s=patience_s, waiting=waiting
        ) as client:
            yield client

    async def run_up(wanted: Wanted, screen: Screen, *, demo: bool) -> None:
        async def check(url: str) -> None:
            async with usable(url) as redis:
                if not settings.unsafe_store:
                    await check_durable(redis)
                await RedisSubscriberStore(redis, Vault(keys_of(settings).find)).expect_keys()

        async def prepare(url: str) -> None:
            if demo:
                async with open_known(url) as store:
                    loaded = await load_where_untouched(store, checks(session), who, clock.now())
                if loaded:
                    screen.note(f"the store was empty: put the demo's {loaded} rules into it")

        await Up(settings, screen, check, prepare).run(wanted)

    session = Session(
        settings=settings,
        who=who,
        clock=clock,
        gazetteer=world,
        know=world.know,
        lists=lambda: _known_lists(world, open_known(store_url(settings))),
        build_gazetteer=lambda folder: build(folder) if folder else build(),
        open_store=lambda: open_known(store_url(settings)),
        ingest=open_ingest,
        run_up=run_up,
        edit=edit,
        keep=keep,
        serve_inbox=serve_inbox,
    )
    return session


def _known_lists(
    world: World, store: AbstractAsyncContextManager[Store]
) -> Mapping[str, Expression]:
    """Return the lists of the store that was opened last, or else of this one if it can be."""

    async def opened() -> None:
        async with store:
            pass

    if world.lists is None:
        with suppress(StoreAwayError):
            asyncio.run(opened())
    return world.lists or {}


@asynccontextmanager
async def open_store(url: str, settings: CliSettings) -> AsyncIterator[Store]:
    clock = SystemClock()
    keys = keys_of(settings)
    async with usable(url) as redis:
        with available():
            subscribers = RedisSubscriberStore(redis, Vault(keys.find))
            yield Store(
                rules=RedisRuleStore(redis, clock),
                regions=RedisRegionStore(redis),
                lists=RedisListStore(redis),
                subscribers=subscribers,
                sealing=subscribers,
                keys=KeyFile(keys),
                sources=RedisSourceStore(redis, clock),
                articles=RedisArticleLog(redis),
                placeless=RedisPlacelessArticles(redis),
                deliveries=RedisDeliveryLedger(redis),
                dead_letters=RedisDeadLetters(redis),
                streams=RedisStreamStatus(redis),
                services=RedisServiceRegistry(redis),
                inbox=RedisInbox(redis),
                suppressions=RedisSuppressions(redis),
                preferences=RedisPreferences(redis, clock),
            )


@asynccontextmanager
async def usable(url: str) -> AsyncIterator[Any]:
    """Yield a client of the store.

    Raises:
        StoreAwayError: there is none at that address, or none that can be used.
    """
    try:
        redis = connect(url)
    except ValueError as error:
        raise StoreAwayError(f"{mask(url)!r} is no address of a store: {error}") from error
    try:
        try:
            await check_reachable(redis, mask(url))
        except StartError as error:
            raise StoreAwayError(str(error)) from error
        yield redis
    finally:
        await redis.aclose()


def serve_inbox() -> None:
    # It stands on what services stand on, which takes a command as long to import as all else together.
    from tocsin_cli.inbox_app import main as serve  # noqa: PLC0415

    serve()


def keys_of(settings: CliSettings) -> KeyRing:
    """Return the keys that were named, else those of ``tocsin up``, if there are any."""
    if settings.secret_keys:
        return key_ring(settings.secret_keys, settings.secret_keys_file)
    file = DataFolder(settings.data_dir).secret_keys
    return KeyRing.of_file(file) if file.exists() else KeyRing(None)


def store_url(settings: CliSettings) -> str:
    """Return what was asked for, else what ``tocsin up`` started, else Redis' usual place."""
    if settings.redis_url:
        return settings.redis_url
    whereabouts = DataFolder(settings.data_dir).whereabouts()
    return whereabouts.redis_url if whereabouts else DEFAULT_REDIS_URL


def ingest_url(settings: CliSettings) -> str:
    """Return what was asked for, else where the ingest of ``tocsin up`` is, else its usual place."""
    if settings.ingest_url:
        return settings.ingest_url
    whereabouts = DataFolder(settings.data_dir).whereabouts()
    port = whereabouts.ports.get("ingest") if whereabouts else None
    return f"http://{LOOPBACK}:{port or settings.ingest_port}"


app = command_line(open_session)


def main() -> None:
    app()
