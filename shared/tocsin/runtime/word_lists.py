"""The lists that rules share, kept as the store has them."""

from collections.abc import Iterator, Mapping

import structlog

from tocsin.documents import ListDocument
from tocsin.ports.collection import ListStore
from tocsin.rules import Expression


log = structlog.get_logger()


class WordLists(Mapping[str, Expression]):
    """What each @name stands for, by the lists of the last ``catch_up``.

    ``broken`` tells of each list that cannot be read why not, by its id.
    """

    def __init__(self, store: ListStore) -> None:
        self._store = store
        self._documents: dict[str, ListDocument] = {}
        self._expressions: dict[str, Expression] = {}
        self._revision = 0
        self.broken: Mapping[str, str] = {}

    def __getitem__(self, name: str) -> Expression:
        return self._expressions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._expressions)

    def __len__(self) -> int:
        return len(self._expressions)

    @property
    def revision(self) -> int:
        """Of the lists that are known; it grows with each change of them."""
        return self._revision

    async def catch_up(self) -> frozenset[str]:
        """Know every list saved before this call; return the names of those new, changed or gone.

        Raises:
            StoreUnavailableError: the store is away; what was known still is.
        """
        if await self._store.revision() == self._revision:
            return frozenset()
        found = await self._store.all()
        documents = {document.id: document for document in found.documents}
        changed = frozenset(
            name
            for name in documents.keys() | self._documents.keys()
            if documents.get(name) != self._documents.get(name)
        )
        for name in changed:
            if name in documents:
                self._expressions[name] = documents[name].expression()
            else:
                del self._expressions[name]
        self._documents, self._revision = documents, found.revision
        self.broken = found.unreadable
        log.info("lists loaded", lists=len(documents), changed=sorted(changed))
        return changed
