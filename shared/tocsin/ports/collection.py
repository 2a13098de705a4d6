"""Documents that are read all together: few, and wanted everywhere the moment that they change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tocsin.documents import ListDocument, RegionDocument


D = TypeVar("D", ListDocument, RegionDocument)


@dataclass(frozen=True, slots=True)
class Collected(Generic[D]):
    """All of them at one moment, ordered by id; ``revision`` grows with each change.

    ``unreadable`` tells of each document that cannot be read why not, by its id. It can be replaced
    and deleted, and stays as it is until somebody does.
    """

    revision: int
    documents: tuple[D, ...]
    unreadable: Mapping[str, str] = field(default_factory=dict)


class Collection(Protocol[D]):
    """Every method raises StoreUnavailableError while the store cannot answer."""

    async def put(self, document: D) -> bool:
        """Create or replace; tell whether that changed anything."""
        ...

    async def delete(self, document_id: str) -> None:
        """Remove.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def get(self, document_id: str) -> D:
        """Return one.

        Raises:
            NotFoundError: there is none.
            UnreadableError: it cannot be read.
        """
        ...

    async def all(self) -> Collected[D]:
        """Return everything, read in one step."""
        ...

    async def revision(self) -> int:
        """Return the revision, cheaply: whoever holds it may keep what they have read."""
        ...


ListStore = Collection[ListDocument]  # the lists that rules share
RegionStore = Collection[RegionDocument]  # the regions that subscribers define
