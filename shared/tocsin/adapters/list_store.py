from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.documents import ListDocument
from tocsin.errors import NotFoundError
from tocsin.ports.lists import SharedLists


NOTHING_THERE = -1


class RedisListStore:
    """A hash of documents, and a counter that every change raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._change = script(redis, "change_document")

    async def put(self, words: ListDocument) -> bool:
        return await self._write(words.id, words.model_dump_json()) > 0

    async def delete(self, list_id: str) -> None:
        if await self._write(list_id, "") == NOTHING_THERE:
            raise NotFoundError("list", list_id)

    async def get(self, list_id: str) -> ListDocument:
        with available():
            document = await self._redis.hget(keys.LISTS, list_id)
        if document is None:
            raise NotFoundError("list", list_id)
        return ListDocument.model_validate_json(document)

    async def all(self) -> SharedLists:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(keys.LIST_CHANGES)
            commands.hgetall(keys.LISTS)
            revision, documents = await commands.execute()
        return SharedLists(
            revision=int(revision or 0),
            lists=tuple(
                ListDocument.model_validate_json(documents[id_]) for id_ in sorted(documents)
            ),
        )

    async def revision(self) -> int:
        with available():
            return int(await self._redis.get(keys.LIST_CHANGES) or 0)

    async def _write(self, list_id: str, document: str) -> int:
        with available():
            answer: int = await self._change(
                keys=[keys.LISTS, keys.LIST_CHANGES], args=[list_id, document]
            )
        return answer
