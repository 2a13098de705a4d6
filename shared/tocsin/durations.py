"""Spans of time, as people say them."""

from datetime import timedelta


UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def in_words(duration: timedelta) -> str:
    """Return the one unit that says it best: ``119 s``, ``2 min``, ``30 h``, ``5 d``; ``0 s`` for less than that."""
    for unit, length in UNITS:
        if duration >= 2 * length:
            return f"{duration // length} {unit}"
    return f"{max(0, round(duration.total_seconds()))} s"
