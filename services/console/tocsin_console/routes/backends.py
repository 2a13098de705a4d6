"""What the routes may ask, as ports; app.py says what stands behind them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from tocsin.ports.articles import ArticleLog
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import DeliveryLedger
from tocsin.ports.inbox import Inbox
from tocsin.ports.rules import RuleStore
from tocsin.ports.streams import DeadLetters, ServiceRegistry, StreamStatus
from tocsin.ports.subscribers import SubscriberStore
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser


@dataclass(frozen=True, slots=True)
class Backends:
    clock: Clock
    rules: RuleStore
    subscribers: SubscriberStore
    articles: ArticleLog
    deliveries: DeliveryLedger
    dead_letters: DeadLetters
    streams: StreamStatus
    services: ServiceRegistry
    inbox: Inbox
    gazetteer: Gazetteer
    geoparser: Geoparser


def _backends(request: Request) -> Backends:
    backends: Backends = request.app.state.backends
    return backends


def _who(request: Request) -> str:
    """Return who asks, as the guard found out."""
    who: str = request.state.who
    return who


Behind = Annotated[Backends, Depends(_backends)]
Who = Annotated[str, Depends(_who)]
