"""What redis-py raises, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from tocsin.errors import StoreUnavailableError


PASSING = (
    exceptions.ConnectionError,  # also: still loading its data, wrong password
    exceptions.TimeoutError,
    exceptions.ClusterDownError,
    exceptions.MasterDownError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.TryAgainError,
)
# Errors of redis-py that have no class of their own.
PASSING_CODES = ("MISCONF", "NOREPLICAS")


@contextmanager
def available() -> Iterator[None]:
    """Raise StoreUnavailableError for whatever may be over when the same is tried again."""
    try:
        yield
    except PASSING as error:
        raise StoreUnavailableError(str(error)) from error
    except exceptions.ResponseError as error:
        if str(error).startswith(PASSING_CODES):
            raise StoreUnavailableError(str(error)) from error
        raise
