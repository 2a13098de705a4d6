import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol, assert_never

import structlog

from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.sources import SourceLease, SourceStore
from tocsin_ingest.pipeline.metrics import POLLS
from tocsin_ingest.stages.schedule import Failed, Interrupted, Outcome, Read, Unchanged, after


log = structlog.get_logger()

# The deadlines of fetching (20 s) and reading (30 s), time to publish, and some more.
LEASE = timedelta(seconds=90)
LOOK_EVERY_S = 1.0


class Poll(Protocol):
    async def run(self, lease: SourceLease) -> Outcome: ...


class Poller:
    """Leases the sources that are due and polls them, many at once.

    ``chance`` returns a number from 0 to 1.
    """

    def __init__(
        self,
        sources: SourceStore,
        poll: Poll,
        clock: Clock,
        chance: Callable[[], float],
        *,
        at_once: int = 32,
    ) -> None:
        self._sources = sources
        self._poll = poll
        self._clock = clock
        self._chance = chance
        self._at_once = at_once
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Poll until ``drain``, or until cancelled: then what is under way is given back.

        Raises:
            StoreUnavailableError: the schedule cannot be read; polls under way go on, and this
                may be run again.
        """
        try:
            while not self._stopping.is_set():
                await self._start_due()
                await self._wait()
            await self._finish()
        except asyncio.CancelledError:
            for poll in self._running:
                poll.cancel()
            await self._finish()
            raise

    async def drain(self) -> None:
        """Take no more sources, and wait for the polls under way."""
        self._stopping.set()
        await self._finish()

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running)

    async def _start_due(self) -> None:
        free = self._at_once - len(self._running)
        for lease in await self._sources.lease(free, LEASE) if free else ():
            poll = asyncio.create_task(self._run(lease), name=f"poll {lease.source.id}")
            self._running.add(poll)
            poll.add_done_callback(self._running.discard)

    async def _wait(self) -> None:
        """Wait for a free place, or a second, or the end."""
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait(
            {stopping, *self._running},
            timeout=LOOK_EVERY_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        stopping.cancel()

    async def _run(self, lease: SourceLease) -> None:
        try:
            outcome = await self._poll.run(lease)
        except asyncio.CancelledError:
            await self._release(lease, Interrupted("the poller was stopped", timedelta(0)))
            raise
        except Exception as error:
            # One source that trips over a mistake of ours must not stop the others.
            log.exception("poll died", source=lease.source.id)
            outcome = Failed(f"cannot be polled because of an error of ours ({error!r})")
        await self._release(lease, outcome)

    async def _release(self, lease: SourceLease, outcome: Outcome) -> None:
        state = after(lease.source, lease.state, outcome, self._clock.now(), self._chance())
        try:
            held = await self._sources.release(lease, state)
        except StoreUnavailableError as error:
            # The lease ends by itself, and somebody polls again: what was published stays known.
            log.warning("outcome of a poll not noted", source=lease.source.id, problem=error.reason)
            return
        _tell(lease, outcome, held=held)


def _tell(lease: SourceLease, outcome: Outcome, *, held: bool) -> None:
    told = log.bind(source=lease.source.id, held=held)
    match outcome:
        case Read(new=new, shown=shown):
            POLLS.labels("read").inc()
            told.info("source read", new=new, entries=len(shown))
        case Unchanged():
            POLLS.labels("unchanged").inc()
            told.debug("source unchanged")
        case Failed(problem=problem):
            POLLS.labels("failed").inc()
            told.warning("source failed", problem=problem, failures=lease.state.failures + 1)
        case Interrupted(reason=reason):
            POLLS.labels("interrupted").inc()
            told.warning("poll interrupted", reason=reason)
        case _:
            assert_never(outcome)
