"""Times as people write them; not by the machine's locale, so that they are the same everywhere."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def told(moment: datetime, time_zone: str) -> str:
    """Return the moment in the zone and in UTC: ``Wed 4 Mar 2026, 09:15 GMT+3 (06:15 UTC)``."""
    return _told(moment.astimezone(UTC).replace(second=0, microsecond=0), time_zone)


@lru_cache(maxsize=4_096)  # one article goes to many readers, and they live in few zones
def _told(moment: datetime, time_zone: str) -> str:
    universal = moment.astimezone(UTC)
    try:
        local = moment.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = universal
    if not local.utcoffset():
        return f"{_day(universal)}, {universal:%H:%M} UTC"
    day = "" if local.date() == universal.date() else f"{_day(universal)}, "
    return f"{_day(local)}, {local:%H:%M} {_zone(local)} ({day}{universal:%H:%M} UTC)"


def clock(moment: datetime, time_zone: str) -> str:
    """Return the moment in the zone, short: ``Wed 4 Mar, 09:15``."""
    try:
        local = moment.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = moment.astimezone(UTC)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"


def _day(moment: datetime) -> str:
    return f"{DAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def _zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    if name.isalpha():
        return name
    minutes = round((moment.utcoffset() or moment - moment).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{sign}{hours}" + (f":{rest:02}" if rest else "")
