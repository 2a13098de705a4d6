"""The feeds, when each is due, and how it fares.

Every method raises StoreUnavailableError when the store is away; the same call may then
be made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.documents import SourceDocument


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source beside what people wrote.

    ``etag`` and ``last_modified`` are as the server sent them, and ``validated_url`` is the
    address that did: they are shown to no other. ``polled_url`` is the source's address at
    the last success, so an address that was changed since is known for a first contact.
    ``window`` holds the ids of the articles that the feed showed lately; they are not
    offered for publishing again, however long the feed stands still.
    ``problem`` is empty while all is well; ``reason`` says why the next poll is at ``next_poll``,
    which is missing while a poll is under way and where the source is disabled.
    """

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: int = 0
    problem: str = ""
    last_success: datetime | None = None
    last_new: datetime | None = None
    next_poll: datetime | None = None
    reason: str = ""
    interval_s: float = 0
    validated_url: str = ""
    polled_url: str = ""
    window: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceLease:
    """The right to poll one source now. ``token`` fences: a later lease makes it void."""

    source: SourceDocument
    state: SourceState
    token: int


class SourceStore(Protocol):
    """A source that cannot be read hides no other, and is not polled. It can be replaced and deleted."""

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Why, by id, the sources that were met here and cannot be read are so; asks nobody."""
        ...

    async def put(self, source: SourceDocument) -> None:
        """Add a source, due at once, or replace the one with its id.

        What is known of its state stays. It is due at once again, and a lease of it void, where
        the change bears on the polling (address, intervals, enabled); else the schedule stays.
        """
        ...

    async def delete(self, source_id: str) -> None:
        """Forget a source and all that is known of it.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def get(self, source_id: str) -> tuple[SourceDocument, SourceState]:
        """Return one source with its state.

        Raises:
            NotFoundError: there is none.
            UnreadableError: it cannot be read.
        """
        ...

    async def all(self) -> Sequence[tuple[SourceDocument, SourceState]]:
        """Return every source with its state, ordered by id."""
        ...

    async def poll_now(self, source_id: str) -> None:
        """Make an enabled source due at once, whatever its schedule says.

        Raises:
            NotFoundError: there is none, or it is disabled.
        """
        ...

    async def lease(self, limit: int, duration: timedelta) -> Sequence[SourceLease]:
        """Take up to ``limit`` enabled sources that are due and that nobody else polls now.

        The longest overdue come first. A source whose lease ran out is due again.
        """
        ...

    async def release(self, lease: SourceLease, state: SourceState) -> bool:
        """Note the outcome of a poll and when the next is due; tell whether the lease still held.

        Nothing is noted where it did not. A state without ``next_poll`` makes the source due
        at once.
        """
        ...
