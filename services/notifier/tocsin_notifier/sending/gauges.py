import asyncio

from tocsin.ports.deliveries import DeliveryLedger
from tocsin_notifier import metrics


EVERY_S = 5.0


class Gauges:
    """Shows how the ledger stands."""

    def __init__(self, ledger: DeliveryLedger) -> None:
        self._ledger = ledger

    async def follow(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        metrics.DUE_LAG.set((await self._ledger.lag()).total_seconds())
        for state, count in (await self._ledger.counts()).items():
            metrics.STATES.labels(state).set(count)
