from typing import Generic

from tocsin.documents import ListDocument, RegionDocument
from tocsin.errors import NotFoundError
from tocsin.ports.collection import Collected, D


class _FakeCollection(Generic[D]):
    _kind: str

    def __init__(self) -> None:
        self._revision = 0
        self._documents: dict[str, D] = {}

    async def put(self, document: D) -> bool:
        if self._documents.get(document.id) == document:
            return False
        self._documents[document.id] = document
        self._revision += 1
        return True

    async def delete(self, document_id: str) -> None:
        if self._documents.pop(document_id, None) is None:
            raise NotFoundError(self._kind, document_id)
        self._revision += 1

    async def get(self, document_id: str) -> D:
        try:
            return self._documents[document_id]
        except KeyError:
            raise NotFoundError(self._kind, document_id) from None

    async def all(self) -> Collected[D]:
        return Collected(
            self._revision, tuple(document for _, document in sorted(self._documents.items()))
        )

    async def revision(self) -> int:
        return self._revision


class FakeListStore(_FakeCollection[ListDocument]):
    _kind = "list"


class FakeRegionStore(_FakeCollection[RegionDocument]):
    _kind = "region"
