"""What the routes may ask, as ports; app.py says what stands behind them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from tocsin.delivery.links import Links
from tocsin.errors import StoreUnavailableError
from tocsin.ports.articles import ArticleLog
from tocsin.ports.clock import Clock
from tocsin.ports.collection import RegionStore
from tocsin.ports.deliveries import DeliveryLedger
from tocsin.ports.inbox import Inbox
from tocsin.ports.placeless import PlacelessArticles
from tocsin.ports.preferences import Preferences
from tocsin.ports.rules import RuleStore
from tocsin.ports.streams import DeadLetters, ServiceRegistry, StreamStatus
from tocsin.ports.subscribers import SubscriberStore
from tocsin.ports.suppressions import Suppressions
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists


@dataclass(frozen=True, slots=True)
class Backends:
    clock: Clock
    rules: RuleStore
    subscribers: SubscriberStore
    articles: ArticleLog
    placeless: PlacelessArticles
    deliveries: DeliveryLedger
    preferences: Preferences
    suppressions: Suppressions
    links: Links
    dead_letters: DeadLetters
    streams: StreamStatus
    services: ServiceRegistry
    inbox: Inbox
    regions: RegionStore
    atlas: Atlas
    lists: WordLists

    @property
    def gazetteer(self) -> Gazetteer:
        return self.atlas.gazetteer

    @property
    def geoparser(self) -> Geoparser:
        return self.atlas.geoparser


async def _backends(request: Request) -> Backends:
    """Return them, with every region and list known that was saved before."""
    backends: Backends = request.app.state.backends
    # While the store is away the world is still there; whoever needs the store finds out.
    with suppress(StoreUnavailableError):
        await backends.atlas.catch_up()
        await backends.lists.catch_up()
    return backends


def _who(request: Request) -> str:
    """Return who asks, as the guard found out."""
    who: str = request.state.who
    return who


Behind = Annotated[Backends, Depends(_backends)]
Who = Annotated[str, Depends(_who)]
