"""Web addresses: one to show, and one to tell articles apart by."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote_from_bytes, urlsplit, urlunsplit

import idna

from tocsin_ingest.stages.tracking import tracks


MAX_LENGTH = 2_048

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
# Browsers take these out of an address wherever they stand (WHATWG URL, 4.4).
_BREAKS = re.compile(r"[\t\r\n]")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?]*", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}

# The same page for another device, and the file that a folder shows when none is named.
_VARIANT_HOST = re.compile(r"(?:www\d?|m|mobile|amp|wap)\.(?=[^.]+\.)")
_VARIANT_PATH = re.compile(r"/(?:amp|amp\.html)/?$")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")
# A front page says nothing about which article is meant.
_FRONT_PAGE = re.compile(r"[^/]+/(?:rss|feed|news|blog|index|[a-z]{2})?")


def clean(url: str) -> str:
    """Return the address as it is shown, without what only tracks; nothing if it is none.

    Cleaning what is clean changes nothing. It names the same page, but is written otherwise
    than its server wrote it, so it is not for fetching.
    """
    parts = _split(url)
    return "" if parts is None else urlunsplit(parts)


def key(url: str) -> str:
    """Return what addresses of one article have in common; nothing where it tells no article.

    Left out are the scheme, the variants for phones, tracking, and the order of parameters.
    """
    parts = _split(url)
    if parts is None:
        return ""
    host = _VARIANT_HOST.sub("", parts.netloc, count=1)
    path = _INDEX.sub("/", _VARIANT_PATH.sub("", parts.path)).rstrip("/")
    query = "&".join(sorted(parts.query.split("&")))
    found = f"{host}{path or '/'}" + (f"?{query}" if query else "")
    if parts.fragment:
        return f"{found}#{parts.fragment}"
    return "" if _FRONT_PAGE.fullmatch(found) else found


def host(url: str) -> str:
    """Return the host that published the page, without ``www.``; nothing if it is no address."""
    parts = _split(url)
    return "" if parts is None else (parts.hostname or "").removeprefix("www.")


def _split(url: str) -> SplitResult | None:
    """Return the parts of a web address in one spelling, or None where it is no such address."""
    # What tracks may be longer than the rest; but what is longer still is not looked at, nor kept.
    return _spelt(url) if len(url) <= 2 * MAX_LENGTH else None


@lru_cache(maxsize=1_024)  # an article's address is asked for its key and its host too
def _spelt(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(_BREAKS.sub("", url).strip())
        port = parts.port
    except ValueError:
        return None
    server = _server(parts.hostname or "")
    if parts.scheme not in _DEFAULT_PORT or not server:
        return None
    if port not in {None, _DEFAULT_PORT[parts.scheme]}:
        server = f"{server}:{port}"
    path = _SESSION_IN_PATH.sub("", _escaped(_without_dots(parts.path), "/:@!$&'()*+,;="))
    # Of fragments only the "hash bang" of old single-page sites names a page.
    fragment = _escaped(parts.fragment, "/:@!$&'()*+,;=?") if parts.fragment[:1] == "!" else ""
    spelt = SplitResult(parts.scheme, server, path or "/", _query(parts.query), fragment)
    return spelt if len(urlunsplit(spelt)) <= MAX_LENGTH else None


def _server(name: str) -> str:
    name = name.rstrip(".").lower()
    if ":" in name:
        return f"[{name}]"
    if name.isascii():
        return name if re.fullmatch(r"[a-z0-9._-]+", name) else ""
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _without_dots(path: str) -> str:
    """Resolve ``.`` and ``..`` (RFC 3986, 5.2.4), and take doubled slashes for one."""
    kept: list[str] = []
    segments = re.sub(r"/{2,}", "/", path).split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    resolved = "/".join(kept)
    return resolved if resolved.startswith("/") else f"/{resolved}"


def _query(query: str) -> str:
    parameters = (parameter.partition("=") for parameter in query.split("&") if parameter)
    return "&".join(
        _escaped(name, "/:@!$'()*+,;?") + equals + _escaped(value, "/:@!$'()*+,;?=")
        for name, equals, value in parameters
        if not tracks(name, value)
    )


def _escaped(text: str, safe: str) -> str:
    """Percent-encode what must be, and nothing else (RFC 3986, 6.2.2)."""
    plain = _ESCAPE.sub(_unescaped, text.encode(errors="replace"))
    return quote_from_bytes(plain, safe=safe + "%")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    byte = bytes.fromhex(escape[1].decode())
    return byte if byte in _UNRESERVED else b"%" + escape[1].upper()
