from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.reading import Reader
from tocsin.adapters.scripts import script
from tocsin.documents import SourceDocument
from tocsin.errors import NotFoundError, UnreadableError
from tocsin.ports.clock import Clock
from tocsin.ports.sources import SourceLease, SourceState


STATE = TypeAdapter(SourceState)
SCHEDULE = [keys.SOURCES_DUE, keys.SOURCES_LEASED, keys.SOURCES_TOKENS]


class RedisSourceStore:
    """Documents in a hash; two sorted sets, of those that are due and those that are leased.

    The schedule runs on the server's clock; ``clock`` only turns a moment into "in how long".
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._reader = Reader("source", SourceDocument.model_validate_json)
        self._put = script(redis, "put_source")
        self._delete = script(redis, "delete_source")
        self._lease = script(redis, "lease_sources")
        self._release = script(redis, "release_source")
        self._poll_now = script(redis, "poll_source_now")

    @property
    def unreadable(self) -> Mapping[str, str]:
        return self._reader.unreadable

    async def put(self, source: SourceDocument) -> None:
        with available():
            await self._put(
                keys=[keys.SOURCES, *SCHEDULE], args=[source.id, source.model_dump_json()]
            )

    async def delete(self, source_id: str) -> None:
        with available():
            deleted = await self._delete(
                keys=[keys.SOURCES, *SCHEDULE, keys.source_state(source_id)], args=[source_id]
            )
        if not deleted:
            raise NotFoundError("source", source_id)
        self._reader.forget(source_id)

    async def get(self, source_id: str) -> tuple[SourceDocument, SourceState]:
        with available():
            document: Any = await self._redis.hget(keys.SOURCES, source_id)
        if document is None:
            raise NotFoundError("source", source_id)
        source = self._reader.read(source_id, document)
        if source is None:
            raise UnreadableError("source", source_id, self.unreadable[source_id])
        [state] = await self._states([source_id])
        return source, state

    async def all(self) -> Sequence[tuple[SourceDocument, SourceState]]:
        with available():
            documents: Any = await self._redis.hgetall(keys.SOURCES)
        sources, _ = self._reader.read_all(documents)
        states = await self._states([source.id for source in sources])
        return list(zip(sources, states, strict=True))

    async def poll_now(self, source_id: str) -> None:
        with available():
            found = await self._poll_now(
                keys=[keys.SOURCES_DUE, keys.SOURCES_LEASED], args=[source_id]
            )
        if not found:
            raise NotFoundError("enabled source", source_id)

    async def lease(self, limit: int, duration: timedelta) -> Sequence[SourceLease]:
        with available():
            taken: Any = await self._lease(
                keys=[keys.SOURCES, *SCHEDULE],
                args=[limit, duration // timedelta(milliseconds=1)],
            )
        # What cannot be read is due again when its lease has ended.
        leased = [
            (source, int(token))
            for id_, document, token in zip(taken[::3], taken[1::3], taken[2::3], strict=True)
            if (source := self._reader.read(id_.decode(), document)) is not None
        ]
        states = await self._states([source.id for source, _ in leased])
        return [
            SourceLease(source, state, token)
            for (source, token), state in zip(leased, states, strict=True)
        ]

    async def release(self, lease: SourceLease, state: SourceState) -> bool:
        now = self._clock.now()
        delay = max(timedelta(0), (state.next_poll or now) - now)
        with available():
            held = await self._release(
                keys=[*SCHEDULE, keys.source_state(lease.source.id)],
                args=[
                    lease.source.id,
                    lease.token,
                    delay // timedelta(milliseconds=1),
                    STATE.dump_json(state),
                ],
            )
        return bool(held)

    async def _states(self, source_ids: Sequence[str]) -> Sequence[SourceState]:
        commands: Any = self._redis.pipeline(transaction=False)
        for source_id in source_ids:
            commands.hget(keys.source_state(source_id), "state")
            commands.zscore(keys.SOURCES_DUE, source_id)
        with available():
            replies = await commands.execute()
        return list(map(_state, replies[::2], replies[1::2]))


def _state(raw: bytes | None, due_ms: float | None) -> SourceState:
    state = SourceState() if raw is None else STATE.validate_json(raw)
    due = None if due_ms is None else datetime.fromtimestamp(due_ms / 1000, UTC)
    return replace(state, next_poll=due)
