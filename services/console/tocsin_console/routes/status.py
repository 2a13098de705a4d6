"""Whether all is well: which processes are at work, how far behind they are, what went wrong."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import AwareDatetime, BaseModel

from tocsin.ports.deliveries import State
from tocsin.ports.rules import unreadable_rules
from tocsin.ports.streams import GroupStatus, ServiceInstance
from tocsin.ports.subscribers import broken_channels, unreadable_documents
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.letters import short
from tocsin_console.routes.templates import span


# What a whole system consists of, and what stands still without it.
EXPECTED = {
    "ingest": "no article comes in",
    "matcher": "articles wait to be matched",
    "notifier": "alerts wait to be sent",
}
SLOW_S = 60  # an entry that waits longer is late, and so is an alert that is due for longer


class Service(BaseModel):
    service: str
    instance: str
    address: str
    started_at: AwareDatetime
    seen_at: AwareDatetime
    ready: bool
    problem: str


class Group(BaseModel):
    """``waiting`` entries were not read yet (null: the server cannot tell), ``in_work`` were."""

    stream: str
    group: str
    length: int
    waiting: int | None
    in_work: int
    oldest_s: float
    consumers: int


class Status(BaseModel):
    """``problems`` are sentences for people; none means that all is well.

    In ``without_place_today`` articles (of this day, UTC) no place was found: no rule that asks for a
    region can match them.
    """

    verdict: Literal["ok", "trouble"]
    problems: tuple[str, ...]
    rules: int
    dead_letters: int
    deliveries: dict[State, int]
    without_place_today: int
    services: tuple[Service, ...]
    groups: tuple[Group, ...]


async def status(backends: Backends) -> Status:
    instances, groups, dead, deliveries, rules, directory = await asyncio.gather(
        backends.services.instances(),
        backends.streams.groups(),
        backends.dead_letters.count(),
        backends.deliveries.counts(),
        backends.rules.count(),
        backends.subscribers.directory(),
    )
    overdue = await backends.deliveries.lag()
    unreadable = await unreadable_rules(backends.rules)
    services = tuple(service(each) for each in instances)
    standing = tuple(group(each) for each in groups)
    problems = (
        *service_problems(services),
        *group_problems(standing),
        *late_alerts(overdue.total_seconds()),
        *left_over(dead, deliveries),
        *unreadable,
        *unusable("list", backends.lists.broken),
        *unusable("region", backends.atlas.broken),
        *unreadable_documents(directory),
        *broken_channels(directory),
    )
    return Status(
        verdict="trouble" if problems else "ok",
        problems=problems,
        rules=rules,
        dead_letters=dead,
        deliveries={state: deliveries.get(state, 0) for state in State},
        without_place_today=await backends.placeless.count(backends.clock.now().date()),
        services=services,
        groups=standing,
    )


def unusable(kind: str, broken: Mapping[str, str]) -> Iterator[str]:
    for id_, problem in broken.items():
        yield f"{kind} {id_} cannot be read: {problem}"


def service(instance: ServiceInstance) -> Service:
    return Service(**{name: getattr(instance, name) for name in Service.model_fields})


def group(standing: GroupStatus) -> Group:
    return Group(
        stream=short(standing.stream),
        group=standing.group,
        length=standing.length,
        waiting=standing.lag,
        in_work=standing.pending,
        oldest_s=max(standing.oldest_pending_s, standing.oldest_unread_s),
        consumers=standing.consumers,
    )


def service_problems(services: Sequence[Service]) -> Iterator[str]:
    at_work = {each.service for each in services}
    for name, consequence in EXPECTED.items():
        if name not in at_work:
            yield f"{name} is not running: {consequence}"
    for each in services:
        if not each.ready:
            yield f"{each.service} {each.instance} is not ready: {each.problem or 'it does not say why'}"


def group_problems(groups: Iterable[Group]) -> Iterator[str]:
    for each in groups:
        if each.oldest_s > SLOW_S:
            yield (
                f"{each.group} is behind: the oldest of {each.stream} "
                f"has been waiting for {span(each.oldest_s)}"
            )


def late_alerts(overdue_s: float) -> Iterator[str]:
    if overdue_s > SLOW_S:
        yield f"alerts are late: one has been due for {span(overdue_s)}"


def left_over(dead_letters: int, deliveries: dict[State, int]) -> Iterator[str]:
    if dead_letters:
        yield f"{_messages(dead_letters)} could not be processed; see the dead letters"
    if dead := deliveries.get(State.DEAD, 0):
        yield f"{_alerts(dead)} could not be delivered; see the dead letters"
    if expired := deliveries.get(State.EXPIRED, 0):
        yield f"{_alerts(expired)} could not be delivered in time; the next digest tells them"


def _messages(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"


def _alerts(number: int) -> str:
    return "1 alert" if number == 1 else f"{number:,} alerts"
