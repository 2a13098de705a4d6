"""What a notifier that was killed had sent and not noted is noted by the next that starts."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

import structlog

from tocsin.ports.deliveries import DeliveryLedger


log = structlog.get_logger()


class Sent(Protocol):
    @property
    def delivery_id(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def posted(self) -> str: ...


class Legacy(Protocol):
    """What one dead process left. Nobody else reads it meanwhile."""

    def entries(self) -> Sequence[Sent]: ...

    def discard(self) -> None: ...


class Journal(Protocol):
    def abandoned(self) -> Iterator[Legacy]: ...


async def recover(ledger: DeliveryLedger, journal: Journal) -> None:
    """Note all that was left; again where it was noted already, which changes nothing.

    Raises:
        StoreUnavailableError: the ledger cannot be told now; what is left stays for the next.
    """
    for legacy in journal.abandoned():
        entries = legacy.entries()
        await asyncio.gather(
            *(ledger.confirm(each.delivery_id, each.reason, posted=each.posted) for each in entries)
        )
        legacy.discard()
        log.info("what a dead notifier sent is noted", messages=len(entries))
