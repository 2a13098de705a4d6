"""Whether all is well: which services are at work, how far behind they are, what went wrong."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from tocsin.durations import in_words
from tocsin.ports.deliveries import DeliveryLedger, State
from tocsin.ports.placeless import PlacelessArticles
from tocsin.ports.rules import RuleStore, unreadable_rules
from tocsin.ports.streams import (
    DeadLetters,
    GroupStatus,
    ServiceInstance,
    ServiceRegistry,
    StreamStatus,
    short_name,
)
from tocsin.ports.subscribers import SubscriberStore, broken_channels, unreadable_documents


# What a whole system consists of, and what stands still without it.
EXPECTED: Mapping[str, str] = {
    "ingest": "no article comes in",
    "matcher": "articles wait to be matched",
    "notifier": "alerts wait to be sent",
}
LATE = timedelta(
    minutes=1
)  # an entry that waits longer is late, and so is an alert that is due for longer


class Observed(Protocol):
    """Where the condition can be seen."""

    @property
    def services(self) -> ServiceRegistry: ...
    @property
    def streams(self) -> StreamStatus: ...
    @property
    def dead_letters(self) -> DeadLetters: ...
    @property
    def deliveries(self) -> DeliveryLedger: ...
    @property
    def rules(self) -> RuleStore: ...
    @property
    def subscribers(self) -> SubscriberStore: ...
    @property
    def placeless(self) -> PlacelessArticles: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """``overdue`` is for how long the alert that waits longest has been due.

    In ``without_place`` articles of the day no place was found. ``unusable`` says, a sentence each, which
    documents cannot be read, and which channels were disabled because they failed.
    """

    services: Sequence[ServiceInstance]
    groups: Sequence[GroupStatus]
    dead_letters: int
    deliveries: Mapping[State, int]
    overdue: timedelta
    rules: int
    without_place: int
    unusable: Sequence[str] = ()


async def observe(
    observed: Observed, day: date, unreadable: Mapping[str, Mapping[str, str]]
) -> Condition:
    """Return how everything stands.

    ``unreadable`` tells of documents that only the caller reads: by kind, why each id cannot be read.
    """
    services, groups, dead_letters, deliveries, overdue, rules = await asyncio.gather(
        observed.services.instances(),
        observed.streams.groups(),
        observed.dead_letters.count(),
        observed.deliveries.counts(),
        observed.deliveries.lag(),
        observed.rules.count(),
    )
    return Condition(
        services=services,
        groups=groups,
        dead_letters=dead_letters,
        deliveries=deliveries,
        overdue=overdue,
        rules=rules,
        without_place=await observed.placeless.count(day),
        unusable=await _unusable(observed, unreadable),
    )


async def _unusable(
    observed: Observed, unreadable: Mapping[str, Mapping[str, str]]
) -> Sequence[str]:
    directory = await observed.subscribers.directory()
    return (
        *await unreadable_rules(observed.rules),
        *_unreadable(unreadable),
        *unreadable_documents(directory),
        *broken_channels(directory),
    )


def _unreadable(documents: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for kind, why in documents.items():
        for id_, problem in why.items():
            yield f"{kind} {id_} cannot be read: {problem}"


def problems(condition: Condition, expected: Iterable[str] = tuple(EXPECTED)) -> Iterator[str]:
    """Yield what is wrong, a sentence for people each; none means that all is well.

    ``expected`` names the services that there must be.
    """
    yield from _at_work(condition.services, expected)
    for each in condition.groups:
        if (age := waiting_for(each)) > LATE:
            yield f"{each.group} is behind: the oldest of {short_name(each.stream)} has been waiting for {in_words(age)}"
    if condition.overdue > LATE:
        yield f"alerts are late: one has been due for {in_words(condition.overdue)}"
    yield from _left_over(condition.dead_letters, condition.deliveries)
    yield from condition.unusable


def _at_work(services: Sequence[ServiceInstance], expected: Iterable[str]) -> Iterator[str]:
    running = {each.service for each in services}
    for name in expected:
        if name not in running:
            yield f"{name} is not running: {EXPECTED.get(name, 'it was expected')}"
    for each in services:
        if not each.ready:
            yield f"{each.service} {each.instance} is not ready: {each.problem or 'it does not say why'}"


def _left_over(dead_letters: int, deliveries: Mapping[State, int]) -> Iterator[str]:
    if dead_letters:
        yield f"{_count(dead_letters, 'message')} could not be processed"
    if dead := deliveries.get(State.DEAD, 0):
        yield f"{_count(dead, 'alert')} could not be delivered"
    if expired := deliveries.get(State.EXPIRED, 0):
        yield f"{_count(expired, 'alert')} could not be delivered in time; the next digest tells them"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def waiting_for(group: GroupStatus) -> timedelta:
    """Return the age of the oldest entry that a group has not finished."""
    return timedelta(seconds=max(group.oldest_pending_s, group.oldest_unread_s))
