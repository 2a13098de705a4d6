from collections.abc import AsyncIterator

import httpx2
import pytest

from console.office import Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with office.client() as client:
        yield client
