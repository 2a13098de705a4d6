"""Text of others, made harmless to print: no control characters, no tricks of direction."""

import re
from urllib.parse import quote, urlsplit


MAX_URL = 2_000

# Overrides and isolates let text show in another order than it has, which hides what it says, and
# so do characters that are not to be seen. Marks and joiners (U+200C to U+200F) stay: Arabic,
# Hebrew, Persian and emoji need them.
_HIDDEN = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_ENDS_URL = re.compile(r"[\s\"'<>()\[\]\\`{}|^*~]")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
_SENTENCE_END = re.compile(r"[.!?…。؟](?=\s)")


def one_line(text: str) -> str:
    """Return the text as one line, safe for a header."""
    return " ".join(characters(text).split())


def characters(text: str) -> str:
    """Return the text without what cannot or must not be printed, its spaces as they are."""
    if text.isprintable():  # as most texts are, and it takes a tenth of the time to see that
        return text
    return _HIDDEN.sub("", _UNPRINTABLE.sub(" ", text))


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` characters, ended by … where something is left out.

    The cut is after a sentence if one ends in the second half, or else after a word.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(text[:limit])]
    if ends and limit / 2 <= ends[-1] < limit - 1:
        return f"{head[: ends[-1]]} …"
    space = head.rfind(" ")
    return f"{(head[:space] if space > limit / 2 else head).rstrip()}…"


def web_url(url: str) -> str:
    """Return the URL if it leads to the web and can do nothing else, or else nothing.

    What could end it early in some form of message is written with %.
    """
    if len(url) > MAX_URL or not url.isprintable():
        return ""
    url = _ENDS_URL.sub(lambda match: quote(match[0]), url)
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    # With a user name a URL can pretend to be another host's: https://bank.example@evil.example
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return ""
    if host is None or _HOST.fullmatch(host) is None:
        return ""
    return url


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
