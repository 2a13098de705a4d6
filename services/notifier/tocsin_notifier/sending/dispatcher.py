import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from tocsin.errors import StoreUnavailableError
from tocsin.ports.deliveries import NO_PACES, Claim, DeliveryLedger, Paces
from tocsin_notifier import metrics
from tocsin_notifier.sending.courier import LEASE


log = structlog.get_logger()

# What this process enqueues wakes it at once; this is for retries, and for what others enqueue.
LOOK_EVERY_S = 0.25
SILENCE_S = 15.0


class Dispatcher:
    """Takes what is due and has it delivered, as many at once as there are couriers.

    Args:
        deliver: takes one claim to its end.
        couriers: how many deliveries may be under way here.
        per_lane: how many of one lane, over all processes.
        paces: how fast, by the first word of a lane.
    """

    def __init__(
        self,
        ledger: DeliveryLedger,
        deliver: Callable[[Claim], Awaitable[None]],
        *,
        owner: str,
        couriers: int,
        per_lane: int,
        paces: Mapping[str, Paces] = NO_PACES,
        lease: timedelta = LEASE,
    ) -> None:
        self._ledger = ledger
        self._deliver = deliver
        self._owner = owner
        self._couriers = couriers
        self._per_lane = per_lane
        self._paces = paces
        # Under load several are claimed at once, rather than each as soon as one has ended.
        self._fewest = max(1, couriers // 8)
        self._lease = lease
        self._under_way: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._taking_up = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._looked_at: float | None = None

    def nudge(self) -> None:
        """Tell that something may be due."""
        self._woken.set()

    async def run(self) -> None:
        """Dispatch until cancelled.

        Raises:
            StoreUnavailableError: the ledger cannot be read; what is under way goes on.
        """
        while True:
            self._woken.clear()
            async with self._taking_up:
                found = await self._take_up()
            if not found:
                await self._rest()

    async def drain(self, within_s: float) -> None:
        """Take up nothing more, and wait for what is under way; break off what takes too long."""
        self._stopping.set()
        async with self._taking_up:
            pass  # what was just claimed is given back
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def problem(self) -> str | None:
        """Tell why nothing is sent, if so."""
        now = asyncio.get_running_loop().time()
        if self._looked_at is None:
            return "has not looked for due deliveries yet"
        if now - self._looked_at > SILENCE_S:
            return f"has not looked for due deliveries for {now - self._looked_at:.0f} s"
        return None

    async def _take_up(self) -> bool:
        """Start what is due, as far as couriers are free; tell whether there was anything."""
        self._looked_at = asyncio.get_running_loop().time()
        free = self._couriers - len(self._under_way)
        if free < self._fewest or self._stopping.is_set():
            return False
        claims = await self._ledger.claim(
            self._owner, free, self._lease, per_lane=self._per_lane, paces=self._paces
        )
        for claim in claims:
            if self._stopping.is_set():
                await self._ledger.release(claim)
            else:
                self._start(claim)
        return bool(claims)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._to_its_end(claim), name=f"delivery {claim.delivery.id}")
        self._under_way.add(task)
        metrics.UNDER_WAY.set(len(self._under_way))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        metrics.UNDER_WAY.set(len(self._under_way))
        self.nudge()

    async def _to_its_end(self, claim: Claim) -> None:
        try:
            await self._deliver(claim)
        except StoreUnavailableError as error:
            log.warning("delivery put off", delivery=claim.delivery.id, error=str(error))
        except Exception:
            # Its lease runs out, and it is tried again; the others go on.
            log.exception("delivery failed", delivery=claim.delivery.id)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._woken.wait()
