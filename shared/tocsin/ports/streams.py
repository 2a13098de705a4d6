"""How the streams stand, what fell out of them, and which processes are at work.

Every method raises StoreUnavailableError while the store is away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


TAG = "{tocsin}:"  # what the name of each stream of ours begins with


def short_name(stream: str) -> str:
    """Return a stream's name as people are told it: ``articles``."""
    return stream.removeprefix(TAG)


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """``lag`` counts entries that the group has not read (None: the server cannot tell).

    ``oldest_pending_s`` and ``oldest_unread_s`` are the ages of the oldest entry that was read
    and is not finished, and of the oldest that was not read; 0 where there is none.
    ``consumers`` counts the processes that asked for entries within the last minute.
    """

    stream: str
    group: str
    length: int
    lag: int | None
    pending: int
    oldest_pending_s: float
    consumers: int
    oldest_unread_s: float = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An entry that could not be processed, as it was, and why.

    ``fields`` are the original bytes; ``id`` is its id among the dead letters of ``stream``,
    ``entry_id`` the one it had on the stream itself.
    """

    id: str
    stream: str
    group: str
    entry_id: str
    reason: str
    deliveries: int
    consumer: str
    at: datetime
    traceback: str
    fields: Mapping[bytes, bytes]


class StreamStatus(Protocol):
    async def groups(self) -> Sequence[GroupStatus]:
        """Return each consumer group of each stream of ours that exists."""
        ...


class DeadLetters(Protocol):
    async def recent(self, limit: int, *, until: str = "") -> Sequence[DeadLetter]:
        """Return the dead letters of all streams, newest first.

        ``until`` is the id of a letter: none that is newer is returned.
        """
        ...

    async def count(self) -> int:
        """Return how many there are."""
        ...

    async def get(self, stream: str, letter_id: str) -> DeadLetter:
        """Return one.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def replay(self, stream: str, letter_id: str) -> str:
        """Put the original entry back on its stream and drop the letter, in one step; return its new id.

        Every group of the stream reads it again; what they do is idempotent.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def discard(self, stream: str, letter_id: str) -> None:
        """Drop the letter.

        Raises:
            NotFoundError: there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class ServiceInstance:
    """A process at work. ``address`` is where its health and metrics are served."""

    service: str
    instance: str
    address: str
    started_at: datetime
    seen_at: datetime
    ready: bool
    problem: str = ""


class ServiceRegistry(Protocol):
    async def announce(self, instance: ServiceInstance) -> None:
        """Tell that the process is at work; forgotten unless told again within 15 s."""
        ...

    async def withdraw(self, service: str, instance: str) -> None:
        """Tell that the process ends."""
        ...

    async def instances(self) -> Sequence[ServiceInstance]:
        """Return the processes at work, by service and instance."""
        ...
