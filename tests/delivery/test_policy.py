"""Which gate an alert passes, and when: a table of all that somebody may have wished."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tocsin.delivery.policy import (
    Case,
    Disposition,
    Fold,
    Gather,
    Hold,
    SendNow,
    Suppress,
    digest_due,
    dispose,
    modes,
    retold_at,
)
from tocsin.documents import Mode, SubscriberDocument, SubscriptionDocument, Updates
from tocsin.documents.timing import Throttle
from tocsin.ports.preferences import Wishes


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 23, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = SubscriberDocument(id="ann", name="Ann", quiet_hours=("22:00-07:00",))
QUIET = "quiet hours until 2026-03-05 07:00 UTC"


def subscription(**fields: Any) -> SubscriptionDocument:
    return SubscriptionDocument(id="s", rule="r", subscriber="ann", **fields)


def case(of: SubscriptionDocument | None = None, **fields: Any) -> Case:
    usual: dict[str, Any] = {"news": "first of its story", "alerts": 0} | fields
    return Case(of or subscription(), ANN, "mail", "story", **usual)


def decided(
    given: Case, at: datetime, wishes: Wishes | None = None, mode: Mode = Mode.INSTANT
) -> Disposition:
    return dispose(given, mode, wishes or Wishes(), at)


UNSUBSCRIBED = Wishes(unsubscribed=frozenset({("s", "mail")}))
ELSEWHERE = Wishes(unsubscribed=frozenset({("s", "slack")}))
MUTED = Wishes(muted={("ann", "story"): NOON + HOUR})
SNOOZED = Wishes(snoozed={"s": NOON + HOUR})
SNOOZED_INTO_THE_NIGHT = Wishes(snoozed={"s": NIGHT})
DAILY = subscription(mode=Mode.DIGEST, digest="daily@08:00")


@pytest.mark.parametrize(
    ("given", "at", "wishes", "expected"),
    [
        (case(), NOON, Wishes(), SendNow()),
        (case(subscription(throttle="5/1h")), NOON, Wishes(), SendNow(Throttle(5, HOUR))),
        (case(), NIGHT, Wishes(), Hold(MORNING, QUIET)),
        (case(subscription(bypass_quiet=True)), NIGHT, Wishes(), SendNow()),
        (case(), NOON, UNSUBSCRIBED, Suppress("unsubscribed by the reader")),
        (case(), NOON, ELSEWHERE, SendNow()),
        (case(), NOON, MUTED, Suppress("story muted by the reader until 2026-03-04 13:00 UTC")),
        (case(), NOON + HOUR, MUTED, SendNow()),
        (
            case(),
            NOON,
            SNOOZED,
            Hold(NOON + HOUR, "snoozed by the reader until 2026-03-04 13:00 UTC"),
        ),
        (
            case(),
            NOON,
            SNOOZED_INTO_THE_NIGHT,
            Hold(MORNING, "snoozed by the reader until 2026-03-04 23:00 UTC"),
        ),
        (
            case(subscription(throttle="5/1h"), not_before=NOON + HOUR),
            NOON,
            Wishes(),
            Hold(NOON + HOUR, "throttle: 5/1h were sent"),
        ),
        (
            case(subscription(throttle="5/1h"), not_before=NIGHT),
            NIGHT - HOUR / 2,
            Wishes(),
            Hold(MORNING, QUIET),
        ),
    ],
)
def test_each_gate_is_named(
    given: Case, at: datetime, wishes: Wishes, expected: Disposition
) -> None:
    assert decided(given, at, wishes) == expected


@pytest.mark.parametrize(
    ("updates", "news", "alerts", "folded"),
    [
        (Updates.MATERIAL, "", 1, True),
        (Updates.MATERIAL, "new place: Kayes", 1, False),
        (Updates.FIRST, "new place: Kayes", 1, True),
        (Updates.FIRST, "first of its story", 0, False),
        (Updates.ALL, "", 3, False),
    ],
)
def test_what_is_told_of_a_story_after_its_first_alert(
    updates: Updates, news: str, alerts: int, *, folded: bool
) -> None:
    given = case(subscription(updates=updates), news=news, alerts=alerts)

    assert isinstance(decided(given, NOON), Fold) is folded


def test_a_digest_is_passed_by_the_gates_that_single_alerts_pass() -> None:
    assert decided(case(DAILY), NOON, mode=Mode.DIGEST) == Gather(MORNING + HOUR)
    assert isinstance(decided(case(DAILY), NOON, UNSUBSCRIBED, Mode.DIGEST), Suppress)
    assert isinstance(decided(case(DAILY), NOON, MUTED, Mode.DIGEST), Suppress)
    assert isinstance(decided(case(DAILY, news="", alerts=1), NOON, mode=Mode.DIGEST), Fold)


def test_a_digest_that_is_due_in_quiet_hours_comes_at_their_end() -> None:
    early = subscription(mode=Mode.DIGEST, digest="daily@06:00")
    bypassing = early.model_copy(update={"bypass_quiet": True})

    assert digest_due(ANN, early, NOON) == MORNING
    assert digest_due(ANN, bypassing, NOON) == MORNING - HOUR


def test_a_snooze_skips_the_digests_before_its_end() -> None:
    wishes = Wishes(snoozed={"s": MORNING + 2 * HOUR})

    assert decided(case(DAILY), NOON, wishes, Mode.DIGEST) == Gather(
        MORNING + HOUR + timedelta(days=1)
    )


def test_both_is_once_in_each_way_and_a_wish_for_digests_is_only_that() -> None:
    both = subscription(mode=Mode.BOTH, digest="hourly")

    assert modes(both, Wishes()) == (Mode.INSTANT, Mode.DIGEST)
    assert modes(subscription(), Wishes()) == (Mode.INSTANT,)
    assert modes(both, Wishes(digests=frozenset({"s"}))) == (Mode.DIGEST,)


def test_what_expired_is_told_with_the_next_digest_or_else_within_the_hour() -> None:
    assert retold_at(ANN, DAILY, NOON) == MORNING + HOUR
    assert retold_at(ANN, subscription(), NOON) == NOON + HOUR
    assert retold_at(ANN, subscription(), NIGHT) == MORNING
