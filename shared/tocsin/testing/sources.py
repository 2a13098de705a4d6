from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.documents import SourceDocument
from tocsin.errors import NotFoundError
from tocsin.ports.clock import Clock
from tocsin.ports.sources import SourceLease, SourceState


@dataclass(slots=True)
class _Kept:
    """``due`` is missing while the source is leased or disabled; ``token`` while nobody holds it."""

    source: SourceDocument
    state: SourceState
    due: datetime | None = None
    leased_until: datetime | None = None
    token: int | None = None


class FakeSourceStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._tokens = 0
        self.unreadable: Mapping[str, str] = {}

    async def put(self, source: SourceDocument) -> None:
        kept = self._kept.get(source.id)
        if kept is not None and _polling(kept.source) == _polling(source):
            kept.source = source
            return
        self._kept[source.id] = _Kept(
            source,
            SourceState() if kept is None else kept.state,
            due=self._clock.now() if source.enabled else None,
        )

    async def delete(self, source_id: str) -> None:
        if self._kept.pop(source_id, None) is None:
            raise NotFoundError("source", source_id)

    async def get(self, source_id: str) -> tuple[SourceDocument, SourceState]:
        try:
            kept = self._kept[source_id]
        except KeyError:
            raise NotFoundError("source", source_id) from None
        return kept.source, replace(kept.state, next_poll=kept.due)

    async def all(self) -> Sequence[tuple[SourceDocument, SourceState]]:
        return [await self.get(source_id) for source_id in sorted(self._kept)]

    async def poll_now(self, source_id: str) -> None:
        kept = self._kept.get(source_id)
        if kept is None or not kept.source.enabled:
            raise NotFoundError("enabled source", source_id)
        if kept.due is not None:
            kept.due = self._clock.now()

    async def lease(self, limit: int, duration: timedelta) -> Sequence[SourceLease]:
        now = self._clock.now()
        for kept in self._kept.values():
            if kept.leased_until is not None and kept.leased_until <= now:
                kept.due, kept.leased_until = kept.leased_until, None
        due = [kept for kept in self._kept.values() if kept.due is not None and kept.due <= now]
        due.sort(key=lambda kept: kept.due or now)
        return [self._take(kept, now + duration) for kept in due[:limit]]

    def _take(self, kept: _Kept, until: datetime) -> SourceLease:
        self._tokens += 1
        kept.due, kept.leased_until, kept.token = None, until, self._tokens
        return SourceLease(kept.source, replace(kept.state, next_poll=None), self._tokens)

    async def release(self, lease: SourceLease, state: SourceState) -> bool:
        kept = self._kept.get(lease.source.id)
        if kept is None or kept.token != lease.token:
            return False
        kept.state = state
        kept.due = max(state.next_poll or self._clock.now(), self._clock.now())
        kept.leased_until = kept.token = None
        return True


def _polling(source: SourceDocument) -> tuple[str, bool, int, int]:
    return source.url, source.enabled, source.min_interval_s, source.max_interval_s
