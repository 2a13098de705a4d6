"""The processes that read hostile documents."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tocsin_ingest.adapters.readers import SandboxedReader
from tocsin_ingest.adapters.sandbox import Sandbox, SandboxLimits
from tocsin_ingest.ports import UnreadableError


pytestmark = pytest.mark.slow

FEED = b"<rss version='2.0'><channel><item><title>Calm in Kayes</title></item></channel></rss>"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    box = Sandbox(processes=2, limits=SandboxLimits(cpu_s=1, wall_s=60, memory_mb=400))
    yield box
    await box.aclose()


async def read_title(sandbox: Sandbox, body: bytes = FEED) -> str:
    feed = await SandboxedReader(sandbox).read_feed(body, content_type="", url="https://x.example/")
    return feed.entries[0].title


def workers() -> set[int]:
    """Return the processes of this one that read documents."""
    return {
        pid
        for task in Path("/proc/self/task").iterdir()
        for pid in map(int, (task / "children").read_text().split())
        if "sandboxed" in Path(f"/proc/{pid}/cmdline").read_text()
    }


def environment(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


def rss(inner: bytes) -> bytes:
    return b"<rss version='2.0'><channel><item>" + inner + b"</item></channel></rss>"


HOSTILE_FEEDS = {
    "ampersands": rss(b"<title>" + b"&" * 2_000_000 + b"</title>"),
    "attributes": rss(
        b"<title " + b" ".join(b"a%d='1'" % n for n in range(200_000)) + b">x</title>"
    ),
    "items": b"<rss version='2.0'><channel>" + b"<item/>" * 500_000,
    "nesting": rss(b"<a>" * 300_000),
}


@pytest.mark.parametrize("body", HOSTILE_FEEDS.values(), ids=HOSTILE_FEEDS)
async def test_a_feed_that_costs_too_much_is_given_up_and_the_next_is_read(
    sandbox: Sandbox, body: bytes
) -> None:
    with pytest.raises(UnreadableError, match=r"takes more than 1 s of processor time|memory"):
        await read_title(sandbox, body)

    assert await read_title(sandbox) == "Calm in Kayes"


HOSTILE_PAGES = {
    "paragraphs": b"<html><body><article>" + b"<p>word word word" * 120_000,
    "nesting": b"<html><body>" + b"<div>" * 100_000 + b"x",
    "attributes": b"<div " + b"a=1 " * 400_000 + b">x</div>",
    "json": b'<script type="application/ld+json">' + b'{"a":' * 100_000 + b"</script><p>hello",
    "dates": b"<p>" + b"2020-01-01 " * 150_000,
}


@pytest.mark.parametrize("body", HOSTILE_PAGES.values(), ids=HOSTILE_PAGES)
async def test_a_hostile_page_is_read_or_given_up_but_never_waited_for(
    sandbox: Sandbox, body: bytes
) -> None:
    reader = SandboxedReader(sandbox)
    with suppress(UnreadableError):
        await reader.read_page(body, content_type="text/html", url="")

    assert await read_title(sandbox) == "Calm in Kayes"


async def test_a_document_that_waits_instead_of_computing_is_given_up_too() -> None:
    sandbox = Sandbox(limits=SandboxLimits(cpu_s=1_000, wall_s=0.5))

    with pytest.raises(UnreadableError, match=r"takes more than 0\.5 s to read"):
        await read_title(sandbox, HOSTILE_FEEDS["nesting"])

    assert workers() == set()
    await sandbox.aclose()


async def test_many_documents_are_read_by_a_few_processes(sandbox: Sandbox) -> None:
    titles = await asyncio.gather(*(read_title(sandbox) for _ in range(50)))

    assert set(titles) == {"Calm in Kayes"}
    assert len(workers()) == 2
    await sandbox.aclose()
    assert workers() == set()


async def test_a_process_is_replaced_after_its_share_of_documents() -> None:
    sandbox = Sandbox(processes=1, limits=SandboxLimits(documents=3))
    seen = set()
    for _ in range(7):
        await read_title(sandbox)
        seen |= workers()

    assert len(seen) >= 2
    await sandbox.aclose()


async def test_a_process_that_was_killed_is_replaced(sandbox: Sandbox) -> None:
    await read_title(sandbox)
    [victim] = workers()
    os.kill(victim, 9)

    with pytest.raises(UnreadableError, match="brings its reader down"):
        await read_title(sandbox)
    assert await read_title(sandbox) == "Calm in Kayes"


async def test_a_call_that_is_cancelled_leaves_no_process_in_an_unknown_state(
    sandbox: Sandbox,
) -> None:
    reading = asyncio.ensure_future(read_title(sandbox, HOSTILE_FEEDS["nesting"]))
    async with asyncio.timeout(30):
        while not workers():  # noqa: ASYNC110 -- the kernel tells of no children
            await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert workers() == set()
    assert await read_title(sandbox) == "Calm in Kayes"


async def test_secrets_of_our_environment_are_not_passed_on(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_INGEST_TOKEN", "hush")
    await read_title(sandbox)

    [worker] = workers()
    assert "TOCSIN" not in environment(worker)
    assert "hush" not in environment(worker)
