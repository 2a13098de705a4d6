"""How people write when they want to be told, and what is refused."""

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from tocsin.documents import Mode, SubscriberDocument, SubscriptionDocument
from tocsin.documents.timing import Schedule, Throttle, Window


def test_a_schedule_is_read_as_it_is_written() -> None:
    assert Schedule.parse("hourly") == Schedule()
    assert Schedule.parse("daily@18:00,07:30") == Schedule(times=(time(7, 30), time(18)))
    assert Schedule.parse("weekly@sat-mon 07:00") == Schedule(frozenset({5, 6, 0}), (time(7),))


def test_a_window_may_go_over_midnight_and_keep_to_days() -> None:
    night = Window.parse("22:00-07:00")

    assert (night.start, night.end, night.over_midnight) == (time(22), time(7), True)
    assert Window.parse("sat,sun 00:00-24:00").days == {5, 6}


def test_a_throttle_is_a_number_in_a_time() -> None:
    assert Throttle.parse("5/1h") == Throttle.parse("5/h") == Throttle(5, timedelta(hours=1))
    assert Throttle.parse("1/30m").per == timedelta(minutes=30)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "daily",
        "daily@",
        "daily@7",
        "daily@24:00",
        "weekly@07:00",
        "weekly@mun 07:00",
        "hourly@5",
    ],
)
def test_what_is_no_schedule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"hourly, daily@07:00|07:00|mon"):
        Schedule.parse(text)


@pytest.mark.parametrize("text", ["", "22-7", "22:00-22:00", "24:00-07:00", "xyz 22:00-07:00"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write"):
        Window.parse(text)


@pytest.mark.parametrize("text", ["0/1h", "5", "5/0h", "5/1y", "1/8d"])
def test_what_is_no_throttle_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="5/1h"):
        Throttle.parse(text)


def test_quiet_hours_leave_some_of_the_week() -> None:
    with pytest.raises(ValidationError, match="leave no minute of the week"):
        SubscriberDocument(id="a", name="A", quiet_hours=("00:00-12:00", "12:00-24:00"))


def test_a_digest_and_its_mode_belong_together() -> None:
    with pytest.raises(ValidationError, match="mode digest needs digest, which says when"):
        SubscriptionDocument(id="s", rule="r", subscriber="a", mode=Mode.DIGEST)
    with pytest.raises(ValidationError, match="has a digest, but mode instant"):
        SubscriptionDocument(id="s", rule="r", subscriber="a", digest="hourly")
    with pytest.raises(ValidationError, match="has a throttle"):
        SubscriptionDocument(
            id="s", rule="r", subscriber="a", mode=Mode.DIGEST, digest="hourly", throttle="5/1h"
        )
