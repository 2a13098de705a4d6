"""Fetching what somebody else named, without being led astray, held up or filled up.

The address is checked when we connect to it, at every hop, so no name that resolves to another
address a moment later, and no redirect, leads into a private network.
"""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from tocsin_ingest.ports import Fetched, FetchError, RefusedError
from tocsin_ingest.stages.egress import Egress
from tocsin_ingest.stages.schedule import Validators


REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
HEADER_BYTES = 8_190  # of one line
CHUNK = 64 * 1024
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost, redirects included."""

    seconds: float = 20
    body_bytes: int = 10 * 1024 * 1024  # after decompression
    ratio: int = 200  # of decompressed to received bytes, beyond the first megabyte
    hops: int = 5


class _NotPermittedError(OSError):
    """Raised where a connection would be made to an address that is none of ours to call."""


class GuardedHttp:
    """An HTTP client for addresses that we do not trust. It keeps no cookies and uses no proxy."""

    def __init__(
        self,
        egress: Egress,
        *,
        user_agent: str,
        limits: Limits | None = None,
        connections: int = 64,
    ) -> None:
        self._egress = egress
        self._limits = limits or Limits()
        self._user_agent = user_agent
        self._connections = connections

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # A host is asked by two at once at most, which is polite.
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                limit_per_host=2,
                ttl_dns_cache=60,
                # An idle connection under TLS costs a quarter of a megabyte; feeds are
                # rarely fetched twice from one host within seconds.
                keepalive_timeout=5,
                socket_factory=self._socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=10),
            headers={
                "User-Agent": self._user_agent,
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate",
            },
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def fetch(self, url: str, known: Validators) -> Fetched:
        try:
            # On the wall clock: a server that sends one byte a second never lets a read time out.
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(url, known)
        except aiohttp.ClientError as error:
            raise _said(error) from error
        except TimeoutError as error:
            raise FetchError(f"no whole answer within {self._limits.seconds:g} s") from error
        except (ValueError, UnicodeError, OSError) as error:
            raise FetchError(f"cannot be asked ({error})") from error

    async def _follow(self, url: str, known: Validators) -> Fetched:
        asked = [url]
        while len(asked) <= self._limits.hops + 1:
            _require_web_address(asked[-1])
            async with self._session.get(
                asked[-1], headers=_conditions(asked[-1], known), allow_redirects=False
            ) as response:
                location = response.headers.get("Location", "")
                if response.status not in REDIRECTS or not location:
                    return await self._answer(response, asked[-1])
            asked.append(_next_hop(asked, location))
        raise FetchError(f"redirects more than {self._limits.hops} times")

    async def _answer(self, response: aiohttp.ClientResponse, url: str) -> Fetched:
        # The body of an error says nothing to us.
        body = await self._body(response) if response.status == 200 else b""
        return Fetched(
            status=response.status,
            url=url,
            body=body,
            content_type=_header(response, "Content-Type"),
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            retry_after=_header(response, "Retry-After"),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self._limits.body_bytes
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise FetchError(f"is larger than {_megabytes(limit)}")
        body = bytearray()
        received = 0
        async for chunk, piece in _pieces(response):
            received += chunk
            body += piece
            if len(body) > limit:
                raise FetchError(f"is larger than {_megabytes(limit)}")
            if len(body) > 1024 * 1024 and len(body) > received * self._limits.ratio:
                raise FetchError(f"inflates more than {self._limits.ratio} times")
        return bytes(body)

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for a connection, to the very address that was checked."""
        family, kind, protocol, _, destination = info
        address, port = destination[0], destination[1]
        if not self._egress.permits(address, port):
            raise _NotPermittedError(f"{address} port {port}")
        return socket.socket(family, kind, protocol)


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[int, bytes]]:
    """Yield the decompressed body in pieces of bounded size, each with the bytes it took."""
    match response.headers.get("Content-Encoding", "").strip().lower():
        case "" | "identity":
            async for chunk in response.content.iter_chunked(CHUNK):
                yield len(chunk), chunk
        case "gzip" | "x-gzip" | "deflate" as encoding:
            inflater = _Inflater(encoding)
            async for chunk in response.content.iter_chunked(CHUNK):
                received = len(chunk)
                for piece in inflater.inflate(chunk):
                    yield received, piece
                    received = 0
            if not inflater.complete:
                raise FetchError("broke off within the compressed body")
        case encoding:
            raise FetchError(f"is sent as {encoding[:40]!r}, which we did not ask for")


class _Inflater:
    """gzip and zlib by their headers; "deflate" also without any, as some servers send it."""

    def __init__(self, encoding: str) -> None:
        self._inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._may_be_raw = encoding == "deflate"

    @property
    def complete(self) -> bool:
        return self._inflater.eof

    def inflate(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self.complete:
                # A body may be several gzip members after each other (RFC 1952, 2.2).
                if not chunk.startswith(GZIP):
                    return
                self._inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            yield (piece := self._piece(chunk))
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data
            # Behind a full piece there may be more of what was taken in: with no trailer after it,
            # as in raw deflate, nothing else would bring it out.
            while not chunk and len(piece) == CHUNK and not self.complete:
                yield (piece := self._piece(b""))

    def _piece(self, chunk: bytes) -> bytes:
        try:
            piece = self._inflater.decompress(chunk, CHUNK)
        except zlib.error as error:
            if not self._may_be_raw:
                raise FetchError("is compressed wrongly") from error
            self._inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
            self._may_be_raw = False
            return self._piece(chunk)
        self._may_be_raw = False
        return piece


def _header(response: aiohttp.ClientResponse, name: str) -> str:
    """Return a header; nothing where it is no text that could be kept and sent again."""
    value = response.headers.get(name, "")
    return value if value.isprintable() else ""


def _require_web_address(url: str) -> None:
    parts = _parts(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RefusedError("is not http or https")
    if parts.username is not None or parts.password is not None:
        raise RefusedError("holds a user name or password")


def _next_hop(asked: list[str], location: str) -> str:
    # What stands in a header is bytes; servers write UTF-8 into it.
    target = urljoin(asked[-1], location.encode(errors="surrogateescape").decode(errors="replace"))
    target = urlsplit(target)._replace(fragment="").geturl()
    if target in asked:
        raise FetchError("redirects in a circle")
    if asked[-1].lower().startswith("https:") and not target.lower().startswith("https:"):
        raise RefusedError("redirects from https to an address without")
    return target


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise RefusedError(f"is no web address ({error})") from error


def _conditions(url: str, known: Validators) -> Mapping[str, str]:
    """Return the headers that ask for news only, for the server that they came from."""
    if url != known.url:
        return {}
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _said(error: aiohttp.ClientError) -> FetchError:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return FetchError("its host is not known")
        case aiohttp.ClientConnectorCertificateError():
            return FetchError(f"its certificate is not valid ({error.certificate_error})")
        case aiohttp.ClientConnectorError(os_error=_NotPermittedError() as refused):
            return RefusedError(
                f"leads to {refused}, which is not on the public web; "
                "the operator may permit it with TOCSIN_EGRESS_ALLOW"
            )
        case aiohttp.ClientConnectorError():
            return FetchError(f"cannot be reached ({error.os_error.strerror or error.os_error})")
        case aiohttp.InvalidURL():
            return RefusedError("is no web address")
        case aiohttp.ServerTimeoutError():
            return FetchError("does not answer in time")
        case aiohttp.ClientResponseError():
            return FetchError(f"answers what is no HTTP ({error.message[:100]})")
        case _:
            return FetchError(f"broke off ({type(error).__name__})")


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:g} MB"
