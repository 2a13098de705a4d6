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
        """Keep a message; the oldest are dropped beyond a thousand. ``id`` is given by the inbox."""
        ...

    async def recent(self, limit: int) -> Sequence[InboxMessage]:
        """Return the last messages, newest first."""
        ...

    async def get(self, message_id: str) -> InboxMessage:
        """Return one.

        Raises:
            NotFoundError: there is none.
        """
        ...
