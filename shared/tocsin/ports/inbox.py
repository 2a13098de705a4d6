"""The demo inbox: what an alert looks like to the one who gets it, without any account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message as it arrived. ``kind`` is ``email`` or ``slack``; ``raw`` the bytes received."""

    id: str
    kind: str
    received_at: datetime
    recipient: str
    subject: str
    text: str
    html: str
    raw: bytes


class Inbox(Protocol):
    async def add(self, message: InboxMessage) -> None:
        """Keep a message; the oldest are dropped beyond a thousand. ``id`` is given by the inbox.

        Raises:
            StoreUnavailableError: it may not be kept; add it again.
        """
        ...

    async def recent(self, limit: int) -> Sequence[InboxMessage]:
        """Return the last messages, newest first."""
        ...

    async def after(self, message_id: str, *, wait_s: float = 0) -> Sequence[InboxMessage]:
        """Return what came after a message, oldest first; wait up to ``wait_s`` for the first.

        An empty id means from the beginning.
        """
        ...

    async def get(self, message_id: str) -> InboxMessage:
        """Return one.

        Raises:
            NotFoundError: there is none.
        """
        ...
