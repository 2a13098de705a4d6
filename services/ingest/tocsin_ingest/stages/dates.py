"""The dates that feeds, pages and people write. Where no time zone is told, UTC is meant."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# A publisher in another time zone, who writes local time without saying so, is ahead of us.
AHEAD = timedelta(days=1)

_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9}

_TIME = r"(?:[,\s]+(?:at\s+)?(\d{1,2}):(\d\d)(?::\d\d)?\s*(am|pm)?)?(?:\s*(?:utc|gmt|z))?"
# July 2, 2025 · Wednesday, July 2, 2025 9:30 am
_MONTH_FIRST = re.compile(
    rf"(?:\w+,?\s+)??([^\W\d]+)\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}",
    re.IGNORECASE,
)
# 2 July 2025 · mercredi 2 juillet 2025 · 2 de julio de 2025 · 2. Juli 2025 09:30
_DAY_FIRST = re.compile(
    rf"(?:\w+,?\s+)??(\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+)?(\d{{4}}){_TIME}",
    re.IGNORECASE,
)


def parse(text: str) -> datetime | None:
    """Return the moment that a text names, in UTC; None where it names none that we can read.

    Read are ISO 8601, RFC 5322 (as in RSS), and dates in words in English, French, Spanish,
    Portuguese and German.
    """
    written = " ".join(text.split())[:80]
    for read in (_iso, _in_words, _mail):
        try:
            moment = read(written)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
        if moment is not None:
            return _utc(moment)
    return None


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment in UTC if news may bear that date, else None."""
    if moment is None or not EARLIEST <= moment <= now + AHEAD:
        return None
    return _utc(moment)


def _iso(written: str) -> datetime | None:
    if not written[:4].isdecimal():
        return None
    return datetime.fromisoformat(written)


def _in_words(written: str) -> datetime | None:
    if found := _MONTH_FIRST.fullmatch(written):
        month, day, year, *time = found.groups()
    elif found := _DAY_FIRST.fullmatch(written):
        day, month, year, *time = found.groups()
    else:
        return None
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    return datetime(int(year), number, int(day), *_hour_and_minute(*time), tzinfo=UTC)


def _hour_and_minute(hour: str | None, minute: str | None, half: str | None) -> tuple[int, int]:
    if half is None:
        return int(hour or 0), int(minute or 0)
    return int(hour or 0) % 12 + (12 if half.lower() == "pm" else 0), int(minute or 0)


def _mail(written: str) -> datetime | None:
    return parsedate_to_datetime(written)


def _utc(moment: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except OverflowError:  # at the very ends of the calendar
        return None
