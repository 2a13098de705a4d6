from collections.abc import AsyncIterator

import pytest

from ingest import api as http
from ingest.api import Api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with http.serving() as server:
        yield server
