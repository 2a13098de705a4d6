from tocsin.documents import RegionDocument
from tocsin.errors import NotFoundError
from tocsin.ports.regions import OwnRegions


class FakeRegionStore:
    def __init__(self) -> None:
        self._revision = 0
        self._regions: dict[str, RegionDocument] = {}

    async def put(self, region: RegionDocument) -> bool:
        if self._regions.get(region.id) == region:
            return False
        self._regions[region.id] = region
        self._revision += 1
        return True

    async def delete(self, region_id: str) -> None:
        if self._regions.pop(region_id, None) is None:
            raise NotFoundError("region", region_id)
        self._revision += 1

    async def get(self, region_id: str) -> RegionDocument:
        try:
            return self._regions[region_id]
        except KeyError:
            raise NotFoundError("region", region_id) from None

    async def all(self) -> OwnRegions:
        return OwnRegions(
            self._revision, tuple(region for _, region in sorted(self._regions.items()))
        )

    async def revision(self) -> int:
        return self._revision
