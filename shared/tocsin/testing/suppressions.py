from collections.abc import Sequence
from dataclasses import replace

from tocsin.errors import NotFoundError
from tocsin.ports.suppressions import Suppression, normal


class FakeSuppressions:
    def __init__(self) -> None:
        self._by_address: dict[str, Suppression] = {}

    async def add(self, suppression: Suppression) -> bool:
        address = normal(suppression.address)
        is_new = address not in self._by_address
        self._by_address.setdefault(address, replace(suppression, address=address))
        return is_new

    async def remove(self, address: str) -> None:
        if self._by_address.pop(normal(address), None) is None:
            raise NotFoundError("suppression", address)

    async def find(self, address: str) -> Suppression | None:
        return self._by_address.get(normal(address))

    async def all(self) -> Sequence[Suppression]:
        return [suppression for _, suppression in sorted(self._by_address.items())]
