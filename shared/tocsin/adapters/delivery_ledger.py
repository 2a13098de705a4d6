import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.errors import NotFoundError
from tocsin.ports.deliveries import (
    RETENTION,
    Attempt,
    Claim,
    Delivery,
    DeliveryRecord,
    State,
)


BATCH = 250  # deliveries enqueued by one script, so that none holds up the server
PAGE = 100  # records fetched at once
MAX_REASON = 500  # characters


class RedisDeliveryLedger:
    """Deliveries in hashes, and queues of their ids; the server's clock is the only one.

    What happens to a delivery happens in ``lua/delivery_ledger.lua``.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script = script(redis, "delivery_ledger")

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        new = 0
        for start in range(0, len(deliveries), BATCH):
            fields = (
                field
                for delivery in deliveries[start : start + BATCH]
                for field in (
                    delivery.id,
                    delivery.article_id,
                    delivery.rule_id,
                    delivery.subscription_id,
                    delivery.channel_id,
                    delivery.lane,
                    delivery.payload,
                )
            )
            new += await self._do("enqueue", *fields)
        return new

    async def claim(
        self, owner: str, limit: int, lease: timedelta, *, per_lane: int = 8
    ) -> Sequence[Claim]:
        claims = await self._do("claim", owner, limit, _ms(lease), per_lane)
        return [_claim(fields) for fields in claims]

    async def begin(self, claim: Claim, lease: timedelta) -> bool:
        return bool(await self._do("begin", claim.delivery.id, claim.fence, _ms(lease)))

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        return bool(await self._do("renew", claim.delivery.id, claim.fence, _ms(lease)))

    async def delivered(self, claim: Claim, reason: str) -> None:
        await self._do("delivered", claim.delivery.id, claim.fence, reason[:MAX_REASON])

    async def retry(
        self, claim: Claim, reason: str, after: timedelta, *, unsure: bool = False
    ) -> None:
        await self._do(
            "retry",
            claim.delivery.id,
            claim.fence,
            reason[:MAX_REASON],
            _ms(after),
            "1" if unsure else "",
        )

    async def dead(self, claim: Claim, reason: str) -> None:
        await self._do("dead", claim.delivery.id, claim.fence, reason[:MAX_REASON])

    async def release(self, claim: Claim) -> None:
        await self._do("release", claim.delivery.id, claim.fence)

    async def revive(self, delivery_id: str) -> None:
        if not await self._do("revive", delivery_id):
            raise NotFoundError("dead delivery", delivery_id)

    async def get(self, delivery_id: str) -> DeliveryRecord:
        with available():
            fields: Any = await self._redis.hgetall(keys.delivery(delivery_id))
        if not fields:
            raise NotFoundError("delivery", delivery_id)
        return _record(delivery_id, fields)

    async def recent(
        self, limit: int, *, state: State | None = None, article_id: str | None = None
    ) -> Sequence[DeliveryRecord]:
        if article_id is not None:
            index = keys.deliveries_of(article_id)
        elif state is not None:
            index = keys.deliveries_in(state)
        else:
            index = keys.DELIVERIES_RECENT
        found: list[DeliveryRecord] = []
        start = 0
        while len(found) < limit and (page := await self._page(index, start)):
            found += [record for record in page if state is None or record.state == state]
            start += PAGE
        return found[:limit]

    async def counts(self) -> dict[State, int]:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            for state in State:
                commands.zcard(keys.deliveries_in(state))
            counted = await commands.execute()
        return dict(zip(State, counted, strict=True))

    async def lag(self) -> timedelta:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.time()
            commands.zrange(keys.DELIVERIES_DUE, 0, 0, withscores=True)
            (seconds, microseconds), first = await commands.execute()
        if not first:
            return timedelta()
        now_ms = seconds * 1000 + microseconds // 1000
        return timedelta(milliseconds=max(0, now_ms - first[0][1]))

    async def _page(self, index: str, start: int) -> Sequence[DeliveryRecord] | None:
        """Return the records of a page of an index, or None behind its end."""
        with available():
            ids: Any = await self._redis.zrange(index, start, start + PAGE - 1, desc=True)
            commands: Any = self._redis.pipeline(transaction=False)
            for id_ in ids:
                commands.hgetall(keys.delivery(id_.decode()))
            found = await commands.execute()
        if not ids:
            return None
        return [
            _record(id_.decode(), fields) for id_, fields in zip(ids, found, strict=True) if fields
        ]

    async def _do(self, operation: str, *arguments: str | int) -> Any:
        with available():
            return await self._script(
                keys=[keys.DELIVERIES_DUE],
                args=[keys.PREFIX, _ms(RETENTION), operation, *arguments],
            )


def _ms(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)


def _moment(ms: str | bytes | int) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def _claim(fields: Sequence[bytes]) -> Claim:
    (id_, fence, attempts, created, queued, suspects, *rest) = (field.decode() for field in fields)
    article, rule, subscription, channel, lane, payload = rest
    return Claim(
        delivery=Delivery(id_, article, rule, subscription, channel, payload, lane),
        fence=int(fence),
        attempts=int(attempts),
        created_at=_moment(created),
        queued_at=_moment(queued),
        suspect=int(suspects) > 0,
        suspects=int(suspects),
    )


def _record(id_: str, raw: dict[bytes, bytes]) -> DeliveryRecord:
    fields = {name.decode(): value.decode() for name, value in raw.items()}
    return DeliveryRecord(
        delivery=Delivery(
            id=id_,
            article_id=fields["article"],
            rule_id=fields["rule"],
            subscription_id=fields["subscription"],
            channel_id=fields["channel"],
            payload=fields["payload"],
            lane=fields["lane"],
        ),
        state=State(fields["state"]),
        created_at=_moment(fields["created"]),
        updated_at=_moment(fields["updated"]),
        attempts=int(fields["attempts"]),
        suspects=int(fields["suspects"]),
        reason=fields["reason"],
        due_at=_moment(fields["due"]) if "due" in fields else None,
        history=tuple(_attempt(line) for line in fields.get("history", "").split("\n") if line),
    )


def _attempt(line: str) -> Attempt:
    entry = json.loads(line)
    return Attempt(_moment(entry["at"]), entry["outcome"], entry["reason"])
