"""Minimal intervals of words, on which NEAR and its kin are defined.

An expression is true at intervals of words; of those only the minimal count, which contain
no other. Source: Clarke, Cormack and Burkowski, An Algebra for Structured Text Search and a
Framework for its Implementation, 1995; Lucene's IntervalsSource follows it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Interval(NamedTuple):
    """Words ``first`` to ``last`` (inclusive) of one stream of an article."""

    stream: int
    first: int
    last: int


def minimal(intervals: Iterable[Interval]) -> list[Interval]:
    """Return, in order, the intervals that contain no other.

    Of what is returned both ends grow strictly within each stream.
    """
    kept: list[Interval] = []
    # From the right, and of those with one start the shortest first: an interval contains
    # another if and only if one that was met before ends no later.
    for each in sorted(intervals, key=lambda i: (i.stream, i.first, -i.last), reverse=True):
        if not kept or kept[-1].stream != each.stream or each.last < kept[-1].last:
            kept.append(each)
    kept.reverse()
    return kept


def pairs_in_order(
    left: list[Interval], right: list[Interval]
) -> Iterator[tuple[Interval, Interval]]:
    """Yield each of ``left`` with the nearest of ``right`` that begins behind its end.

    Both are minimal and in order. Any other partner of the same interval is farther away and
    the interval over both is longer, so the nearest suffices.
    """
    starts = [(interval.stream, interval.first) for interval in right]
    for interval in left:
        index = bisect_left(starts, (interval.stream, interval.last + 1))
        if index < len(right) and right[index].stream == interval.stream:
            yield interval, right[index]


def pairs(left: list[Interval], right: list[Interval]) -> Iterator[tuple[Interval, Interval]]:
    """Yield the pairs in either order, the earlier first."""
    yield from pairs_in_order(left, right)
    yield from pairs_in_order(right, left)


def between(first: Interval, second: Interval) -> int:
    """Return how many words lie between two intervals, of which ``first`` ends before ``second``."""
    return second.first - first.last - 1


def over(first: Interval, second: Interval) -> Interval:
    return Interval(first.stream, first.first, second.last)
