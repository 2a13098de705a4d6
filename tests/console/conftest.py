from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import structlog

from console.office import Office


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Structlog's own way of printing an exception takes half a minute."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with office.client() as client:
        yield client
