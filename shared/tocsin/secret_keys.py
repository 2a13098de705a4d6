"""The operator's secret keys: the first seals and signs, every one of them opens and verifies.

Each use has a key of its own, derived from these, so that what one gives away helps
with no other.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self


LENGTH = 32  # bytes
RIGHT = "32 random bytes as base64, such as `openssl rand -base64 32` writes"

HEAD = """\
# The keys that seal the channels' URLs and sign the links in messages, one a line; the first
# one is used, the others still open. Whoever loses them loses every channel's URL.
# `tocsin channels rotate-keys` puts a new one first.
"""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """``id`` tells which key it is, and nothing about it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hashlib.sha256(b"tocsin key id " + self.secret).hexdigest()[:8]

    def derived(self, use: str) -> bytes:
        """Return the 32 bytes for one use."""
        return hmac.new(self.secret, f"tocsin {use}".encode(), hashlib.sha256).digest()

    def written(self) -> str:
        """Return the key as it stands in a setting or a file."""
        return base64.urlsafe_b64encode(self.secret).decode()


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """At least one key, none twice; the first is the one that seals and signs."""

    keys: tuple[SecretKey, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read keys between commas, spaces or line ends; what follows a ``#`` on a line is none.

        Raises:
            ValueError: there is none, or one is no key; the message repeats none of it.
        """
        lines = (line.partition("#")[0] for line in text.splitlines())
        words = [word for line in lines for word in line.replace(",", " ").split()]
        if not words:
            raise ValueError(f"holds no key; write {RIGHT}")
        return cls.of(_parsed(word, number) for number, word in enumerate(words, 1))

    @classmethod
    def of(cls, keys: Iterable[SecretKey]) -> Self:
        return cls(tuple(dict.fromkeys(keys)))

    def as_file(self) -> str:
        """Return what stands in a file of keys; ``parse`` reads it."""
        return HEAD + "".join(f"{key.written()}\n" for key in self.keys)

    @property
    def first(self) -> SecretKey:
        return self.keys[0]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self.keys)


def _parsed(word: str, number: int) -> SecretKey:
    try:
        secret = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != LENGTH:
        raise ValueError(f"key {number} is not {RIGHT}")
    return SecretKey(secret)
