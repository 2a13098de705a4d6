"""Whether all is well, and what is not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.ports.deliveries import State
from tocsin.ports.rules import unreadable_rules
from tocsin.ports.streams import GroupStatus, ServiceInstance
from tocsin.ports.subscribers import broken_channels, unreadable_documents
from tocsin_cli.commands.options import AsJson
from tocsin_cli.commands.output import ago, duration, say, say_json, say_table, styled
from tocsin_cli.commands.session import Store, session_of, with_store


# What a whole system consists of, and what stands still without it.
EXPECTED = {
    "ingest": "no article comes in",
    "matcher": "articles wait to be matched",
    "notifier": "alerts wait to be sent",
}
LATE = timedelta(minutes=1)  # an entry that waits longer is late


# Above this the dead letters are not told apart by stream: to read them all takes too long.
MOST_TOLD_APART = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """``dead_of`` counts the dead letters by stream; None where they are too many.

    ``without_place`` counts articles of today (UTC) in which no place was found. ``broken`` tells of documents that cannot be read, and of channels that were disabled because they
    failed.
    """

    services: Sequence[ServiceInstance]
    groups: Sequence[GroupStatus]
    dead_letters: int
    dead_of: Mapping[str, int] | None
    deliveries: Mapping[State, int]
    overdue: timedelta
    rules: int
    last_article: datetime | None
    last_alert: datetime | None
    without_place: int
    broken: Sequence[str] = ()


def status(
    context: typer.Context,
    as_json: AsJson = False,
    expect: Annotated[
        str, typer.Option(metavar="NAMES", help="Which services there must be.")
    ] = ",".join(EXPECTED),
) -> None:
    """Show how everything is: services, streams, deliveries. Exits with 1 when something is wrong."""
    now = session_of(context).clock.now()
    found = with_store(context, lambda store: read(store, now))
    wrong = list(problems(found, [name for name in expect.split(",") if name]))
    if as_json:
        say_json(_json(found, wrong))
    else:
        _say(found, wrong, now)
    if wrong:
        raise typer.Exit(1)


async def read(store: Store, now: datetime) -> Status:
    articles = await store.articles.recent_articles(1)
    matches = await store.articles.recent_matches(1)
    dead_letters = await store.dead_letters.count()
    directory = await store.subscribers.directory()
    broken = (
        *await unreadable_rules(store.rules),
        *await _unreadable_others(store),
        *unreadable_documents(directory),
        *broken_channels(directory),
    )
    return Status(
        services=await store.services.instances(),
        groups=await store.streams.groups(),
        dead_letters=dead_letters,
        dead_of=await _by_stream(store) if dead_letters <= MOST_TOLD_APART else None,
        deliveries=await store.deliveries.counts(),
        overdue=await store.deliveries.lag(),
        rules=await store.rules.count(),
        last_article=articles[0].fetched_at if articles else None,
        last_alert=matches[0].matched_at if matches else None,
        without_place=await store.placeless.count(now.date()),
        broken=broken,
    )


async def _unreadable_others(store: Store) -> Sequence[str]:
    await store.sources.all()
    found = {
        "list": (await store.lists.all()).unreadable,
        "region": (await store.regions.all()).unreadable,
        "source": store.sources.unreadable,
    }
    return [
        f"{kind} {id_} cannot be read: {problem}"
        for kind, unreadable in found.items()
        for id_, problem in unreadable.items()
    ]


async def _by_stream(store: Store) -> Mapping[str, int]:
    return Counter(letter.stream for letter in await store.dead_letters.recent(MOST_TOLD_APART))


def problems(status: Status, expected: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong, a sentence each."""
    running = {each.service for each in status.services}
    for name in expected:
        if name not in running:
            yield f"{name} is not running: {EXPECTED.get(name, 'it was expected')}"
    for each in status.services:
        if not each.ready:
            yield f"{each.service} {each.instance} is not ready: {each.problem or 'it does not say why'}"
    for group in status.groups:
        age = _oldest(group)
        if age > LATE:
            yield f"{group.group} is behind: an entry of {_short(group.stream)} waits for {duration(age)}"
    if status.overdue > LATE:
        yield f"alerts are late: one has been due for {duration(status.overdue)}"
    if status.dead_letters:
        yield f"dead letters: {status.dead_letters:,}; see `tocsin dead list`"
    if dead := status.deliveries.get(State.DEAD, 0):
        yield f"alerts that could not be delivered: {dead:,}; see `tocsin deliveries list --state dead`"
    yield from status.broken


def _oldest(group: GroupStatus) -> timedelta:
    return timedelta(seconds=max(group.oldest_pending_s, group.oldest_unread_s))


def _short(stream: str) -> str:
    return stream.partition(":")[2]


def _say(status: Status, wrong: Sequence[str], now: datetime) -> None:
    say_table(
        ("service", "", "since", "address", "problem"),
        [
            (
                each.service,
                styled("ready", "green") if each.ready else styled("not ready", "red"),
                ago(each.started_at, now),
                each.address,
                Text(each.problem, "red"),
            )
            for each in status.services
        ],
    )
    say()
    say_table(
        ("stream", "group", "waiting", "in work", "oldest", "workers", "dead"),
        [
            (
                _short(group.stream),
                group.group,
                "?" if group.lag is None else f"{group.lag:,}",
                f"{group.pending:,}",
                duration(_oldest(group)),
                str(group.consumers),
                "?" if status.dead_of is None else f"{status.dead_of.get(group.stream, 0):,}",
            )
            for group in status.groups
        ],
    )
    say()
    counts = [f"{n:,} {state}" for state in State if (n := status.deliveries.get(state, 0))]
    say(f"rules         {status.rules:,}")
    say(f"last article  {ago(status.last_article, now)}")
    say(
        f"no place in   {status.without_place:,} of today's: no rule that asks for a region matches these"
    )
    say(f"last alert    {ago(status.last_alert, now)}")
    say(f"deliveries    {', '.join(counts) or 'none yet'}")
    say(f"dead letters  {status.dead_letters:,}")
    say()
    for problem in wrong:
        say(Text(problem, "red"))
    if not wrong:
        say(Text("All is well.", "green"))


def _json(status: Status, wrong: Sequence[str]) -> dict[str, Any]:
    return {
        "ok": not wrong,
        "problems": wrong,
        "services": [asdict(each) for each in status.services],
        "streams": [asdict(each) for each in status.groups],
        "deliveries": {state: status.deliveries.get(state, 0) for state in State},
        "overdue_s": status.overdue,
        "dead_letters": status.dead_letters,
        "dead_letters_of": status.dead_of,
        "rules": status.rules,
        "last_article": status.last_article,
        "last_alert": status.last_alert,
        "without_place_today": status.without_place,
    }
