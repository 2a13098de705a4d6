"""Whether all is well, and what is not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from tocsin.condition import EXPECTED, Condition, observe, problems, waiting_for
from tocsin.durations import in_words
from tocsin.ports.deliveries import State
from tocsin.ports.streams import GroupStatus, ServiceInstance, short_name
from tocsin_cli.commands.options import AsJson
from tocsin_cli.commands.output import ago, say, say_json, say_table, styled
from tocsin_cli.commands.session import Store, session_of, with_store


# Above this the dead letters are not told apart by stream: to read them all takes too long.
MOST_TOLD_APART = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """``dead_of`` counts the dead letters by stream; None where they are too many."""

    condition: Condition
    dead_of: Mapping[str, int] | None
    last_article: datetime | None
    last_alert: datetime | None


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
    wrong = list(problems(found.condition, [name for name in expect.split(",") if name]))
    if as_json:
        say_json(_json(found, wrong))
    else:
        _say(found, wrong, now)
    if wrong:
        raise typer.Exit(1)


async def read(store: Store, now: datetime) -> Status:
    condition = await observe(store, now.date(), await _unreadable(store))
    articles = await store.articles.recent_articles(1)
    matches = await store.articles.recent_matches(1)
    return Status(
        condition,
        dead_of=await _by_stream(store) if condition.dead_letters <= MOST_TOLD_APART else None,
        last_article=articles[0].fetched_at if articles else None,
        last_alert=matches[0].matched_at if matches else None,
    )


async def _unreadable(store: Store) -> Mapping[str, Mapping[str, str]]:
    await store.sources.all()
    return {
        "list": (await store.lists.all()).unreadable,
        "region": (await store.regions.all()).unreadable,
        "source": store.sources.unreadable,
    }


async def _by_stream(store: Store) -> Mapping[str, int]:
    return Counter(letter.stream for letter in await store.dead_letters.recent(MOST_TOLD_APART))


def _say(status: Status, wrong: Sequence[str], now: datetime) -> None:
    condition = status.condition
    _say_services(condition.services, now)
    say()
    _say_groups(condition.groups, status.dead_of)
    say()
    counts = [f"{n:,} {state}" for state in State if (n := condition.deliveries.get(state, 0))]
    say(f"rules         {condition.rules:,}")
    say(f"last article  {ago(status.last_article, now)}")
    say(
        f"no place in   {condition.without_place:,} of today's: no rule that asks for a region matches these"
    )
    say(f"last alert    {ago(status.last_alert, now)}")
    say(f"deliveries    {', '.join(counts) or 'none yet'}")
    say(f"dead letters  {condition.dead_letters:,}")
    say()
    for problem in wrong:
        say(Text(problem, "red"))
    for command in _where_to_look(condition):
        say(f"See `{command}`.")
    if not wrong:
        say(Text("All is well.", "green"))


def _say_services(services: Sequence[ServiceInstance], now: datetime) -> None:
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
            for each in services
        ],
    )


def _say_groups(groups: Sequence[GroupStatus], dead_of: Mapping[str, int] | None) -> None:
    say_table(
        ("stream", "group", "waiting", "in work", "oldest", "workers", "dead"),
        [
            (
                short_name(group.stream),
                group.group,
                "?" if group.lag is None else f"{group.lag:,}",
                f"{group.pending:,}",
                in_words(waiting_for(group)),
                str(group.consumers),
                "?" if dead_of is None else f"{dead_of.get(group.stream, 0):,}",
            )
            for group in groups
        ],
    )


def _where_to_look(condition: Condition) -> Iterator[str]:
    if condition.dead_letters:
        yield "tocsin dead list"
    for state in (State.DEAD, State.EXPIRED):
        if condition.deliveries.get(state, 0):
            yield f"tocsin deliveries list --state {state}"


def _json(status: Status, wrong: Sequence[str]) -> dict[str, Any]:
    condition = status.condition
    return {
        "ok": not wrong,
        "problems": wrong,
        "services": [asdict(each) for each in condition.services],
        "streams": [asdict(each) for each in condition.groups],
        "deliveries": {state: condition.deliveries.get(state, 0) for state in State},
        "overdue_s": condition.overdue,
        "dead_letters": condition.dead_letters,
        "dead_letters_of": status.dead_of,
        "rules": condition.rules,
        "last_article": status.last_article,
        "last_alert": status.last_alert,
        "without_place_today": condition.without_place,
    }
