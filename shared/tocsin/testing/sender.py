from collections.abc import Mapping, Sequence

from tocsin.delivery import message_of
from tocsin.documents import ChannelDocument
from tocsin.documents.channel_url import checked_url
from tocsin.ports.deliveries import Delivery
from tocsin.ports.sender import Kind, Outcome


TAKEN = Outcome(Kind.DELIVERED, "taken")


class FakeSender:
    """``outcomes`` tells for a channel what becomes of each message, the last for all that follow.

    ``sent`` holds what receivers got: what was delivered, and what may have been.
    """

    def __init__(self, outcomes: Mapping[str, Sequence[Outcome]] | None = None) -> None:
        self._outcomes = {channel: list(told) for channel, told in (outcomes or {}).items()}
        self.sent: list[tuple[str, str]] = []

    def answer(self, channel_id: str, *outcomes: Outcome) -> None:
        """Let the channel answer so from now on."""
        self._outcomes[channel_id] = list(outcomes)

    async def send(
        self, delivery: Delivery, channel: ChannelDocument, *, posted: str = ""
    ) -> Outcome:
        try:
            message_of(delivery)
            checked_url(channel.url.get_secret_value())
        except ValueError as error:
            return Outcome(Kind.PERMANENT, f"cannot be sent: {error}")
        outcome = self._next(channel.id)
        if outcome.kind in {Kind.DELIVERED, Kind.AMBIGUOUS, Kind.PARTIAL}:
            self.sent.append((channel.id, delivery.id))
        return outcome

    def _next(self, channel_id: str) -> Outcome:
        told = self._outcomes.get(channel_id, [TAKEN])
        return told.pop(0) if len(told) > 1 else told[0]
