"""Pushes articles as a careful client does: again and again until each is accepted."""

import asyncio
import json
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import aiohttp


async def push(
    urls: Sequence[str], articles: Sequence[dict[str, Any]], *, gap_s: float = 0
) -> None:
    """Have every article accepted by one of the ingest services, in order, one at a time."""
    targets = cycle(urls)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        for article in articles:
            while not await accepted(session, next(targets), article):  # noqa: ASYNC110 -- over HTTP
                await asyncio.sleep(0.05)
            await asyncio.sleep(gap_s)


async def accepted(session: aiohttp.ClientSession, url: str, article: dict[str, Any]) -> bool:
    """Post one article; tell whether the service took responsibility for it."""
    try:
        async with session.post(f"{url}/v1/articles", json=article) as answer:
            if answer.status == 202:
                return True
            assert answer.status in {429, 503}, f"{answer.status}: {await answer.text()}"
            return False
    except (aiohttp.ClientError, TimeoutError):
        return False


async def push_lines(url: str, articles: Sequence[dict[str, Any]], *, chunk: int = 500) -> None:
    """Post articles as NDJSON, many in a request."""
    async with aiohttp.ClientSession() as session:
        for start in range(0, len(articles), chunk):
            body = "\n".join(json.dumps(a) for a in articles[start : start + chunk])
            headers = {"Content-Type": "application/x-ndjson"}
            async with session.post(f"{url}/v1/articles", data=body, headers=headers) as answer:
                assert answer.status in {200, 202}, await answer.text()
                await answer.read()
