"""Several processes with the same articles: each article is published once."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tocsin.events import ArticleIngested


pytestmark = pytest.mark.slow

ARTICLES = 400


async def start(valkey_url: str) -> Process:
    racer = Path(__file__).with_name("racer.py")
    return await asyncio.create_subprocess_exec(
        sys.executable, racer, valkey_url, str(ARTICLES), stdout=PIPE
    )


async def test_processes_that_race_publish_each_article_once_though_one_is_killed(
    redis: Redis, valkey_url: str
) -> None:
    replicas = [await start(valkey_url) for _ in range(3)]
    victim = replicas[0]
    assert victim.stdout is not None
    told_before_death = await victim.stdout.readline()
    with suppress(ProcessLookupError):  # it came so late that the others had published all
        victim.kill()

    told = [told_before_death, *[(await replica.communicate())[0] for replica in replicas]]

    ids = b"".join(told).decode().split()
    # What the victim published as it died it may not have told of; nothing is told twice.
    assert len(ids) == len(set(ids)) >= ARTICLES - 1
    assert await redis.xlen(ArticleIngested.stream) == ARTICLES
    assert [replica.returncode for replica in replicas[1:]] == [0, 0]
