import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.documents import Priority
from tocsin.errors import NotFoundError
from tocsin.ports.deliveries import (
    BREAKER_FAILURES,
    BREAKER_FIRST,
    BREAKER_LONGEST,
    NO_PACES,
    NO_REST,
    RETENTION,
    Attempt,
    Blame,
    Claim,
    Contents,
    Delivery,
    DeliveryRecord,
    Pace,
    Paces,
    Placed,
    Placement,
    Refusal,
    Refused,
    State,
    Story,
)
from tocsin.together import Together


BATCH = 250  # deliveries placed by one script, so that none holds up the server
MOST_AT_ONCE = 64  # steps taken by one script, for the same reason
PAGE = 100  # records fetched at once
MAX_REASON = 500  # characters
KEYS = [keys.DELIVERIES_DUE]  # of the script; the others it makes from ours
RETENTION_MS = round(RETENTION.total_seconds() * 1000)

_Step = tuple[str | int, ...]  # an operation of the script, and what it is told


class RedisDeliveryLedger:
    """Deliveries in hashes, and queues of their ids; the server's clock is the only one.

    What happens to a delivery happens in ``lua/delivery_ledger.lua``. What many couriers note at
    about the same time is done by one run of it, and synced to the disk together.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script = script(redis, "delivery_ledger")
        self._steps: Together[_Step, Any] = Together(self._taken, most=MOST_AT_ONCE)

    async def enqueue(self, deliveries: Sequence[Delivery]) -> int:
        placed = await self.place([Placement(delivery) for delivery in deliveries])
        return sum(placed.new.values())

    async def place(self, placements: Sequence[Placement]) -> Placed:
        new: Counter[State] = Counter()
        refused: list[Refused] = []
        for start in range(0, len(placements), BATCH):
            batch = placements[start : start + BATCH]
            fields = (field for placement in batch for field in _fields(placement))
            with available():
                (answers,) = await self._taken([("place", *fields)])
            if isinstance(answers, Exception):
                raise answers
            for placement, answer in zip(batch, answers, strict=True):
                word, _, until_ms = answer.decode().partition(" ")
                if word in set(Refusal):
                    until = _moment(until_ms) if until_ms else placement.until
                    refused.append(Refused(placement, Refusal(word), until))
                elif word != "known":
                    new[State(word)] += 1
        return Placed(new, refused)

    async def stories(self, threads: Sequence[str]) -> Sequence[Story]:
        if not threads:
            return ()
        with available():
            commands: Any = self._redis.pipeline(transaction=False)
            for thread in threads:
                commands.hmget(keys.story(thread), "version", "told")
            found = await commands.execute()
        return [
            Story(int(version), told.decode()) if version is not None else Story()
            for version, told in found
        ]

    async def open_digests(self, digests: Sequence[tuple[Delivery, datetime]]) -> int:
        fields = (
            field
            for delivery, due in digests
            for field in (
                delivery.channel_id,
                delivery.lane,
                delivery.subscriber_id,
                _since_epoch_ms(due),
            )
        )
        return int(await self._do("open_digests", *fields)) if digests else 0

    async def claim(
        self,
        owner: str,
        limit: int,
        lease: timedelta,
        *,
        per_lane: int = 8,
        paces: Mapping[str, Paces] = NO_PACES,
    ) -> Sequence[Claim]:
        claims = await self._do(
            "claim", owner, limit, _ms(lease), per_lane, _paces(paces), BREAKER_FAILURES
        )
        return [_claim(fields) for fields in claims]

    async def close(self, claim: Claim) -> Contents | None:
        if not await self._do("close", claim.delivery.id, claim.fence):
            return None
        return await self.contents(claim.delivery.id)

    async def seal(self, claim: Claim, payload: str) -> bool:
        return bool(await self._do("seal", claim.delivery.id, claim.fence, payload))

    async def drop(self, items: Mapping[str, str]) -> None:
        for id_, gate in items.items():
            await self._do("drop", id_, gate[:MAX_REASON])

    async def begin(self, claim: Claim, lease: timedelta) -> bool:
        return bool(await self._do("begin", claim.delivery.id, claim.fence, _ms(lease)))

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        return bool(await self._do("renew", claim.delivery.id, claim.fence, _ms(lease)))

    async def delivered(self, claim: Claim, reason: str, *, posted: str = "") -> None:
        await self.confirm(claim.delivery.id, reason, posted=posted)

    async def confirm(self, delivery_id: str, reason: str, *, posted: str = "") -> None:
        await self._do("delivered", delivery_id, reason[:MAX_REASON], posted)

    async def retry(
        self,
        claim: Claim,
        reason: str,
        after: timedelta,
        *,
        unsure: bool = False,
        blame: Blame = Blame.NOTHING,
        rest: timedelta = NO_REST,
    ) -> None:
        await self._do(
            "retry",
            claim.delivery.id,
            claim.fence,
            reason[:MAX_REASON],
            _ms(after),
            "1" if unsure else "",
            blame.value,
            _ms(rest),
            BREAKER_FAILURES,
            _ms(BREAKER_FIRST),
            _ms(BREAKER_LONGEST),
        )

    async def dead(self, claim: Claim, reason: str) -> None:
        await self._finish(claim, State.DEAD, reason)

    async def suppressed(self, claim: Claim, gate: str) -> None:
        await self._finish(claim, State.SUPPRESSED, gate)

    async def expired(self, claim: Claim, reason: str, tell_at: datetime) -> None:
        await self._do(
            "expired",
            claim.delivery.id,
            claim.fence,
            reason[:MAX_REASON],
            _since_epoch_ms(tell_at),
        )

    async def postpone(self, claim: Claim, gate: str, until: datetime) -> None:
        await self._do(
            "postpone", claim.delivery.id, claim.fence, gate[:MAX_REASON], _since_epoch_ms(until)
        )

    async def release(self, claim: Claim) -> None:
        await self._do("release", claim.delivery.id, claim.fence)

    async def bounced(self, delivery_id: str, reason: str) -> bool:
        return bool(await self._do("bounced", delivery_id, reason[:MAX_REASON]))

    async def revive(self, delivery_id: str) -> None:
        if not await self._do("revive", delivery_id):
            raise NotFoundError("dead delivery", delivery_id)

    async def get(self, delivery_id: str) -> DeliveryRecord:
        with available():
            fields: Any = await self._redis.hgetall(keys.delivery(delivery_id))
        if not fields:
            raise NotFoundError("delivery", delivery_id)
        return _record(delivery_id, fields)

    async def contents(self, digest_id: str) -> Contents:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.lrange(keys.digest_items(digest_id), 0, -1)
            commands.lrange(keys.missed(digest_id), 0, -1)
            items, missed = await commands.execute()
        return Contents(items=await self._records(items), missed=await self._records(missed))

    async def recent(
        self,
        limit: int,
        *,
        state: State | None = None,
        article_id: str | None = None,
        rule_id: str | None = None,
        channel_id: str | None = None,
        subscriber_id: str | None = None,
    ) -> Sequence[DeliveryRecord]:
        of = {
            "article": article_id,
            "channel": channel_id,
            "subscriber": subscriber_id,
            "rule": rule_id,
        }
        index = _narrowest(of, state)
        found: list[DeliveryRecord] = []
        start = 0
        while len(found) < limit and (page := await self._page(index, start)):
            found += [record for record in page if _is_wanted(record, of, state)]
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
        return await self._records(ids) if ids else None

    async def _records(self, ids: Sequence[bytes]) -> Sequence[DeliveryRecord]:
        """Return those that are still remembered."""
        if not ids:
            return ()
        with available():
            commands: Any = self._redis.pipeline(transaction=False)
            for id_ in ids:
                commands.hgetall(keys.delivery(id_.decode()))
            found = await commands.execute()
        return [
            _record(id_.decode(), fields) for id_, fields in zip(ids, found, strict=True) if fields
        ]

    async def _finish(self, claim: Claim, state: State, reason: str) -> None:
        await self._do("finish", claim.delivery.id, claim.fence, reason[:MAX_REASON], state.value)

    async def _do(self, operation: str, *arguments: str | int) -> Any:
        with available():
            return await self._steps.ask((operation, *arguments))

    async def _taken(self, steps: Sequence[_Step]) -> Sequence[Any]:
        """Return what came of each step, an error where it failed; each is atomic by itself."""
        arguments = [argument for step in steps for argument in (len(step), *step)]
        answers: Sequence[Any] = await self._script(
            keys=KEYS, args=[keys.PREFIX, RETENTION_MS, *arguments]
        )
        return answers


def _ms(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)


def _since_epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(ms: str | bytes | int) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def _fields(placement: Placement) -> Sequence[str | int]:
    delivery, limit = placement.delivery, placement.limit
    return (
        delivery.id,
        delivery.article_id,
        delivery.rule_id,
        delivery.subscription_id,
        delivery.subscriber_id,
        delivery.channel_id,
        delivery.lane,
        delivery.priority.value,
        delivery.thread,
        delivery.payload,
        placement.state.value,
        placement.gate[:MAX_REASON],
        _since_epoch_ms(placement.until) if placement.until else "",
        limit.key if limit else "",
        limit.messages if limit else "",
        _ms(limit.per) if limit else "",
        placement.story.version,
        placement.told,
        "1" if placement.told else "",
    )


def _paces(paces: Mapping[str, Paces]) -> str:
    def plain(pace: Pace | None) -> tuple[int, int] | None:
        return (_ms(pace.interval), pace.burst) if pace else None

    return json.dumps(
        {
            word: {
                name: value
                for name, value in (("lane", plain(each.lane)), ("channel", plain(each.channel)))
                if value
            }
            for word, each in paces.items()
        }
    )


def _narrowest(of: Mapping[str, str | None], state: State | None) -> str:
    """Return the index that holds the least of what is not wanted."""
    for kind, value in of.items():
        if value is not None:
            return keys.deliveries_of(kind, value)
    return keys.DELIVERIES_RECENT if state is None else keys.deliveries_in(state)


def _is_wanted(record: DeliveryRecord, of: Mapping[str, str | None], state: State | None) -> bool:
    delivery = record.delivery
    values = {
        "article": delivery.article_id,
        "channel": delivery.channel_id,
        "subscriber": delivery.subscriber_id,
        "rule": delivery.rule_id,
    }
    return state in {None, record.state} and all(
        wanted in {None, values[kind]} for kind, wanted in of.items()
    )


def _claim(fields: Sequence[bytes]) -> Claim:
    (id_, thread, fence, attempts, created, queued, suspects, *rest) = (
        field.decode() for field in fields
    )
    article, rule, subscription, channel, lane, payload, subscriber, priority, *marks = rest
    digest, posted = marks
    return Claim(
        delivery=Delivery(
            id=id_,
            article_id=article,
            rule_id=rule,
            subscription_id=subscription,
            channel_id=channel,
            payload=payload,
            lane=lane,
            subscriber_id=subscriber,
            priority=Priority(priority or Priority.NORMAL),
            thread=thread,
            is_digest=bool(digest),
        ),
        fence=int(fence),
        attempts=int(attempts),
        created_at=_moment(created),
        queued_at=_moment(queued),
        suspect=int(suspects) > 0,
        suspects=int(suspects),
        posted=posted,
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
            subscriber_id=fields.get("subscriber", ""),
            priority=Priority(fields.get("priority") or Priority.NORMAL),
            thread=fields.get("thread", ""),
            is_digest="digest" in fields,
        ),
        state=State(fields["state"]),
        created_at=_moment(fields["created"]),
        updated_at=_moment(fields["updated"]),
        attempts=int(fields["attempts"]),
        suspects=int(fields["suspects"]),
        reason=fields["reason"],
        due_at=_moment(fields["due"]) if "due" in fields else None,
        history=tuple(_attempt(line) for line in fields.get("history", "").split("\n") if line),
        digest_id=fields.get("in", ""),
    )


def _attempt(line: str) -> Attempt:
    entry = json.loads(line)
    return Attempt(_moment(entry["at"]), entry["outcome"], entry["reason"])
