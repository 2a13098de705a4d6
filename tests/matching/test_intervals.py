from hypothesis import given
from hypothesis import strategies as st

from tocsin.matching.intervals import Interval, minimal, over, pairs_in_order


def intervals() -> st.SearchStrategy[list[Interval]]:
    one = st.builds(
        lambda stream, first, length: Interval(stream, first, first + length),
        st.integers(0, 1),
        st.integers(0, 8),
        st.integers(0, 4),
    )
    return st.lists(one, max_size=8)


def contains(outer: Interval, inner: Interval) -> bool:
    same_stream = outer.stream == inner.stream
    return same_stream and outer.first <= inner.first and inner.last <= outer.last


def minimal_by_definition(found: list[Interval]) -> list[Interval]:
    distinct = sorted(set(found))
    return [
        each
        for each in distinct
        if not any(contains(each, other) for other in distinct if other != each)
    ]


@given(intervals())
def test_the_minimal_intervals_are_those_that_contain_no_other(found: list[Interval]) -> None:
    assert minimal(found) == minimal_by_definition(found)


@given(intervals(), intervals(), st.integers(0, 5))
def test_the_nearest_partner_suffices(
    left: list[Interval], right: list[Interval], distance: int
) -> None:
    left, right = minimal(left), minimal(right)
    every = [
        over(a, b)
        for a in left
        for b in right
        if a.stream == b.stream and a.last < b.first <= a.last + 1 + distance
    ]

    nearest = [
        over(a, b) for a, b in pairs_in_order(left, right) if b.first <= a.last + 1 + distance
    ]

    assert minimal(nearest) == minimal_by_definition(every)
