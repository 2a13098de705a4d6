"""Fetching what strangers name: what is read as it is, and every attack on the fetcher."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from ingest.web import Answer, Exchange, Web, serving
from tocsin_ingest.adapters.guarded_http import CHUNK, GuardedHttp, Limits, _next_hop
from tocsin_ingest.ports import Fetched, FetchError, RefusedError
from tocsin_ingest.stages.egress import Egress
from tocsin_ingest.stages.schedule import Validators


FEED = b"<rss/>"
SECRET = b"the metadata service's password"
LIMITS = Limits(seconds=1.5, body_bytes=200_000, ratio=50, hops=3)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server that may be asked."""
    async with serving() as server:
        server.says("/feed", FEED, Content_Type="application/rss+xml")
        yield server


@pytest.fixture
async def private(web: Web) -> AsyncIterator[Web]:
    """A server that may not: the same port on another address of this machine."""
    async with serving("127.0.0.9", web.port) as server:
        server.says("/", SECRET)
        yield server


@pytest.fixture
async def http(web: Web) -> AsyncIterator[GuardedHttp]:
    egress = Egress.of([f"127.0.0.1:{web.port}"])
    async with GuardedHttp(egress, user_agent="Tocsin/test", limits=LIMITS) as client:
        yield client


async def get(http: GuardedHttp, url: str, known: Validators | None = None) -> Fetched:
    return await http.fetch(url, known or Validators())


async def test_a_feed_is_fetched_and_we_say_who_we_are(http: GuardedHttp, web: Web) -> None:
    fetched = await get(http, f"{web.url}/feed")

    assert fetched == Fetched(200, f"{web.url}/feed", FEED, content_type="application/rss+xml")
    [asked] = web.asked
    assert asked.headers["user-agent"] == "Tocsin/test"
    assert "cookie" not in asked.headers
    assert "referer" not in asked.headers


async def test_validators_are_shown_as_they_were_received(http: GuardedHttp, web: Web) -> None:
    etag, modified = 'W/"a,b; c"', "Thu, 01 Jan 2026 00:00:00 GMT"
    web.says("/feed", FEED, ETag=etag, Last_Modified=modified)
    first = await get(http, f"{web.url}/feed")
    web.says("/feed", b"", 304)

    second = await get(
        http, f"{web.url}/feed", Validators(first.url, first.etag, first.last_modified)
    )

    assert second.status == 304
    assert web.asked[1].headers["if-none-match"] == etag
    assert web.asked[1].headers["if-modified-since"] == modified


async def test_validators_are_shown_only_to_whom_they_came_from(
    http: GuardedHttp, web: Web
) -> None:
    web.says("/moved", b"", 302, Location="/feed")
    known = Validators(f"{web.url}/feed", '"1"')

    await get(http, f"{web.url}/moved", known)

    assert "if-none-match" not in web.asked[0].headers
    assert web.asked[1].headers["if-none-match"] == '"1"'


async def test_a_validator_that_is_no_text_is_not_kept(http: GuardedHttp, web: Web) -> None:
    async def odd(exchange: Exchange) -> None:
        await exchange.send(
            b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: 6\r\n\r\n<rss/>'
        )

    web.answers["/odd"] = odd

    assert (await get(http, f"{web.url}/odd")).etag == ""


@pytest.mark.parametrize("status", [404, 410, 429, 500])
async def test_an_error_is_told_with_the_pause_asked_for_and_its_page_not_read(
    http: GuardedHttp, web: Web, status: int
) -> None:
    web.says("/feed", b"<html>sorry", status, Retry_After="120")

    fetched = await get(http, f"{web.url}/feed")

    assert (fetched.status, fetched.body, fetched.retry_after) == (status, b"", "120")


async def test_redirects_are_followed_and_the_last_address_told(
    http: GuardedHttp, web: Web
) -> None:
    web.says("/one", b"", 301, Location="/two")
    web.says("/two", b"", 307, Location=f"{web.url}/feed#top")

    fetched = await get(http, f"{web.url}/one")

    assert (fetched.url, fetched.body) == (f"{web.url}/feed", FEED)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("GZIP", gzip.compress(FEED[:2], mtime=0) + gzip.compress(FEED[2:], mtime=0)),
        ("gzip", gzip.compress(FEED, mtime=0) + b"\0" * 20),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED, wbits=-zlib.MAX_WBITS)),
        ("identity", FEED),
    ],
)
async def test_compressed_bodies_are_inflated(
    http: GuardedHttp, web: Web, encoding: str, body: bytes
) -> None:
    web.says("/feed", body, Content_Encoding=encoding)

    assert (await get(http, f"{web.url}/feed")).body == FEED


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16])
@pytest.mark.parametrize("beyond", [-1, 0, 1, 4, 258, 259])
async def test_a_body_of_any_size_is_inflated_whole(
    http: GuardedHttp, web: Web, wbits: int, beyond: int
) -> None:
    feed = b"x" * (2 * CHUNK + beyond)
    encoding = "gzip" if wbits > zlib.MAX_WBITS else "deflate"
    web.says("/feed", zlib.compress(feed, wbits=wbits), Content_Encoding=encoding)

    assert (await get(http, f"{web.url}/feed")).body == feed


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(b"\0" * 10**7, mtime=0), "gzip", "is larger than"),
        (b"x" * 300_000, "identity", "is larger than"),
        (b"no gzip", "gzip", "is compressed wrongly"),
        (gzip.compress(FEED, mtime=0)[:-4], "gzip", "broke off within the compressed body"),
        (FEED, "br", "is sent as 'br', which we did not ask for"),
        (FEED, "gzip, gzip", "which we did not ask for"),
    ],
)
async def test_a_body_that_is_a_bomb_or_broken_is_refused(
    http: GuardedHttp, web: Web, body: bytes, encoding: str, reason: str
) -> None:
    web.says("/feed", body, Content_Encoding=encoding)

    with pytest.raises(FetchError, match=reason):
        await get(http, f"{web.url}/feed")


async def test_a_body_that_inflates_too_much_is_refused_before_the_limit(web: Web) -> None:
    web.says("/feed", gzip.compress(b"\0" * 5_000_000), Content_Encoding="gzip")
    limits = Limits(body_bytes=10_000_000, ratio=50)
    egress = Egress.of([f"127.0.0.1:{web.port}"])

    async with GuardedHttp(egress, user_agent="Tocsin/test", limits=limits) as http:
        with pytest.raises(FetchError, match="inflates more than 50 times"):
            await get(http, f"{web.url}/feed")


async def endless_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await exchange.send(b"x" * 65_536)


async def endless_header(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await exchange.send(b"x" * 65_536)


async def dripping_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


async def dripping_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-Drip: 1\r\n")
        await asyncio.sleep(0.05)


async def silence(exchange: Exchange) -> None:
    await asyncio.Event().wait()


async def half_a_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


async def no_http(exchange: Exchange) -> None:
    await exchange.send(b"SSH-2.0-OpenSSH_9.9\r\n")


async def large_claim(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (endless_body, "is larger than"),
        (endless_header, "answers what is no HTTP"),
        (dripping_body, "no whole answer within 1.5 s"),
        (dripping_headers, "no whole answer within 1.5 s|no HTTP"),
        (silence, "no whole answer within 1.5 s"),
        (half_a_body, "broke off"),
        (no_http, "answers what is no HTTP"),
        (large_claim, "is larger than"),
    ],
)
async def test_a_server_cannot_hold_us_up_or_fill_us_up(
    http: GuardedHttp, web: Web, attack: Answer, reason: str
) -> None:
    web.answers["/feed"] = attack

    with pytest.raises(FetchError, match=reason):
        await get(http, f"{web.url}/feed")


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.9:{port}/", "//127.0.0.9:{port}/", "http://[::ffff:127.0.0.9]:{port}/"),
        *("http://2130706441:{port}/", "http://0x7f.0.0.9:{port}/", "http://127.9:{port}/"),
        *("http://0.0.0.0:{port}/", "http://[::]:{port}/", "http://user:pw@127.0.0.9:{port}/"),
        *("http://[64:ff9b::7f00:9]:{port}/", "http://169.254.169.254/latest/meta-data/"),
        *("file:///etc/passwd", "ftp://127.0.0.9/", "gopher://127.0.0.9:{port}/_x", "http:///"),
        *("http://[::1/", "http://127.0.0.9:99999/", "http://exa mple/", "data:,x"),
    ],
)
async def test_a_redirect_never_leads_where_we_may_not_go(
    http: GuardedHttp, web: Web, private: Web, target: str
) -> None:
    web.says("/feed", b"", 302, Location=target.format(port=web.port))

    with pytest.raises(FetchError):
        await get(http, f"{web.url}/feed")
    with pytest.raises(FetchError):
        await get(http, target.format(port=web.port))
    assert private.asked == []


async def test_a_private_address_is_refused_with_what_the_operator_can_do(
    http: GuardedHttp, private: Web
) -> None:
    with pytest.raises(RefusedError, match=r"leads to 127\.0\.0\.9 port .*TOCSIN_EGRESS_ALLOW"):
        await get(http, f"{private.url}/")
    assert private.asked == []


async def test_a_name_is_judged_by_the_address_that_is_connected_to(
    http: GuardedHttp, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public when asked first and private when asked again, as in DNS rebinding."""
    answers = iter(["127.0.0.1", "127.0.0.9"])

    async def rebinding(*args: object, **kwargs: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), web.port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
    async with AsyncExitStack() as stack:
        private = await stack.enter_async_context(serving("127.0.0.9", web.port))
        private.says("/feed", SECRET)
        egress = Egress.of([f"127.0.0.1:{web.port}"])

        async def fresh() -> Fetched:
            # A client of its own has no connection and no name to fall back on.
            async with GuardedHttp(egress, user_agent="Tocsin/test") as client:
                return await get(client, f"http://rebound.example:{web.port}/feed")

        assert (await fresh()).body == FEED
        with pytest.raises(RefusedError, match=r"leads to 127\.0\.0\.9"):
            await fresh()
        assert private.asked == []


async def test_circles_and_long_ways_of_redirects_end(http: GuardedHttp, web: Web) -> None:
    web.says("/circle", b"", 302, Location="/circle2")
    web.says("/circle2", b"", 302, Location="/circle")
    for number in range(9):
        web.says(f"/{number}", b"", 302, Location=f"/{number + 1}")

    with pytest.raises(FetchError, match="redirects in a circle"):
        await get(http, f"{web.url}/circle")
    with pytest.raises(FetchError, match="redirects more than 3 times"):
        await get(http, f"{web.url}/0")


def test_a_redirect_never_gives_up_encryption() -> None:
    with pytest.raises(RefusedError, match="redirects from https to an address without"):
        _next_hop(["https://example.org/feed"], "http://example.org/feed")
    assert _next_hop(["http://example.org/feed"], "https://example.org/") == "https://example.org/"


async def test_an_unknown_host_and_a_closed_port_are_told(web: Web) -> None:
    async with GuardedHttp(Egress.of(["127.0.0.0/8"]), user_agent="Tocsin/test") as http:
        with pytest.raises(FetchError, match="cannot be reached"):
            await get(http, "http://127.0.0.77:1/")
        with pytest.raises(FetchError, match="its host is not known"):
            await get(http, "http://no-such-host.invalid/")


async def test_cookies_are_not_kept(http: GuardedHttp, web: Web) -> None:
    web.says("/feed", FEED, Set_Cookie="track=me; Path=/")

    await get(http, f"{web.url}/feed")
    await get(http, f"{web.url}/feed")

    assert "cookie" not in web.asked[1].headers


async def test_a_proxy_in_the_environment_is_not_used(
    http: GuardedHttp, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.9:1")

    assert (await get(http, f"{web.url}/feed")).body == FEED
