"""Every rule is in exactly one shard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.matching import Shard


@given(st.text(max_size=20), st.integers(1, 9))
def test_every_rule_is_in_exactly_one_shard(rule_id: str, count: int) -> None:
    shards = [Shard(number, count) for number in range(1, count + 1)]

    assert sum(shard.has(rule_id) for shard in shards) == 1


def test_rules_are_spread_evenly() -> None:
    shards = [Shard(number, 4) for number in range(1, 5)]

    sizes = [sum(shard.has(f"rule-{n}") for n in range(4_000)) for shard in shards]

    assert min(sizes) > 900


def test_where_a_rule_is_never_changes() -> None:
    """Another answer would lose alerts while matchers of two versions run side by side."""
    assert [str(shard) for n in range(1, 5) if (shard := Shard(n, 4)).has("sahel-jnim")] == ["2/4"]


def test_a_shard_is_read_as_it_is_written() -> None:
    assert Shard.parse(" 2/4 ") == Shard(2, 4)
    assert str(Shard(2, 4)) == "2/4"
    assert Shard() == Shard.parse("1/1")


@pytest.mark.parametrize("text", ["", "2", "2/", "0/4", "a/b", "-1/4", "2/4/8"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a shard such as 2/4"):
        Shard.parse(text)


def test_a_number_beyond_the_count_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no shard 5/4: write 1/4 to 4/4"):
        Shard.parse("5/4")
