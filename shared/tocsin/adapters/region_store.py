from typing import Any

from redis.asyncio import Redis

from tocsin.adapters import keys
from tocsin.adapters.availability import available
from tocsin.adapters.scripts import script
from tocsin.documents import RegionDocument
from tocsin.errors import NotFoundError
from tocsin.ports.regions import OwnRegions


NOTHING_THERE = -1


class RedisRegionStore:
    """A hash of documents, and a counter that every change raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._change = script(redis, "change_document")

    async def put(self, region: RegionDocument) -> bool:
        return await self._write(region.id, region.model_dump_json()) > 0

    async def delete(self, region_id: str) -> None:
        if await self._write(region_id, "") == NOTHING_THERE:
            raise NotFoundError("region", region_id)

    async def get(self, region_id: str) -> RegionDocument:
        with available():
            document = await self._redis.hget(keys.REGIONS, region_id)
        if document is None:
            raise NotFoundError("region", region_id)
        return RegionDocument.model_validate_json(document)

    async def all(self) -> OwnRegions:
        with available():
            commands: Any = self._redis.pipeline(transaction=True)
            commands.get(keys.REGION_CHANGES)
            commands.hgetall(keys.REGIONS)
            revision, documents = await commands.execute()
        return OwnRegions(
            revision=int(revision or 0),
            regions=tuple(
                RegionDocument.model_validate_json(documents[id_]) for id_ in sorted(documents)
            ),
        )

    async def revision(self) -> int:
        with available():
            return int(await self._redis.get(keys.REGION_CHANGES) or 0)

    async def _write(self, region_id: str, document: str) -> int:
        with available():
            answer: int = await self._change(
                keys=[keys.REGIONS, keys.REGION_CHANGES], args=[region_id, document]
            )
        return answer
