from tocsin.documents import ListDocument
from tocsin.errors import NotFoundError
from tocsin.ports.lists import SharedLists


class FakeListStore:
    def __init__(self) -> None:
        self._revision = 0
        self._lists: dict[str, ListDocument] = {}

    async def put(self, words: ListDocument) -> bool:
        if self._lists.get(words.id) == words:
            return False
        self._lists[words.id] = words
        self._revision += 1
        return True

    async def delete(self, list_id: str) -> None:
        if self._lists.pop(list_id, None) is None:
            raise NotFoundError("list", list_id)
        self._revision += 1

    async def get(self, list_id: str) -> ListDocument:
        try:
            return self._lists[list_id]
        except KeyError:
            raise NotFoundError("list", list_id) from None

    async def all(self) -> SharedLists:
        return SharedLists(self._revision, tuple(words for _, words in sorted(self._lists.items())))

    async def revision(self) -> int:
        return self._revision
