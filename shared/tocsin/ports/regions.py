"""The regions that subscribers define."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.documents import RegionDocument


@dataclass(frozen=True, slots=True)
class OwnRegions:
    """All of them at one moment, ordered by id; ``revision`` grows with each change."""

    revision: int
    regions: tuple[RegionDocument, ...]


class RegionStore(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer."""

    async def put(self, region: RegionDocument) -> bool:
        """Create or replace; tell whether that changed anything."""
        ...

    async def delete(self, region_id: str) -> None:
        """Remove.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def get(self, region_id: str) -> RegionDocument:
        """Return one.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def all(self) -> OwnRegions:
        """Return everything, read in one step."""
        ...

    async def revision(self) -> int:
        """Return the revision, cheaply: whoever holds it may keep what they have read."""
        ...
