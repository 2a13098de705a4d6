"""How a channel stands, beside what people wrote of it: confirmed, failing, disabled, and why.

A standing holds facts; what they come to is ``state_of``. Every function here is pure.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.documents.channel_url import mail_address
from tocsin.documents.subscriber import ChannelDocument


KEPT_NOTES = 20

# What refuses us so often, over at least so long, is taken for broken.
MOST_FAILURES = 3
FAILING_FOR = timedelta(hours=1)

# Confirmation mails to one address in a day: somebody may have typed a stranger's.
MOST_ASKED = 3
DAY = timedelta(days=1)


class ChannelState(StrEnum):
    PENDING = "pending"  # nobody has confirmed the address yet; what is for it waits
    ACTIVE = "active"
    FAILING = "failing"  # it refused the last messages; it is tried still
    DISABLED = "disabled"  # by the operator, or because it failed for good


class Note(BaseModel):
    """Something that was done to a channel, and by whom."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    who: str
    what: str


class Standing(BaseModel):
    """``proof`` is what the link of the confirmation mail shows; ``asked`` counts these mails.

    ``failures`` counts permanent ones since the last success, the first ``failing_since``;
    ``reason`` is the last one's, or the operator's for disabling it. ``told`` tells that its owner
    was told of it.
    """

    model_config = ConfigDict(frozen=True)

    confirmed_at: AwareDatetime | None = None
    confirmed_by: str = ""
    proof: str = ""
    asked: int = 0
    asked_at: AwareDatetime | None = None
    failures: int = 0
    failing_since: AwareDatetime | None = None
    disabled_at: AwareDatetime | None = None
    reason: str = ""
    told: bool = False
    notes: tuple[Note, ...] = ()

    def noted(self, at: datetime, who: str, what: str, **changes: object) -> Self:
        """Return the standing with the changes, and a note of who made them."""
        notes = (*self.notes, Note(at=at, who=who, what=what))[-KEPT_NOTES:]
        return self.model_copy(update={**changes, "notes": notes})

    def confirmed(self, at: datetime, who: str) -> Self:
        if self.confirmed_at is not None:
            return self
        return self.noted(at, who, "confirmed the address", confirmed_at=at, confirmed_by=who)

    def asked_for(self, at: datetime, proof: str) -> Self:
        """Return the standing once a confirmation mail with this proof is on its way."""
        return self.model_copy(
            update={"proof": proof, "asked": self.asked + 1, "asked_at": at},
        )

    def may_be_asked_again(self, now: datetime) -> bool:
        """Tell whether another confirmation mail would not be one too many."""
        return self.asked % MOST_ASKED != 0 or self.asked_at is None or now - self.asked_at >= DAY

    def to_be_asked_again(self, at: datetime, who: str) -> Self:
        """Return the standing with no mail on its way; the one before works no longer."""
        return self.noted(at, who, "had the address asked again", proof="")

    def failed(self, at: datetime, reason: str, *, for_good: bool) -> Self:
        """Return the standing after a permanent failure; ``for_good`` disables it at once."""
        failures, since = self.failures + 1, self.failing_since or at
        changes = {"failures": failures, "failing_since": since, "reason": reason}
        if for_good or (failures >= MOST_FAILURES and at - since >= FAILING_FOR):
            return self.noted(at, "tocsin", f"disabled: {reason}", **changes, disabled_at=at)
        if failures == 1:
            return self.noted(at, "tocsin", f"failing: {reason}", **changes)
        return self.model_copy(update=changes)

    def worked(self, at: datetime) -> Self:
        """Return the standing after a success."""
        if not self.failures:
            return self
        return self._reopened(at, "tocsin", "works again")

    def disabled(self, at: datetime, who: str, reason: str) -> Self:
        what = f"disabled: {reason}" if reason else "disabled"
        return self.noted(at, who, what, disabled_at=at, reason=reason)

    def enabled(self, at: datetime, who: str) -> Self:
        """Return the standing with a new chance, whatever failed before."""
        return self._reopened(at, who, "enabled")

    def _reopened(self, at: datetime, who: str, what: str) -> Self:
        return self.noted(
            at,
            who,
            what,
            failures=0,
            failing_since=None,
            disabled_at=None,
            reason="",
            told=False,
        )


def needs_confirmation(channel: ChannelDocument) -> bool:
    """Tell whether somebody could be written to there who never asked for it."""
    return mail_address(channel.url.get_secret_value()) is not None


def state_of(channel: ChannelDocument, standing: Standing) -> ChannelState:
    if not channel.enabled or standing.disabled_at is not None:
        return ChannelState.DISABLED
    if standing.confirmed_at is None and needs_confirmation(channel):
        return ChannelState.PENDING
    if standing.failures:
        return ChannelState.FAILING
    return ChannelState.ACTIVE


def after_change(before: ChannelDocument, after: ChannelDocument, standing: Standing) -> Standing:
    """Return the standing once the channel's document was replaced.

    Another address must be confirmed anew; another URL for the same has a new chance.
    """
    old, new = before.url.get_secret_value(), after.url.get_secret_value()
    if old == new:
        return standing
    if mail_address(old) != mail_address(new):
        return Standing(notes=standing.notes)
    return Standing(
        confirmed_at=standing.confirmed_at,
        confirmed_by=standing.confirmed_by,
        notes=standing.notes,
    )
