"""When a source is polled next, and why then."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import assert_never

from tocsin.documents import SourceDocument
from tocsin.ports.sources import SourceState


SLOWER = 1.5  # by how much the interval grows at each poll that finds nothing new
LONGEST_WAIT = timedelta(hours=24)
RATE_LIMITED = timedelta(minutes=15)  # the first pause when a server wants one but not how long
WINDOW = 200  # ids kept of a feed, or twice as many as it shows


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server wants to be shown next time, as it was received, and by whom."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The feed is as it was at the last poll."""

    validators: Validators | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The feed was read. ``shown`` are the ids of its articles; ``new`` counts those published."""

    validators: Validators
    shown: tuple[str, ...]
    new: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The feed could not be had or not be read.

    ``pause`` is what the server asked for; ``rate_limited`` tells that it wants to be asked
    less often, however long.
    """

    problem: str
    pause: timedelta | None = None
    rate_limited: bool = False


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The poll could not be finished, through no fault of the source."""

    reason: str
    pause: timedelta


Outcome = Unchanged | Read | Failed | Interrupted


def after(
    source: SourceDocument, state: SourceState, outcome: Outcome, now: datetime, chance: float
) -> SourceState:
    """Return the source's state after a poll.

    ``chance``, 0 to 1, spreads the polls, so that sources added together do not stay together.
    """
    match outcome:
        case Read(validators, shown, new):
            state = _noted(state, validators)
            state = replace(
                state, window=_window(state, shown), last_new=now if new else state.last_new
            )
            return _succeeded(source, state, now, chance, new=new)
        case Unchanged(validators):
            return _succeeded(source, _noted(state, validators), now, chance, new=0)
        case Failed():
            return _failed(source, state, outcome, now, chance)
        case Interrupted(reason, pause):
            return replace(state, next_poll=now + pause, reason=reason)
        case _:
            assert_never(outcome)


def first_contact(source: SourceDocument, state: SourceState) -> bool:
    """Tell whether the source was never read at its present address."""
    return state.polled_url != source.url


def retry_after(header: str, now: datetime) -> timedelta | None:
    """Return the pause that a Retry-After header asks for, in either form (RFC 9110, 10.2.3)."""
    header = header.strip()
    if header.isdecimal():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    pause = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(pause, LONGEST_WAIT))


def _noted(state: SourceState, validators: Validators | None) -> SourceState:
    if validators is None:
        return state
    return replace(
        state,
        etag=validators.etag,
        last_modified=validators.last_modified,
        body_hash=validators.body_hash,
        validated_url=validators.url,
    )


def _window(state: SourceState, shown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids shown last, those of this fetch at the end."""
    ids = dict.fromkeys(state.window)
    for article_id in shown:
        ids.pop(article_id, None)
        ids[article_id] = None
    return tuple(ids)[-max(WINDOW, 2 * len(shown)) :]


def _succeeded(
    source: SourceDocument, state: SourceState, now: datetime, chance: float, *, new: int
) -> SourceState:
    shortest, longest = float(source.min_interval_s), float(source.max_interval_s)
    first = first_contact(source, state)
    interval = shortest if new or first else max(state.interval_s, shortest) * SLOWER
    interval = min(interval, longest)
    spread = min(max(interval * (0.9 + 0.2 * chance), shortest), longest)
    return replace(
        state,
        failures=0,
        problem="",
        polled_url=source.url,
        last_success=now,
        interval_s=interval,
        next_poll=now + timedelta(seconds=spread),
        reason=_why(new, first=first, interval=interval, longest=longest),
    )


def _why(new: int, *, first: bool, interval: float, longest: float) -> str:
    if new:
        return f"{new} new: soon again"
    if first:
        return "first poll: soon again"
    if interval >= longest:
        return "nothing new for long: as seldom as allowed"
    return "nothing new: a little later each time"


def _failed(
    source: SourceDocument, state: SourceState, failed: Failed, now: datetime, chance: float
) -> SourceState:
    failures = state.failures + 1
    shortest = timedelta(seconds=source.min_interval_s)
    if failed.pause is not None:
        # The server's word is kept; the spread comes after it.
        wait = max(failed.pause, shortest) * (1 + 0.1 * chance)
        reason = f"the server asked for a pause of {failed.pause.total_seconds():.0f} s"
    else:
        base = max(RATE_LIMITED, shortest) if failed.rate_limited else shortest
        most = min(LONGEST_WAIT, base * 2 ** min(failures, 20))
        wait = max(shortest, most * (0.5 + 0.5 * chance))
        reason = "failed once" if failures == 1 else f"failed {failures} times in a row"
        reason += ": later each time, a day at most"
    return replace(
        state,
        failures=failures,
        problem=failed.problem,
        next_poll=now + wait,
        reason=reason,
    )
