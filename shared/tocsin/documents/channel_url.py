"""Channel URLs: which are taken, in which form they are kept, and what may be told of them.

A URL may hold a password or a token, so no message from here repeats any of it.
"""

import re
from urllib.parse import parse_qsl, unquote

from tocsin.documents.channel_services import ADDRESS, BY_SCHEMA, NATIVE, SERVICES, Service


MAX_LENGTH = 2048
MASK = "**********"
RELAY = "mailto"
MAIL = frozenset({RELAY, "mailtos"})

# Begins a URL as the store has it: sealed:<id of the key>:<token>. One that cannot be opened
# stays so, and is carried about like any other.
SEALED = "sealed:"

_ADDRESS = re.compile(ADDRESS)
_SCHEMA = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)


def checked_url(url: str) -> str:
    """Return the URL in the form in which it is kept.

    Raises:
        ValueError: it cannot be a channel; the message tells what would be right.
    """
    url = url.strip()
    _expect_plain(url)
    if (address := relay_address(url)) is not None:
        return f"mailto:{_checked_address(address)}"
    if any(pattern.fullmatch(url) for _, pattern in NATIVE):
        return url
    schema, rest = _split(url)
    service = BY_SCHEMA.get(schema)
    if service is None:
        raise ValueError(f"no channel of ours; use {_known()}")
    _expect_shape(service, rest)
    if RELAY in service.schemas:
        _expect_one_recipient(rest)
    return f"{schema}://{rest}"


def relay_address(url: str) -> str | None:
    """Return who is written to through the operator's own relay, if the URL is of that kind."""
    scheme, colon, address = url.partition(":")
    if scheme.lower() != RELAY or not colon or address.startswith("//"):
        return None
    return unquote(address)


def mail_address(url: str) -> str | None:
    """Return the address that mail goes to; None where it is no mail, or to its own sender."""
    if (address := relay_address(url)) is not None:
        return address
    if is_sealed(url) or schema_of(url) not in MAIL:
        return None
    return next(iter(_recipients(_after_schema(url))), None)


def is_sealed(url: str) -> bool:
    return url.startswith(SEALED)


def key_of(url: str) -> str:
    """Return the id of the key that a sealed URL was sealed with."""
    return url.removeprefix(SEALED).partition(":")[0]


def schema_of(url: str) -> str:
    """Return the service's schema, without ``://``; ``slack`` for each form of a Slack URL."""
    if is_sealed(url):
        return "sealed"
    if relay_address(url) is not None:
        return RELAY
    for schema, pattern in NATIVE:
        if pattern.fullmatch(url):
            return schema
    return _split(url)[0]


def lane_of(url: str) -> str:
    """Return what the channel shares with others that one slow host would hold up together."""
    if relay_address(url) is not None:
        return "relay"
    schema = schema_of(url)
    if is_sealed(url):
        return schema
    service = BY_SCHEMA.get(schema)
    if service is None or not service.hosted:
        return schema
    host, _, path = re.split(r"[?#]", _after_schema(url), maxsplit=1)[0].partition("/")
    if service.public and not path:
        return schema
    return f"{service.schemas[0]} {host.rpartition('@')[2].lower()}"


def describe_url(url: str) -> str:
    """Return what may be shown: ``slack://…``, or ``email to a***@example.org``."""
    if is_sealed(url):
        return "cannot be opened with our keys"
    address = mail_address(url)
    if address is None:
        return f"{schema_of(url)}://…"
    local, _, domain = address.rpartition("@")
    return f"email to {local[:1]}***@{domain}"


def _expect_plain(url: str) -> None:
    if not url:
        raise ValueError("is empty; use " + _known())
    if len(url) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    if not all(character.isprintable() and character != " " for character in url):
        raise ValueError("holds a space or a control character; write a space as %20")
    if not unquote(url).isprintable():
        raise ValueError("holds a control character behind a %")
    if set(url) == {"*"}:
        raise ValueError("is the mask that hides a secret; give the URL itself")


def _split(url: str) -> tuple[str, str]:
    match = _SCHEMA.fullmatch(url)
    if match is None:
        raise ValueError(f"no channel of ours; use {_known()}")
    return match[1].lower(), match[2]


def _after_schema(url: str) -> str:
    return url.partition("://")[2]


def _expect_shape(service: Service, rest: str) -> None:
    address, _, query = rest.partition("?")
    if service.pattern.fullmatch(address) is None:
        raise ValueError(f"{service.schemas[-1]} needs one recipient, as in {service.example}")
    refused = sorted(name for name in _arguments(query) if not _allowed(service, name))
    if refused:
        allowed = ", ".join(sorted(service.arguments)) or "none"
        raise ValueError(f"holds arguments that are not allowed here; allowed: {allowed}")


def _arguments(query: str) -> list[str]:
    # A "+" begins the name of a header here, and is no space.
    pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    return [name for name, _ in pairs]


def _allowed(service: Service, name: str) -> bool:
    if service.headers and re.fullmatch(r"\+[A-Za-z0-9-]+", name):
        return True
    return name in service.arguments


def _expect_one_recipient(rest: str) -> None:
    recipients = _recipients(rest)
    if len(recipients) > 1:
        raise ValueError("names several recipients; make a channel for each")
    for recipient in recipients:
        _checked_address(recipient)


def _recipients(rest: str) -> list[str]:
    """Return who a mailto:// URL writes to, in its path and in ``to``; nobody: its own sender."""
    address, _, query = rest.partition("?")
    named = [unquote(part) for part in address.split("/")[1:] if part]
    named += [value for name, value in parse_qsl(query) if name == "to"]
    return [part for name in named for part in re.split(r"[,;\s]+", name) if part]


def _checked_address(address: str) -> str:
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError("must name one mail address, as in mailto:ann@example.org")
    return address


def _known() -> str:
    schemas = ", ".join(f"{service.schemas[-1]}://" for service in SERVICES)
    return f"mailto:address, or an Apprise URL of {schemas}"
