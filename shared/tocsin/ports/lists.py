"""The lists that rules share."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.documents import ListDocument


@dataclass(frozen=True, slots=True)
class SharedLists:
    """All of them at one moment, ordered by id; ``revision`` grows with each change."""

    revision: int
    lists: tuple[ListDocument, ...]


class ListStore(Protocol):
    """Every method raises StoreUnavailableError while the store cannot answer."""

    async def put(self, words: ListDocument) -> bool:
        """Create or replace; tell whether that changed anything."""
        ...

    async def delete(self, list_id: str) -> None:
        """Remove.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def get(self, list_id: str) -> ListDocument:
        """Return one.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def all(self) -> SharedLists:
        """Return everything, read in one step."""
        ...

    async def revision(self) -> int:
        """Return the revision, cheaply: whoever holds it may keep what they have read."""
        ...
