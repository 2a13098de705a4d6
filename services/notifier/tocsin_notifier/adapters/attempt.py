"""What went over the wire while one message was being sent.

Apprise tells only true or false; the seams note here what the receiver really said.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum

from tocsin_notifier.messages import Written


class Stage(IntEnum):
    """How far a dialogue with a mail server went."""

    CONNECT = 1
    AUTH = 2
    MAIL = 3
    RCPT = 4
    DATA = 5
    ANSWER = 6  # the message is on the server's side, its answer is not on ours


@dataclass(frozen=True, slots=True)
class SmtpReply:
    stage: Stage
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class SmtpLost:
    """The connection failed at this stage; ``error`` is for people."""

    stage: Stage
    error: str


@dataclass(frozen=True, slots=True)
class HttpReply:
    host: str
    status: int
    retry_after: str
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpLost:
    """No answer came. ``sent`` tells that the whole request had left."""

    host: str
    error: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Our own guard forbade a connection."""

    address: str


WireEvent = SmtpReply | SmtpLost | HttpReply | HttpLost | Refused


@dataclass(slots=True)
class Attempt:
    """One message on its way; used by the thread that sends it, and by who loses patience with it.

    ``mail`` is the message whole, where it is a mail. ``posted`` is what the channel calls the first message of the thread, if there is one.
    ``refused`` are the addresses that answered with an error: they are not asked again.
    ``sent`` tells that the last request, or the mail with its final dot, has left whole.
    """

    card: Written
    posted: str = ""
    mail: bytes = b""
    events: list[WireEvent] = field(default_factory=list)
    sent: bool = False
    given_up: bool = False
    refused: set[str] = field(default_factory=set)
    connection: socket.socket | None = None

    def note(self, event: WireEvent) -> None:
        self.events.append(event)

    def give_up(self) -> None:
        """Break off from another thread: what waits on the connection fails, no new one is made."""
        self.given_up = True
        connection = self.connection
        if connection is not None:
            with suppress(OSError):  # it is closed already, which is all we want
                connection.shutdown(socket.SHUT_RDWR)


# Apprise copies the context into threads of its own.
_CURRENT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def current() -> Attempt | None:
    return _CURRENT.get()


@contextmanager
def underway(attempt: Attempt) -> Iterator[None]:
    token = _CURRENT.set(attempt)
    try:
        yield
    finally:
        _CURRENT.reset(token)
