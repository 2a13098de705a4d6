"""When a digest is due and when quiet hours end, by the subscriber's own clock.

That clock may leave out an hour or have one twice. A time of day means the first moment of the
day at which the clock shows that time or a later one: in a gap its end, in an overlap the first
of the two. So each digest has one moment, and each night one beginning and one end.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tocsin.documents.timing import Schedule, Window


DAY = timedelta(days=1)
MIDNIGHT = time(0)


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the first moment, in UTC, at which the zone's clock shows this time or a later one."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(first, zone) == wall:
        return first
    # In a gap, by the offset before it this is after the jump, by the one after it before.
    before = min(first, wall.replace(tzinfo=zone, fold=1).astimezone(UTC))
    return _jump(before, first, wall, zone)


def _jump(before: datetime, after: datetime, wall: datetime, zone: tzinfo) -> datetime:
    """Return the second at which the clock jumps over ``wall``."""
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(before + timedelta(seconds=middle), zone) >= wall:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def next_digest(now: datetime, schedule: Schedule, zone: tzinfo) -> datetime:
    """Return when the next digest is due: after ``now``, in UTC."""
    if not schedule.times:
        return _next_full_hour(now, zone)
    today = now.astimezone(zone).date()
    for offset in range(-1, 9):
        day = today + offset * DAY
        if day.weekday() in schedule.days:
            due = [at for each in schedule.times if (at := moment(day, each, zone)) > now]
            if due:
                return min(due)
    raise AssertionError("a schedule has a day in every week")


def _next_full_hour(now: datetime, zone: tzinfo) -> datetime:
    due = now.astimezone(UTC).replace(second=0, microsecond=0)
    while due <= now or due.astimezone(zone).minute:
        due += timedelta(minutes=60 - due.astimezone(zone).minute)
    return due


def quiet_until(now: datetime, windows: Iterable[Window], zone: tzinfo) -> datetime | None:
    """Return when the quiet hours end in which ``now`` is, in UTC, or None where it is in none.

    Windows that follow each other without a gap are one.
    """
    nights = list(_nights(now, list(windows), zone))
    end = now
    while follows := [night_end for start, night_end in nights if start <= end < night_end]:
        end = max(follows)
    return end.astimezone(UTC) if end > now else None


def _nights(
    now: datetime, windows: list[Window], zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the beginning and end of each window in the days around now."""
    today = now.astimezone(zone).date()
    for window in windows:
        for offset in range(-2, 9):
            day = today + offset * DAY
            if day.weekday() in window.days:
                last = day + DAY if window.over_midnight else day
                yield moment(day, window.start, zone), moment(last, window.end or MIDNIGHT, zone)


def _wall(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
