"""Pages as publishers write them, read in this process."""

from typing import Any

import pytest

from tocsin_ingest.adapters import sandboxed_page
from tocsin_ingest.adapters.readers import SandboxedReader
from tocsin_ingest.adapters.sandbox import Sandbox
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.stages.draft import Draft


PARAGRAPH = "Armed men attacked the border town of Diboli on Monday, officials said. " * 3
PAGE = f"""<!doctype html><html lang="en"><head><title>Attack on Diboli - The Example</title>
<meta charset="utf-8"><meta property="og:title" content="Attack on Diboli">
<meta name="author" content="Ann Diallo"><meta property="article:published_time" content="2025-07-02T10:00:00Z">
<meta name="keywords" content="mali, sahel"></head>
<body><nav><a href="/">Home</a><a href="/africa">Africa</a></nav>
<article><h1>Attack on Diboli</h1><p>{PARAGRAPH}</p><p>Sandaré – {PARAGRAPH}</p></article>
<aside>Follow us</aside><footer>© The Example</footer></body></html>"""


class InProcess(Sandbox):
    """Runs what the sandbox runs, without a process."""

    async def read(self, task: str, body: bytes, **details: str) -> dict[str, Any]:
        answer = sandboxed_page.read(body, details)
        if "problem" in answer:
            raise UnreadableError(answer["problem"])
        return answer


async def read(
    body: bytes, content_type: str = "text/html", url: str = "https://example.org/1"
) -> Draft:
    return await SandboxedReader(InProcess()).read_page(body, content_type=content_type, url=url)


async def test_the_article_is_found_among_the_rest_of_the_page() -> None:
    draft = await read(PAGE.encode())

    assert draft.title == "Attack on Diboli"
    assert draft.text.split("\n\n") == [PARAGRAPH.strip(), f"Sandaré – {PARAGRAPH}".strip()]
    assert draft.authors == ("Ann Diallo",)
    assert draft.published_at is not None
    assert draft.published_at.date().isoformat() == "2025-07-02"
    assert draft.url == "https://example.org/1"


async def test_a_page_is_decoded_whatever_it_declares() -> None:
    for encoding in ("utf-8", "cp1252"):
        assert "Sandaré –" in (await read(PAGE.encode(encoding))).text


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\x00\x01", b"<p>"])
async def test_a_page_without_an_article_is_empty(body: bytes) -> None:
    assert (await read(body)).text == ""


async def test_a_page_that_is_nested_too_deeply_is_not_even_tried() -> None:
    with pytest.raises(UnreadableError, match="is nested more than 2000 deep"):
        await read(b"<div>" * 3_000 + b"x")


async def test_many_elements_after_each_other_are_no_nesting() -> None:
    many = (
        "<article>" + f"<p>{PARAGRAPH}<br><img src=x>" * 40 + "<div>x</div>" * 3_000 + "</article>"
    )

    assert "Diboli" in (await read(many.encode())).text
