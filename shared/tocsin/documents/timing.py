"""When and how often somebody wants to be told, as people write it: ``daily@07:00``, ``5/1h``.

What is written is kept as text in the documents; here it is read. All times of day are the
subscriber's own.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST_THROTTLE = timedelta(days=7)
MOST_WINDOWS = 14

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_WINDOW = re.compile(r"(?:(?P<days>[a-z,-]+) )?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
_THROTTLE = re.compile(r"(?P<limit>[1-9]\d{0,3})/(?P<number>[1-9]\d{0,3})?(?P<unit>[mhd])")

SCHEDULE_FORM = "hourly, daily@07:00, daily@07:00,18:00 or weekly@mon,thu 07:00"
WINDOW_FORM = "22:00-07:00, or with days, as in sat,sun 00:00-24:00 or mon-fri 19:00-08:00"
THROTTLE_FORM = "a number of messages in a time, as in 5/1h, 1/30m or 20/d"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are sent: each full hour where there are no ``times``, or else on these days."""

    days: frozenset[int] = EVERY_DAY
    times: tuple[time, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``hourly``, ``daily@07:00`` or ``weekly@mon 07:00``.

        Raises:
            ValueError: it is none of these.
        """
        kind, _, rest = text.partition("@")
        match kind:
            case "hourly" if not rest:
                return cls()
            case "daily" if rest:
                return cls(times=_times(rest))
            case "weekly" if " " in rest:
                days, _, times = rest.partition(" ")
                return cls(_days(days), _times(times))
            case _:
                raise ValueError(f"{text!r} is no schedule; write {SCHEDULE_FORM}")


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` on each of the days until ``end``, which is the day after where it is no later.

    ``end`` None is midnight, at the end of the day.
    """

    start: time
    end: time | None
    days: frozenset[int] = EVERY_DAY

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``22:00-07:00`` or ``sat,sun 00:00-24:00``.

        Raises:
            ValueError: it is neither.
        """
        found = _WINDOW.fullmatch(text)
        if found is None or found["start"] == found["end"]:
            raise ValueError(f"{text!r} is no span of quiet hours; write {WINDOW_FORM}")
        days = EVERY_DAY if found["days"] is None else _days(found["days"])
        end = None if found["end"] == "24:00" else _time(found["end"])
        return cls(_time(found["start"]), end, days)

    @property
    def over_midnight(self) -> bool:
        return self.end is None or self.end <= self.start


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most ``limit`` messages within ``per``; what is more waits, and then comes together."""

    limit: int
    per: timedelta

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``5/1h``.

        Raises:
            ValueError: it is no number of messages in a time, or the time is more than a week.
        """
        found = _THROTTLE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no throttle; write {THROTTLE_FORM}")
        per = int(found["number"] or 1) * UNITS[found["unit"]]
        if per > LONGEST_THROTTLE:
            raise ValueError(f"{text!r} is more than a week; write {THROTTLE_FORM}")
        return cls(int(found["limit"]), per)


# Read over and over: for each match and each who listens.
schedule = cache(Schedule.parse)
window = cache(Window.parse)
throttle = cache(Throttle.parse)


def _schedule_text(text: str) -> str:
    if text:
        Schedule.parse(text)
    return text


def _throttle_text(text: str) -> str:
    if text:
        Throttle.parse(text)
    return text


def _windows_text(texts: tuple[str, ...]) -> tuple[str, ...]:
    windows = [Window.parse(text) for text in texts]
    if len(windows) > MOST_WINDOWS:
        raise ValueError(f"are more than {MOST_WINDOWS} spans")
    if covers_the_week(windows):
        raise ValueError("leave no minute of the week in which anything could be told")
    return texts


_Line = StringConstraints(strip_whitespace=True, to_lower=True, max_length=100)
ScheduleText = Annotated[str, _Line, AfterValidator(_schedule_text)]
ThrottleText = Annotated[str, _Line, AfterValidator(_throttle_text)]
WindowTexts = Annotated[tuple[Annotated[str, _Line], ...], AfterValidator(_windows_text)]


def covers_the_week(windows: list[Window]) -> bool:
    """Tell whether no minute of a week is outside of all the windows."""
    minutes = bytearray(7 * 24 * 60)
    for each in windows:
        start = each.start.hour * 60 + each.start.minute
        end = 24 * 60 if each.end is None else each.end.hour * 60 + each.end.minute
        length = end - start if end > start else end + 24 * 60 - start
        for day in each.days:
            for minute in range(day * 1440 + start, day * 1440 + start + length):
                minutes[minute % len(minutes)] = 1
    return all(minutes)


def _days(text: str) -> frozenset[int]:
    """Read ``mon,thu`` or ``mon-fri``; ``sat-mon`` goes over the end of the week."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part!r} is no day; write {', '.join(DAYS)} or a span as mon-fri")
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _times(text: str) -> tuple[time, ...]:
    return tuple(sorted({_time(part) for part in text.split(",")}))


def _time(text: str) -> time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time of day; write it as 07:00")
    return time(int(found[1]), int(found[2]))
