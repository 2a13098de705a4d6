"""What takes a delivery to its receiver."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from tocsin.documents import ChannelDocument
from tocsin.ports.deliveries import Blame, Delivery


class Kind(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"  # the receiver took it
    PARTIAL = "partial"  # it took it for some of the recipients
    TRANSIENT = "transient"  # not taken, but may be later
    PERMANENT = "permanent"  # not taken, and will not be
    AMBIGUOUS = "ambiguous"  # it may have taken it and not said so
    BLOCKED = "blocked"  # our own rules forbid to call it


class Fault(StrEnum):
    """What a permanent failure says of the channel, beyond the one message."""

    NONE = ""  # nothing: it is about this message, or about us
    NO_MAILBOX = "no mailbox"  # there is no such address
    GONE = "gone"  # there is no such hook, room or account any more
    REFUSED = "refused"  # it does not let us in


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason`` is for people and holds no secret; ``retry_after`` is the receiver's wish.

    ``blame`` and ``fault`` are what a failure tells about, ``posted`` what the channel calls the message.
    """

    kind: Kind
    reason: str
    retry_after: timedelta | None = None
    blame: Blame = Blame.NOTHING
    posted: str = ""
    fault: Fault = Fault.NONE


class Sender(Protocol):
    async def send(
        self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
    ) -> Outcome:
        """Write the message and hand it to the channel; tell what became of it.

        ``posted`` is what the channel calls the first message of the delivery's thread.

        It never raises for what the channel or the receiver does. The same delivery is written
        the same each time, and carries its id wherever the channel has a place for it. It returns
        within a minute, whatever the receiver does.
        """
        ...
