from datetime import timedelta

import pytest

from tocsin.durations import in_words


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(milliseconds=400), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=400), "400 d"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_says_it_best(duration: timedelta, said: str) -> None:
    assert in_words(duration) == said
