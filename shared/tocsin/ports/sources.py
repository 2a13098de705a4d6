"""The feeds, when each is due, and how it fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.documents import SourceDocument


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source beside what people wrote.

    ``etag`` and ``last_modified`` are as the server sent them. ``reason`` says why the next
    poll is at ``next_poll``.
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


@dataclass(frozen=True, slots=True)
class SourceLease:
    """The right to poll one source now. ``token`` fences: a later lease makes it void."""

    source: SourceDocument
    state: SourceState
    token: int


class SourceStore(Protocol):
    async def put(self, source: SourceDocument) -> None:
        """Add a source, due at once, or replace the one with its id."""
        ...

    async def delete(self, source_id: str) -> None:
        """Forget a source.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def all(self) -> Sequence[tuple[SourceDocument, SourceState]]:
        """Return every source with its state, ordered by id."""
        ...

    async def lease(self, limit: int, duration: timedelta) -> Sequence[SourceLease]:
        """Take up to ``limit`` enabled sources that are due and that nobody else polls now."""
        ...

    async def release(self, lease: SourceLease, state: SourceState) -> bool:
        """Note the outcome of a poll and when the next is due; tell whether the lease still held."""
        ...
