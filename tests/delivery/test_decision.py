from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.delivery import Deliver, Expire, GiveUp, RetryLater, decide
from tocsin.delivery.decision import MOST_UNSURE, age_limit
from tocsin.delivery.retry import backoff
from tocsin.documents import Priority
from tocsin.ports.deliveries import Blame, Claim, Delivery
from tocsin.ports.sender import Kind, Outcome


NOW = datetime(2026, 3, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DELIVERY = Delivery("d", "a", "r", "s", "c", "{}")
AGE_LIMIT = age_limit(DELIVERY)


def claim(*, attempts: int = 0, age: timedelta = timedelta(seconds=1), suspects: int = 0) -> Claim:
    return Claim(
        delivery=DELIVERY,
        fence=1,
        attempts=attempts,
        created_at=NOW - age,
        queued_at=NOW - age,
        suspect=suspects > 0,
        suspects=suspects,
    )


def test_success_is_noted() -> None:
    step = decide(Outcome(Kind.DELIVERED, "250 ok"), claim(), NOW, 0.5)

    assert step == Deliver("250 ok")


@pytest.mark.parametrize("kind", [Kind.PERMANENT, Kind.BLOCKED])
def test_what_no_repetition_can_mend_is_given_up_with_the_reason(kind: Kind) -> None:
    assert decide(Outcome(kind, "550 no such user"), claim(), NOW, 0.5) == GiveUp(
        "550 no such user"
    )


def test_what_some_recipients_have_is_not_sent_to_them_again() -> None:
    step = decide(Outcome(Kind.PARTIAL, "rcpt 550"), claim(), NOW, 0.5)

    assert step == GiveUp("taken for some of the recipients only: rcpt 550")


@pytest.mark.parametrize(
    ("attempts", "longest_s"),
    [(1, 5), (2, 20), (3, 80), (4, 320), (5, 1280), (6, 3600), (7, 3600), (10_000, 3600)],
)
def test_the_wait_grows_to_an_hour_and_has_full_jitter(attempts: int, longest_s: float) -> None:
    assert backoff(attempts, 0.0) == timedelta(seconds=2.5)
    assert backoff(attempts, 0.5) == max(timedelta(seconds=2.5), timedelta(seconds=longest_s / 2))
    assert backoff(attempts, 1.0) == timedelta(seconds=longest_s)


def test_a_refusal_that_may_pass_is_tried_again() -> None:
    step = decide(Outcome(Kind.TRANSIENT, "451 later"), claim(attempts=1), NOW, 0.5)

    assert step == RetryLater("451 later", timedelta(seconds=10))


def test_nothing_is_tried_before_the_receiver_wants_it() -> None:
    outcome = Outcome(Kind.TRANSIENT, "HTTP 429", retry_after=MINUTE * 7)

    assert decide(outcome, claim(), NOW, 0.99) == RetryLater(
        "HTTP 429", MINUTE * 7, rest=MINUTE * 7
    )


def test_where_the_receiver_may_have_it_a_repeat_waits_one_to_two_minutes() -> None:
    outcome = Outcome(Kind.AMBIGUOUS, "the line went dead")

    assert decide(outcome, claim(), NOW, 0.5) == RetryLater(
        "the line went dead", MINUTE * 1.5, unsure=True
    )


def test_a_receiver_that_never_answers_does_not_get_it_for_ever() -> None:
    step = decide(Outcome(Kind.AMBIGUOUS, "line dead"), claim(suspects=MOST_UNSURE), NOW, 0.5)

    assert step == GiveUp("the receiver may have it, but broke off 4 times: line dead")


def test_after_a_day_it_expires_with_the_reason() -> None:
    old = claim(attempts=30, age=AGE_LIMIT)

    step = decide(Outcome(Kind.TRANSIENT, "451 later"), old, NOW, 0.5)

    assert step == Expire("expired 24 h after it was due, after 31 attempts: 451 later")


def test_the_last_attempt_is_at_the_age_limit() -> None:
    old = claim(attempts=30, age=AGE_LIMIT - MINUTE)

    assert decide(Outcome(Kind.TRANSIENT, "451"), old, NOW, 0.9) == RetryLater("451", MINUTE)


def test_a_receiver_that_wants_to_wait_beyond_the_age_limit_lets_it_expire() -> None:
    outcome = Outcome(Kind.TRANSIENT, "HTTP 503", retry_after=timedelta(days=2))

    assert isinstance(decide(outcome, claim(), NOW, 0.5), Expire)


@pytest.mark.parametrize(
    ("delivery", "limit"),
    [
        (replace(DELIVERY, priority=Priority.BREAKING), 6 * HOUR),
        (replace(DELIVERY, priority=Priority.NORMAL), 24 * HOUR),
        (replace(DELIVERY, priority=Priority.LOW), 24 * HOUR),
        (replace(DELIVERY, is_digest=True), 48 * HOUR),
    ],
)
def test_how_long_it_is_tried_is_by_what_it_is(delivery: Delivery, limit: timedelta) -> None:
    outcome = Outcome(Kind.TRANSIENT, "451")
    before = replace(claim(age=limit - MINUTE), delivery=delivery)
    after = replace(claim(age=limit), delivery=delivery)

    assert isinstance(decide(outcome, before, NOW, 0.5), RetryLater)
    assert isinstance(decide(outcome, after, NOW, 0.5), Expire)


def test_what_is_to_blame_is_left_alone_as_long_as_it_wants_up_to_an_hour() -> None:
    outcome = Outcome(Kind.TRANSIENT, "HTTP 429", HOUR * 5, Blame.CHANNEL)

    step = decide(outcome, claim(), NOW, 0.5)

    assert step == RetryLater("HTTP 429", HOUR * 5, blame=Blame.CHANNEL, rest=HOUR)


@given(
    kind=st.sampled_from(Kind),
    attempts=st.integers(0, 1000),
    age=st.timedeltas(timedelta(), AGE_LIMIT * 3),
    suspects=st.integers(0, 10),
    chance=st.floats(0, 1, exclude_max=True),
    wish=st.none() | st.timedeltas(timedelta(), AGE_LIMIT * 2),
)
def test_a_retry_is_never_too_early_nor_after_the_age_limit(
    kind: Kind,
    attempts: int,
    age: timedelta,
    suspects: int,
    chance: float,
    wish: timedelta | None,
) -> None:
    tried = claim(attempts=attempts, age=age, suspects=suspects)

    step = decide(Outcome(kind, "why", wish), tried, NOW, chance)

    if isinstance(step, RetryLater):
        assert step.after >= (wish or timedelta())
        assert NOW + step.after <= tried.queued_at + AGE_LIMIT
        assert step.unsure == (kind is Kind.AMBIGUOUS)
    if kind is Kind.TRANSIENT and age < AGE_LIMIT and wish is None:
        assert isinstance(step, RetryLater)
