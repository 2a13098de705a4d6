from typing import Any, Generic

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.reading import Reader
from tocsin.adapters.scripts import script
from tocsin.documents import ListDocument, RegionDocument
from tocsin.errors import NotFoundError, UnreadableError
from tocsin.ports.collection import Collected, D


NOTHING_THERE = -1


class _RedisCollection(Generic[D]):
    """A hash of documents, and a counter that every change raises."""

    _model: type[D]
    _kind: str
    _documents: str
    _changes: str

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._change = script(redis, "change_document")
        self._reader: Reader[D] = Reader(self._kind, self._model.model_validate_json)

    async def put(self, document: D) -> bool:
        return await self._write(document.id, document.model_dump_json()) > 0

    async def delete(self, document_id: str) -> None:
        if await self._write(document_id, "") == NOTHING_THERE:
            raise NotFoundError(self._kind, document_id)
        self._reader.forget(document_id)

    async def get(self, document_id: str) -> D:
        with available():
            stored: Any = await self._redis.hget(self._documents, document_id)
        if stored is None:
            raise NotFoundError(self._kind, document_id)
        document = self._reader.read(document_id, stored)
        if document is None:
            raise UnreadableError(self._kind, document_id, self._reader.unreadable[document_id])
        return document

    async def all(self) -> Collected[D]:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(self._changes)
            commands.hgetall(self._documents)
            revision, stored = await commands.execute()
        documents, unreadable = self._reader.read_all(stored)
        return Collected(int(revision or 0), documents, unreadable)

    async def revision(self) -> int:
        with available():
            return int(await self._redis.get(self._changes) or 0)

    async def _write(self, document_id: str, document: str) -> int:
        with available():
            answer: int = await self._change(
                keys=[self._documents, self._changes], args=[document_id, document]
            )
        return answer


class RedisListStore(_RedisCollection[ListDocument]):
    _model = ListDocument
    _kind = "list"
    _documents = keys.LISTS
    _changes = keys.LIST_CHANGES


class RedisRegionStore(_RedisCollection[RegionDocument]):
    _model = RegionDocument
    _kind = "region"
    _documents = keys.REGIONS
    _changes = keys.REGION_CHANGES
