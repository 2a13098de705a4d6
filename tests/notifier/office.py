"""A notifier of fakes, which keep every promise."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.ports.deliveries import DeliveryRecord
from tocsin.ports.sender import Sender
from tocsin.testing import (
    FakeClock,
    FakeDeliveryLedger,
    FakePreferences,
    FakeSender,
    FakeSubscriberStore,
    FakeSuppressions,
)
from tocsin_notifier.audience import LiveAudience
from tocsin_notifier.sending import Courier, Dispatcher
from tocsin_notifier.subscribers import Fanout


LEASE = timedelta(seconds=60)


@dataclass
class Office:
    """A notifier of fakes; ``pass_time`` lets what is due again be due."""

    sender: FakeSender
    clock: FakeClock = field(default_factory=FakeClock)
    store: FakeSubscriberStore = field(default_factory=FakeSubscriberStore)

    def __post_init__(self) -> None:
        self.ledger = FakeDeliveryLedger(self.clock)
        self.preferences = FakePreferences(self.clock)
        self.suppressions = FakeSuppressions()
        self.audience = LiveAudience(self.store, self.preferences)
        self.courier = self.courier_of(self.ledger, self.sender)
        self.dispatcher = Dispatcher(
            self.ledger, self.courier.deliver, owner="me", couriers=4, per_lane=2, lease=LEASE
        )
        self.fanout = Fanout(self.ledger, self.audience, self.clock, self.dispatcher.nudge)

    def courier_of(
        self,
        ledger: FakeDeliveryLedger,
        sender: Sender,
        lease: timedelta = LEASE,
        noted: Callable[[str], None] | None = None,
    ) -> Courier:
        return Courier(
            ledger,
            self.audience,
            sender,
            self.clock,
            lambda: 0.5,
            self.suppressions,
            lease=lease,
            noted=noted,
        )

    async def people(
        self,
        *channels: str,
        ann: Mapping[str, Any] | None = None,
        subscription: Mapping[str, Any] | None = None,
    ) -> None:
        """Have Ann listen to the rule on these channels, whose addresses she has confirmed."""
        await self.store.put(SubscriberDocument(id="ann", name="Ann", **(ann or {})))
        for channel in channels:
            await self.store.put(
                ChannelDocument(
                    id=channel,
                    subscriber="ann",
                    name=channel,
                    url=SecretStr(f"mailto:{channel}@example.org"),
                )
            )
            await self.store.stand(
                channel, lambda stands: stands.confirmed(self.clock.now(), "ann")
            )
        await self.store.put(
            SubscriptionDocument(
                id="sahel-ann", rule="sahel-jnim", subscriber="ann", **(subscription or {})
            )
        )

    async def records(self) -> Sequence[DeliveryRecord]:
        return await self.ledger.recent(100)

    async def until(self, settled: Callable[[Sequence[DeliveryRecord]], bool]) -> None:
        async with asyncio.timeout(20):
            while not settled(await self.records()):  # noqa: ASYNC110 -- a ledger tells nobody
                await asyncio.sleep(0.005)
