"""What may be sent to a channel, by how it and its address stand."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from tocsin.delivery.admission import LOOK_LATEST, LOOK_SOONEST, PATIENCE, Wait, bar, waits
from tocsin.delivery.decision import GiveUp
from tocsin.delivery.identity import ASK, TELL, TEST
from tocsin.delivery.policy import Suppress
from tocsin.documents import ChannelDocument, Standing
from tocsin.ports.suppressions import Cause, Suppression


NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIL = ChannelDocument(
    id="mail", subscriber="ann", name="m", url=SecretStr("mailto:ann@example.org")
)
PENDING = Standing()
ACTIVE = Standing().confirmed(NOW, "ann")
DISABLED = ACTIVE.disabled(NOW, "bob", "on leave")
BOUNCED = Suppression("ann@example.org", Cause.BOUNCE, "550 5.1.1", NOW)


def test_alerts_for_an_address_that_nobody_confirmed_wait() -> None:
    wait = waits(MAIL, PENDING, "ann.sahel", NOW, NOW)

    assert wait == Wait("its address is not confirmed yet", NOW + LOOK_SOONEST)
    assert waits(MAIL, ACTIVE, "ann.sahel", NOW, NOW) is None


def test_the_longer_it_took_the_less_often_it_is_looked_at() -> None:
    def pause(age: timedelta) -> timedelta:
        wait = waits(MAIL, PENDING, "ann.sahel", NOW - age, NOW)
        assert wait is not None
        return wait.until - NOW

    assert LOOK_SOONEST < pause(HOUR) < pause(3 * HOUR) < LOOK_LATEST
    assert pause(24 * HOUR) == LOOK_LATEST


def test_alerts_that_waited_for_a_month_were_never_wanted() -> None:
    created = NOW - PATIENCE

    assert waits(MAIL, PENDING, "ann.sahel", created, NOW) is None
    assert bar(MAIL, PENDING, None, "ann.sahel") == Suppress(
        "nobody confirmed the address within 30 days"
    )


def test_the_question_goes_to_an_address_that_nobody_confirmed_and_nothing_else() -> None:
    assert waits(MAIL, PENDING, ASK, NOW, NOW) is None
    assert bar(MAIL, PENDING, None, ASK) is None
    assert waits(MAIL, PENDING, TELL, NOW, NOW) is not None
    assert waits(MAIL, PENDING, TEST, NOW, NOW) is None
    refused = bar(MAIL, PENDING, None, TEST)
    assert isinstance(refused, GiveUp)
    assert "tocsin channels confirm mail" in refused.reason


@pytest.mark.parametrize("kind", ["ann.sahel", TEST, ASK, TELL])
def test_nothing_at_all_goes_to_a_suppressed_address_or_a_disabled_channel(kind: str) -> None:
    assert bar(MAIL, ACTIVE, BOUNCED, kind) == Suppress(
        "the address is suppressed since 2026-01-01 (bounce: 550 5.1.1)"
    )
    assert bar(MAIL, DISABLED, None, kind) == GiveUp(
        "the channel 'mail' is disabled (on leave): enable it, then revive this delivery"
    )


def test_nothing_bars_the_way_to_a_channel_that_works() -> None:
    failing = ACTIVE.failed(NOW, "HTTP 401", for_good=False)

    assert bar(MAIL, ACTIVE, None, "ann.sahel") is None
    assert bar(MAIL, failing, None, "ann.sahel") is None
