"""Feeds as they are found in the wild, read in this process."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin_ingest.adapters import sandboxed_feed
from tocsin_ingest.adapters.readers import SandboxedReader
from tocsin_ingest.adapters.sandbox import Sandbox
from tocsin_ingest.ports import UnreadableError
from tocsin_ingest.stages.characters import line, paragraphs
from tocsin_ingest.stages.feed import Entry, Feed


URL = "https://rfi.example/en/rss.xml"


class InProcess(Sandbox):
    """Runs what the sandbox runs, without a process."""

    async def read(self, task: str, body: bytes, **details: str) -> dict[str, Any]:
        answer = sandboxed_feed.read(body, details)
        if "problem" in answer:
            raise UnreadableError(answer["problem"])
        return answer


async def read(body: bytes | str, content_type: str = "application/xml") -> Feed:
    raw = body if isinstance(body, bytes) else body.encode()
    return await SandboxedReader(InProcess()).read_feed(raw, content_type=content_type, url=URL)


async def entry(xml: str) -> Entry:
    [found] = (await read(xml)).entries
    return found


def rss(items: str, channel: str = "") -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>RFI</title>'
        f"<link>https://rfi.example/en</link>{channel}{items}</channel></rss>"
    )


async def test_an_rss_item_is_read_whole() -> None:
    found = await entry(
        rss(
            "<item><title>Attack on &lt;i&gt;Diboli&lt;/i&gt; &amp;amp; Kayes</title>"
            "<link>https://rfi.example/en/1</link><guid isPermaLink='false'>tag:1</guid>"
            "<pubDate>Wed, 02 Jul 2025 09:30:00 EST</pubDate><dc:creator>Ann Diallo</dc:creator>"
            "<category>mali</category><category>sahel</category>"
            "<description>&lt;p&gt;Armed &lt;b&gt;men&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;They left.&lt;/p&gt;"
            "</description></item>"
        )
    )

    assert line(found.title) == "Attack on Diboli & Kayes"
    assert paragraphs(found.text) == "Armed men.\n\nThey left."
    assert (found.guid, found.url) == ("tag:1", "https://rfi.example/en/1")
    assert found.published_at == datetime(2025, 7, 2, 14, 30, tzinfo=UTC)
    assert found.authors == ("Ann Diallo",)
    assert found.tags == ("mali", "sahel")


async def test_an_atom_entry_is_read_whole() -> None:
    found = await entry(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>RFI</title><entry>'
        '<title type="html">L&amp;apos;attaque</title><id>urn:1</id><link href="/fr/1"/>'
        "<updated>2025-07-02T09:30:00+02:00</updated><author><name>Ann Diallo</name></author>"
        '<category term="mali"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        "<p>Des hommes.</p><p>Partis.</p></div></content></entry></feed>"
    )

    assert line(found.title) == "L'attaque"
    assert paragraphs(found.text) == "Des hommes.\n\nPartis."
    assert (found.guid, found.url) == ("urn:1", "https://rfi.example/fr/1")
    assert found.published_at == datetime(2025, 7, 2, 7, 30, tzinfo=UTC)
    assert (found.authors, found.tags, found.language) == (("Ann Diallo",), ("mali",), "fr")


async def test_the_full_text_is_preferred_to_the_summary() -> None:
    found = await entry(
        rss(
            "<item><title>t</title><description>Short.</description>"
            "<content:encoded><![CDATA[<p>The whole story.</p>]]></content:encoded></item>"
        )
    )

    assert paragraphs(found.text) == "The whole story."


async def test_an_rdf_feed_is_read() -> None:
    found = await entry(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="https://rfi.example/1"><title>T</title><link>https://rfi.example/1</link>'
        "</item></rdf:RDF>"
    )

    assert (found.title, found.url) == ("T", "https://rfi.example/1")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<author>ann@rfi.example (Ann Diallo)</author>", "Ann Diallo"),
        ("<author>Ann Diallo &lt;ann@rfi.example&gt;</author>", "Ann Diallo"),
        ("<author>ann@rfi.example</author>", "ann@rfi.example"),
        ("<dc:creator>Ann Diallo (ann@rfi.example)</dc:creator>", "Ann Diallo"),
        ("<dc:creator>Ann &amp;amp; Bob</dc:creator>", "Ann & Bob"),
    ],
)
async def test_authors_are_named_without_their_mail_addresses(author: str, name: str) -> None:
    assert (await entry(rss(f"<item><title>t</title>{author}</item>"))).authors == (name,)


async def test_several_authors_are_all_named() -> None:
    found = await entry(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>'
        "<author><name>Ann</name></author><author><name>Bob</name></author></entry></feed>"
    )

    assert found.authors == ("Ann", "Bob")


async def test_a_feed_with_broken_markup_is_read_as_far_as_it_goes() -> None:
    feed = await read(
        rss("<item><title>One</title></item><item><title>Two & three</title><b></item>")
    )

    assert [line(found.title) for found in feed.entries] == ["One", "Two & three"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
async def test_a_feed_is_decoded_whatever_it_declares(encoding: str) -> None:
    xml = rss("<item><title>Sandaré</title></item>")
    for declared in (encoding, "utf-8"):
        raw = xml.replace('version="1.0"', f'version="1.0" encoding="{declared}"').encode(encoding)
        [found] = (await read(raw)).entries
        assert found.title == "Sandaré"


async def test_only_the_first_thousand_entries_are_read_and_the_rest_counted() -> None:
    feed = await read(rss("<item><title>x</title></item>" * 1_005))

    assert len(feed.entries) == 1_000
    assert feed.omitted == 5


async def test_a_feed_without_entries_is_a_feed() -> None:
    assert await read(rss("", "<language>fr</language>")) == Feed((), "fr", 0)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("<!DOCTYPE html><html><body>Hello</body></html>", "is a web page, not a feed"),
        ("<!-- c -->\n<HTML lang=en><p>x", "is a web page, not a feed"),
        (
            '<html><head><link rel="alternate" type="application/rss+xml" href="/feed?a=1&amp;b=2"></head>',
            r"its feed may be https://rfi\.example/feed\?a=1&b=2",
        ),
        ('{"version": "1.0", "items": []}', "is neither RSS nor Atom nor JSON Feed"),
        ('{"version": 1', "is neither RSS nor Atom nor JSON Feed"),
        ("{" * 100_000, "is neither RSS nor Atom nor JSON Feed"),
        ("Not found", "is neither RSS nor Atom"),
        ("<sitemap><url/></sitemap>", "is neither RSS nor Atom"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is neither RSS nor Atom"),
    ],
)
async def test_what_is_no_feed_is_told_as_what_it_is(body: bytes | str, problem: str) -> None:
    with pytest.raises(UnreadableError, match=problem):
        await read(body)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "http://127.0.0.9/secret">',
        '<!ENTITY y "lol"><!ENTITY x "&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;">',
    ],
)
async def test_entities_lead_nowhere_and_do_not_grow(declaration: str) -> None:
    xml = rss("<item><title>a&x;b</title></item>").replace(
        "?>", f"?><!DOCTYPE rss [{declaration}]>", 1
    )

    [found] = (await read(xml)).entries

    assert len(found.title) < 20
    assert "root:" not in found.title


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "language": "fr",
    "items": [
        {
            "id": "1",
            "url": "/fr/1",
            "title": "L'attaque",
            "content_html": "<p>Des hommes.</p><p>Partis.</p>",
            "date_published": "2025-07-02T09:30:00+02:00",
            "authors": [{"name": "Ann Diallo"}, {"url": "https://rfi.example/bob"}],
            "tags": ["mali", 5],
            "language": "fr-ML",
        }
    ],
}


async def test_a_json_feed_is_read_whole() -> None:
    feed = await read(json.dumps(JSON_FEED))

    [found] = feed.entries
    assert feed.language == "fr"
    assert (found.guid, found.url) == ("1", "https://rfi.example/fr/1")
    assert found.title == "L'attaque"
    assert paragraphs(found.text) == "Des hommes.\n\nPartis."
    assert found.published_at == datetime(2025, 7, 2, 7, 30, tzinfo=UTC)
    assert (found.authors, found.tags, found.language) == (("Ann Diallo",), ("mali",), "fr-ML")


@pytest.mark.parametrize(
    "item",
    [
        {"id": 7},
        {"id": None, "title": 5, "tags": "x", "authors": {}, "url": [], "date_published": 5},
        {"author": {"name": "Ann"}, "summary": "x", "external_url": "http://[::1"},
    ],
    ids=str,
)
async def test_a_json_feed_with_odd_fields_is_read_as_far_as_it_goes(item: object) -> None:
    feed = await read(json.dumps(JSON_FEED | {"items": [item, "no item", 5]}))

    assert len(feed.entries) == 1


async def test_a_dangerous_link_is_left_to_the_cleaning() -> None:
    found = await entry(rss("<item><title>t</title><link>javascript:alert(1)</link></item>"))

    assert found.url == "javascript:alert(1)"
