"""When digests are due and quiet hours end, against a clock that is watched minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.examples import examples
from tocsin.delivery.windows import moment, next_digest, quiet_until
from tocsin.documents.timing import DAYS, Schedule, Window


MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
# Zones that change at midnight, by half an hour, over Ramadan, not at all; and one without a day.
ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut"),
    *("Africa/Casablanca", "America/Santiago", "Asia/Kathmandu", "UTC", "Pacific/Apia"),
)

zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def around_changes(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """Return a minute, most often within two days of a change of the clock."""
    day = datetime(2011, 1, 1, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 365 * 15)))
    if draw(st.integers(0, 4)):
        offset = day.astimezone(zone).utcoffset()
        for _ in range(220):
            day += timedelta(days=1)
            if day.astimezone(zone).utcoffset() != offset:
                break
    return day + timedelta(minutes=draw(st.integers(-3000, 1500)))


def watched(start: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield each full minute from then on, and what the clock shows."""
    minute = start.replace(second=0, microsecond=0)
    while True:
        yield minute, minute.astimezone(zone).replace(tzinfo=None)
        minute += MINUTE


def slow_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, at)
    start = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    return next(minute for minute, shown in watched(start, zone) if shown >= wall)


@settings(deadline=None)
@given(data=st.data(), zone=zones, at=times)
def test_a_time_of_day_is_when_the_clock_first_shows_it(
    data: st.DataObject, zone: ZoneInfo, at: time
) -> None:
    day = data.draw(around_changes(zone)).date()

    assert moment(day, at, zone) == slow_moment(day, at, zone)


@settings(deadline=None, max_examples=examples(0.6))
@given(
    data=st.data(),
    zone=zones,
    at=st.lists(times, min_size=1, max_size=2),
    days=weekdays,
    seconds=st.integers(0, 59),
)
def test_the_next_digest_is_the_first_of_its_times_to_come(
    data: st.DataObject, zone: ZoneInfo, at: list[time], days: frozenset[int], seconds: int
) -> None:
    now = data.draw(around_changes(zone)) + timedelta(seconds=seconds)
    schedule = Schedule(days, tuple(sorted(at)))
    today = now.astimezone(zone).date()
    candidates = [
        slow_moment(day, each, zone)
        for offset in range(-1, 8)
        if (day := today + timedelta(days=offset)).weekday() in days
        for each in at
    ]

    due = next_digest(now, schedule, zone)

    assert due == min(each for each in candidates if each > now)


@settings(deadline=None)
@given(data=st.data(), zone=zones)
def test_hourly_is_when_the_clock_shows_a_full_hour(data: st.DataObject, zone: ZoneInfo) -> None:
    now = data.draw(around_changes(zone))

    due = next_digest(now, Schedule(), zone)

    slow = (minute for minute, shown in watched(now + MINUTE, zone) if not shown.minute)
    assert due == next(slow)


@settings(deadline=None, max_examples=examples(0.6))
@given(data=st.data(), zone=zones, start=times, end=times, days=weekdays)
def test_quiet_hours_hold_from_their_beginning_to_their_end(
    data: st.DataObject, zone: ZoneInfo, start: time, end: time, days: frozenset[int]
) -> None:
    if start == end:
        return
    now = data.draw(around_changes(zone))
    window = Window(start, end, days)
    today = now.astimezone(zone).date()
    nights = [
        (
            slow_moment(day, start, zone),
            slow_moment(day + timedelta(days=end <= start), end, zone),
        )
        for offset in range(-2, 9)
        if (day := today + timedelta(days=offset)).weekday() in days
    ]
    minute = now
    while any(begins <= minute < ends for begins, ends in nights):
        minute += MINUTE

    assert quiet_until(now, [window], zone) == (minute if minute > now else None)


def test_a_digest_in_the_gap_comes_when_the_clock_has_jumped() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    due = next_digest(before, Schedule.parse("daily@02:30"), BERLIN)

    assert due == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 03:00 there


def test_a_digest_in_the_overlap_comes_once() -> None:
    before = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)

    first = next_digest(before, Schedule.parse("daily@02:30"), BERLIN)
    second = next_digest(first, Schedule.parse("daily@02:30"), BERLIN)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 02:30
    assert second == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_windows_that_touch_are_one() -> None:
    friday_night = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
    windows = [Window.parse("sat,sun 00:00-24:00"), Window.parse("22:00-07:00")]

    assert quiet_until(friday_night, windows, ZoneInfo("UTC")) == datetime(
        2026, 3, 9, 7, tzinfo=UTC
    )
    assert DAYS[friday_night.weekday()] == "fri"


@pytest.mark.parametrize(("hour", "ends"), [(21, None), (22, 7), (6, 7), (7, None)])
def test_the_first_minute_is_quiet_and_the_last_is_not(hour: int, ends: int | None) -> None:
    now = datetime(2026, 3, 4, hour, tzinfo=UTC)

    end = quiet_until(now, [Window.parse("22:00-07:00")], ZoneInfo("UTC"))

    assert (end.hour if end else None) == ends
