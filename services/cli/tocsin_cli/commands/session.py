"""What a command may use; built by the composition root, found in the command's context."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import typer

from tocsin.documents import RegionDocument
from tocsin.errors import TocsinError
from tocsin.ports.articles import ArticleLog
from tocsin.ports.clock import Clock
from tocsin.ports.collection import ListStore, RegionStore
from tocsin.ports.deliveries import DeliveryLedger
from tocsin.ports.inbox import Inbox
from tocsin.ports.placeless import PlacelessArticles
from tocsin.ports.preferences import Preferences
from tocsin.ports.rules import RuleStore
from tocsin.ports.sources import SourceStore
from tocsin.ports.streams import DeadLetters, ServiceRegistry, StreamStatus
from tocsin.ports.subscribers import Resealed, SubscriberStore
from tocsin.ports.suppressions import Suppressions
from tocsin.regions.gazetteer import Gazetteer
from tocsin.rules import Expression
from tocsin_cli.pushing.batches import NumberedLine
from tocsin_cli.pushing.content import Content
from tocsin_cli.pushing.outcome import Outcome
from tocsin_cli.settings import CliSettings
from tocsin_cli.supervision.plan import Wanted
from tocsin_cli.supervision.screen import Screen


T = TypeVar("T")


class StoreAwayError(TocsinError):
    """There is no store where we look for it, or none that can be used."""


class Sealing(Protocol):
    async def reseal(self) -> Resealed:
        """Seal every channel's URL with the first key that is not."""
        ...


class Keys(Protocol):
    """The secret keys, which can be changed here where they are in a file."""

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the keys, the one that seals first."""
        ...

    @property
    def file(self) -> Path | None: ...

    def put_new_first(self) -> None:
        """Make a key and put it before the others."""
        ...

    def keep_first_only(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept in Redis."""

    rules: RuleStore
    regions: RegionStore
    lists: ListStore
    subscribers: SubscriberStore
    sealing: Sealing
    keys: Keys
    sources: SourceStore
    articles: ArticleLog
    placeless: PlacelessArticles
    deliveries: DeliveryLedger
    dead_letters: DeadLetters
    streams: StreamStatus
    services: ServiceRegistry
    inbox: Inbox
    suppressions: Suppressions
    preferences: Preferences


class Ingest(Protocol):
    """Both go on until what is sent is taken or rejected; they raise TocsinError if it cannot be."""

    async def push_one(
        self, body: bytes, content: Content, parameters: Mapping[str, str]
    ) -> Outcome:
        """Push one article."""
        ...

    async def push_lines(self, lines: Sequence[NumberedLine]) -> Sequence[tuple[int, Outcome]]:
        """Push articles; return what became of each line, by its number."""
        ...


class OpenIngest(Protocol):
    def __call__(
        self, url: str, patience_s: float, waiting: Callable[[str, float], None]
    ) -> AbstractAsyncContextManager[Ingest]:
        """Connect; ``url`` empty means: find it."""
        ...


class RunUp(Protocol):
    async def __call__(self, wanted: Wanted, screen: Screen, *, demo: bool) -> None:
        """Start what is wanted, and return when told to stop and everything has ended."""
        ...


class BuiltGazetteer(Protocol):
    @property
    def version(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Session:
    """``who`` is named in the audit of every change.

    ``gazetteer`` is loaded when first asked for; once the store was opened it knows the regions
    that subscribers defined, or those that ``know`` was given. ``lists`` are what the store's @names stand for, none where there is no
    store. ``build_gazetteer`` compiles it into a folder, or where it lies, and
    says what it made.
    ``edit`` has a text edited by the person; None where nothing was changed. ``keep`` puts one
    where they find it again.
    """

    settings: CliSettings
    who: str
    clock: Clock
    open_store: Callable[[], AbstractAsyncContextManager[Store]]
    ingest: OpenIngest
    run_up: RunUp
    edit: Callable[[str], str | None]
    keep: Callable[[str], Path]
    serve_inbox: Callable[[], None]
    gazetteer: Callable[[], Gazetteer]
    know: Callable[[tuple[RegionDocument, ...]], None]
    lists: Callable[[], Mapping[str, Expression]]
    build_gazetteer: Callable[[Path | None], BuiltGazetteer]


def session_of(context: typer.Context) -> Session:
    session = context.obj
    assert isinstance(session, Session)
    return session


def with_store(context: typer.Context, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, do the work, and return what came of it."""
    session = session_of(context)

    async def run() -> T:
        async with session.open_store() as store:
            return await work(store)

    return asyncio.run(run())
