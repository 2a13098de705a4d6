from collections.abc import Collection, Mapping
from dataclasses import replace

from tocsin.ports.clock import Clock
from tocsin.ports.preferences import (
    Muted,
    Rating,
    Snoozed,
    Unsubscribed,
    WantsDigest,
    Wish,
    Wishes,
)


class FakePreferences:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wishes = Wishes()
        self._ratings: dict[str, Rating] = {}

    async def wishes(self) -> Wishes:
        return self._wishes

    async def wish(self, wish: Wish) -> bool:
        return self._become(self._with(wish))

    async def withdraw(self, wish: Wish) -> bool:
        return self._become(self._without(wish))

    async def rate(self, delivery_id: str, *, useful: bool) -> None:
        self._ratings[delivery_id] = Rating(useful, self._clock.now())

    async def ratings(self, delivery_ids: Collection[str]) -> Mapping[str, Rating]:
        return {id_: self._ratings[id_] for id_ in delivery_ids if id_ in self._ratings}

    def _become(self, wishes: Wishes) -> bool:
        if wishes == self._wishes:
            return False
        self._wishes = replace(wishes, revision=self._wishes.revision + 1)
        return True

    def _with(self, wish: Wish) -> Wishes:
        stand = self._wishes
        match wish:
            case Unsubscribed(subscription, channel):
                return replace(stand, unsubscribed=stand.unsubscribed | {(subscription, channel)})
            case Snoozed(subscription, until):
                return replace(stand, snoozed={**stand.snoozed, subscription: until})
            case Muted(subscriber, story, until):
                return replace(stand, muted={**stand.muted, (subscriber, story): until})
            case WantsDigest(subscription):
                return replace(stand, digests=stand.digests | {subscription})

    def _without(self, wish: Wish) -> Wishes:
        stand = self._wishes
        match wish:
            case Unsubscribed(subscription, channel):
                return replace(stand, unsubscribed=stand.unsubscribed - {(subscription, channel)})
            case Snoozed(subscription):
                left = {key: end for key, end in stand.snoozed.items() if key != subscription}
                return replace(stand, snoozed=left)
            case Muted(subscriber, story):
                muted = stand.muted.items()
                return replace(
                    stand, muted={key: end for key, end in muted if key != (subscriber, story)}
                )
            case WantsDigest(subscription):
                return replace(stand, digests=stand.digests - {subscription})
