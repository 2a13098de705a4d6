"""What is decided for an entry whose handling failed."""

import pytest
from pydantic import ValidationError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError

from tocsin.errors import PermanentError, StoreUnavailableError
from tocsin.events import ArticleIngested
from tocsin.runtime.retries import (
    Bury,
    HandlerTimeoutError,
    Patience,
    Retry,
    after_failure,
    before_handling,
)


PATIENCE = Patience(max_deliveries=5, first_delay_s=0.5, max_delay_s=3, infrastructure_delay_s=1)


@pytest.mark.parametrize(("deliveries", "after_s"), [(1, 0.5), (2, 1), (3, 2), (4, 3)])
def test_each_repetition_waits_twice_as_long_up_to_the_limit(
    deliveries: int, after_s: float
) -> None:
    assert after_failure(ValueError("no"), deliveries, PATIENCE) == Retry(after_s, counts=True)


@pytest.mark.parametrize("deliveries", [5, 6, 1000])
def test_the_last_failure_ends_it(deliveries: int) -> None:
    assert after_failure(ValueError("no"), deliveries, PATIENCE) == Bury("ValueError: no")


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("refused"),
        OutOfMemoryError("full"),
        StoreUnavailableError("loading"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
def test_an_absent_store_is_not_the_entrys_fault(error: Exception) -> None:
    assert after_failure(error, 1000, PATIENCE) == Retry(1, counts=False)


def unreadable() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        ArticleIngested.model_validate_json("{}")
    return caught.value


@pytest.mark.parametrize("error", [PermanentError("no"), unreadable()])
def test_what_no_repetition_mends_ends_it_at_once(error: Exception) -> None:
    assert isinstance(after_failure(error, 1, PATIENCE), Bury)


def test_a_handler_that_takes_too_long_is_at_fault() -> None:
    assert after_failure(HandlerTimeoutError(10), 1, PATIENCE) == Retry(0.5, counts=True)


def test_an_entry_that_was_delivered_too_often_is_not_handled_again() -> None:
    assert before_handling(5, PATIENCE) is None
    assert isinstance(before_handling(6, PATIENCE), Bury)


def test_a_wait_stays_finite_however_often_it_is_doubled() -> None:
    endless = Patience(max_deliveries=10**9, max_delay_s=60)

    assert after_failure(ValueError("no"), 10**6, endless) == Retry(60, counts=True)
