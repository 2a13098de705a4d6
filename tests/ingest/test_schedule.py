from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import NOW, RFI
from tocsin.ports.sources import SourceState
from tocsin_ingest.stages.schedule import (
    Failed,
    Interrupted,
    Outcome,
    Read,
    Unchanged,
    Validators,
    after,
    first_contact,
    retry_after,
)


SOURCE = RFI.model_copy(update={"min_interval_s": 300, "max_interval_s": 3_600})
SEEN = Validators(url=SOURCE.url, etag='"1"', last_modified="Thu", body_hash="ab")
READ_BEFORE = SourceState(
    etag='"0"',
    polled_url=SOURCE.url,
    validated_url=SOURCE.url,
    last_success=NOW - timedelta(hours=1),
    interval_s=300,
)


def next_state(state: SourceState, outcome: Outcome, *, chance: float = 0.5) -> SourceState:
    return after(SOURCE, state, outcome, NOW, chance)


def wait_s(state: SourceState) -> float:
    assert state.next_poll is not None
    return (state.next_poll - NOW).total_seconds()


def test_a_feed_with_news_is_polled_soon_again() -> None:
    slow = replace(READ_BEFORE, interval_s=3_000)

    state = next_state(slow, Read(SEEN, ("a", "b"), new=2))

    assert wait_s(state) == 300
    assert state.reason == "2 new: soon again"
    assert state.last_success == state.last_new == NOW
    assert (state.etag, state.last_modified, state.body_hash) == ('"1"', "Thu", "ab")
    assert (state.validated_url, state.polled_url) == (SOURCE.url, SOURCE.url)


def test_a_feed_without_news_is_polled_later_each_time_up_to_its_longest_interval() -> None:
    state = READ_BEFORE
    waits = []
    for _ in range(8):
        state = next_state(state, Unchanged())
        waits.append(wait_s(state))

    assert waits == sorted(waits)
    assert waits[:3] == [450, 675, 1012.5]
    assert waits[-1] == 3_600
    assert state.reason == "nothing new for long: as seldom as allowed"
    assert state.last_new is None


def test_a_feed_that_was_read_without_finding_news_counts_as_quiet() -> None:
    state = next_state(READ_BEFORE, Read(SEEN, ("a",), new=0))

    assert wait_s(state) == 450
    assert state.reason == "nothing new: a little later each time"


def test_the_first_poll_is_followed_soon() -> None:
    state = next_state(SourceState(), Read(SEEN, ("a",), new=0))

    assert wait_s(state) == 300
    assert state.reason == "first poll: soon again"


def test_an_unchanged_feed_keeps_what_its_server_said() -> None:
    assert next_state(READ_BEFORE, Unchanged()).etag == '"0"'
    assert next_state(READ_BEFORE, Unchanged(SEEN)).etag == '"1"'


def test_a_source_at_a_new_address_is_a_first_contact() -> None:
    assert first_contact(SOURCE, SourceState())
    assert not first_contact(SOURCE, READ_BEFORE)
    assert first_contact(SOURCE.model_copy(update={"url": "https://new.example"}), READ_BEFORE)


def test_failures_double_the_wait_up_to_a_day_and_never_end_the_polling() -> None:
    state = READ_BEFORE
    waits = []
    for _ in range(12):
        state = next_state(state, Failed("answers 500"), chance=1)
        waits.append(wait_s(state))

    assert waits[:3] == [600, 1_200, 2_400]
    assert waits[-1] == 86_400
    assert state.failures == 12
    assert state.problem == "answers 500"
    assert state.reason == "failed 12 times in a row: later each time, a day at most"
    assert state.last_success == READ_BEFORE.last_success


def test_a_success_forgets_the_failures() -> None:
    failed = next_state(READ_BEFORE, Failed("answers 500"))

    state = next_state(failed, Unchanged())

    assert (state.failures, state.problem) == (0, "")


def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    asked = Failed("answers 429", pause=timedelta(hours=2), rate_limited=True)

    assert wait_s(next_state(READ_BEFORE, asked, chance=0)) == 7_200
    assert next_state(READ_BEFORE, asked).reason == "the server asked for a pause of 7200 s"
    soon = Failed("answers 503", pause=timedelta(0))
    assert wait_s(next_state(READ_BEFORE, soon, chance=0)) == 300


def test_a_server_that_does_not_say_how_long_gets_a_quarter_of_an_hour_and_more() -> None:
    limited = Failed("answers 429", rate_limited=True)

    state = next_state(READ_BEFORE, limited, chance=0)

    assert wait_s(state) == 900
    assert wait_s(next_state(state, limited, chance=0)) == 1_800


def test_what_is_our_own_fault_is_not_held_against_the_source() -> None:
    outcome = Interrupted("the store was full", timedelta(seconds=5))

    state = next_state(READ_BEFORE, outcome)

    assert wait_s(state) == 5
    assert state == replace(READ_BEFORE, next_poll=state.next_poll, reason="the store was full")


def test_the_window_holds_what_was_shown_lately_the_last_at_the_end() -> None:
    state = next_state(replace(READ_BEFORE, window=("a", "b")), Read(SEEN, ("b", "c"), new=1))

    assert state.window == ("a", "b", "c")


def test_the_window_is_bounded_but_always_holds_the_whole_feed() -> None:
    old = tuple(f"old-{number}" for number in range(900))
    shown = tuple(f"new-{number}" for number in range(500))

    assert (
        len(next_state(replace(READ_BEFORE, window=old), Read(SEEN, ("a",), new=1)).window) == 200
    )
    window = next_state(replace(READ_BEFORE, window=old), Read(SEEN, shown, new=1)).window
    assert len(window) == 1_000
    assert window[-500:] == shown


outcomes = st.one_of(
    st.builds(Read, st.just(SEEN), st.just(("a",)), st.integers(0, 3)),
    st.builds(Unchanged),
    st.builds(
        Failed,
        st.just("no"),
        st.none() | st.timedeltas(timedelta(0), timedelta(days=1)),
        st.booleans(),
    ),
)


@given(st.lists(st.tuples(outcomes, st.floats(0, 1)), min_size=1, max_size=30))
def test_a_poll_is_never_sooner_than_allowed_and_always_comes(
    history: list[tuple[Outcome, float]],
) -> None:
    state = SourceState()
    for outcome, chance in history:
        state = next_state(state, outcome, chance=chance)

        assert 300 <= wait_s(state) <= 86_400 * 1.1
        assert state.reason
        if not isinstance(outcome, Failed):
            assert wait_s(state) <= 3_600


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("Thu, 01 Jan 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Thu, 01 Jan 2026 11:00:00 GMT", timedelta(0)),
        ("9" * 30, timedelta(hours=24)),
        ("Fri, 01 Jan 2027 00:00:00 GMT", timedelta(hours=24)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, pause: timedelta | None) -> None:
    assert retry_after(header, NOW) == pause


@given(st.text(max_size=50))
def test_no_header_brings_the_schedule_down(header: str) -> None:
    pause = retry_after(header, datetime(2026, 1, 1, tzinfo=UTC))

    assert pause is None or timedelta(0) <= pause <= timedelta(days=1)
