"""Whether anything may be sent to a channel just now, by how the channel and its address stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.delivery.decision import GiveUp
from tocsin.delivery.identity import ASK, TEST
from tocsin.delivery.policy import Suppress
from tocsin.documents import ChannelDocument, ChannelState, Standing, state_of
from tocsin.ports.subscribers import DocumentKind
from tocsin.ports.suppressions import Suppression


# How long alerts wait for somebody to confirm the address; who never does never wanted them.
PATIENCE = timedelta(days=30)

# How soon it is seen that a document can be read again.
UNREAD_PAUSE = timedelta(minutes=1)

# Somebody who follows the link soon wants the alert soon; who takes days can wait some minutes.
LOOK_SOONEST = timedelta(seconds=30)
LOOK_LATEST = timedelta(minutes=15)
LOOK_SHARE = 20


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is sent before ``until``; then it is looked at anew."""

    gate: str
    until: datetime


Bar = GiveUp | Suppress


def waits(
    channel: ChannelDocument,
    standing: Standing,
    subscription_id: str,
    created_at: datetime,
    now: datetime,
) -> Wait | None:
    """Return for how long what was made then has to wait, if it has to."""
    if subscription_id in {ASK, TEST} or state_of(channel, standing) is not ChannelState.PENDING:
        return None
    age = now - created_at
    if age >= PATIENCE:
        return None
    pause = min(max(age / LOOK_SHARE, LOOK_SOONEST), LOOK_LATEST)
    return Wait("its address is not confirmed yet", now + pause)


def waits_for_reading(kind: DocumentKind, id_: str, now: datetime) -> Wait:
    """Return how long to wait for somebody to put right a document that cannot be read."""
    return Wait(f"the {kind} {id_!r} cannot be read", now + UNREAD_PAUSE)


def bar(
    channel: ChannelDocument,
    standing: Standing,
    suppression: Suppression | None,
    subscription_id: str,
) -> Bar | None:
    """Return why nothing may be sent there, if so; what has waited too long is no longer waited for."""
    if suppression is not None:
        return Suppress(f"the address is {suppression}")
    match state_of(channel, standing):
        case ChannelState.DISABLED:
            reason = f" ({standing.reason})" if standing.reason else ""
            return GiveUp(
                f"the channel {channel.id!r} is disabled{reason}: enable it, then revive this delivery"
            )
        case ChannelState.PENDING if subscription_id == TEST:
            return GiveUp(
                "its address is not confirmed yet: follow the link in the mail that went there, or "
                f"tocsin channels confirm {channel.id}"
            )
        case ChannelState.PENDING if subscription_id != ASK:
            return Suppress(f"nobody confirmed the address within {PATIENCE.days} days")
        case _:
            return None
