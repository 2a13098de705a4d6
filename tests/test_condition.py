from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.condition import EXPECTED, Condition, problems
from tocsin.ports.deliveries import State
from tocsin.ports.streams import GroupStatus, ServiceInstance


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at_work(service: str, problem: str = "") -> ServiceInstance:
    return ServiceInstance(
        service,
        f"{service}-1",
        "http://127.0.0.1:8010",
        NOW,
        NOW,
        ready=not problem,
        problem=problem,
    )


WELL = Condition(
    services=[at_work(name) for name in EXPECTED],
    groups=[GroupStatus("{tocsin}:articles", "matcher", 5, 1, 1, 60.0, 1, 60.0)],
    dead_letters=0,
    deliveries={State.DELIVERED: 4},
    overdue=timedelta(minutes=1),
    rules=7,
    without_place=3,
)


def test_nothing_is_wrong_where_all_are_at_work_and_nothing_waits_for_more_than_a_minute() -> None:
    assert list(problems(WELL)) == []


def test_only_what_is_expected_can_be_missing() -> None:
    alone = replace(WELL, services=[at_work("ingest")])

    assert list(problems(alone, ["ingest"])) == []
    assert list(problems(alone, ["ingest", "printer"])) == [
        "printer is not running: it was expected"
    ]
    assert list(problems(alone)) == [
        "matcher is not running: articles wait to be matched",
        "notifier is not running: alerts wait to be sent",
    ]


@pytest.mark.parametrize(("pending", "unread"), [(150.0, 0.0), (0.0, 150.0)])
def test_a_group_is_behind_whether_it_read_the_entry_or_not(pending: float, unread: float) -> None:
    (group,) = WELL.groups
    behind = replace(group, oldest_pending_s=pending, oldest_unread_s=unread)

    assert list(problems(replace(WELL, groups=[behind]))) == [
        "matcher is behind: the oldest of articles has been waiting for 2 min"
    ]


def test_whatever_was_left_over_is_counted() -> None:
    left = replace(
        WELL,
        dead_letters=1,
        deliveries={State.DEAD: 1_200, State.EXPIRED: 1},
        overdue=timedelta(minutes=5),
        unusable=["list tanks cannot be read: it is empty"],
    )

    assert list(problems(left)) == [
        "alerts are late: one has been due for 5 min",
        "1 message could not be processed",
        "1,200 alerts could not be delivered",
        "1 alert could not be delivered in time; the next digest tells them",
        "list tanks cannot be read: it is empty",
    ]
