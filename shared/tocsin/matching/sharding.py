"""Which matcher has which rules, where one alone would have too many."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self


_WRITTEN = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Shard:
    """The ``number``-th of ``count``, from 1. Every rule is in exactly one."""

    number: int = 1
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ValueError(
                f"there is no shard {self}: write 1/{self.count} to {self.count}/{self.count}"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2/4``."""
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"expected a shard such as 2/4, not {text!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def group(self, name: str) -> str:
        """Return the consumer group of this shard; one alone has the plain name."""
        return name if self.count == 1 else f"{name}:{self}"

    def has(self, rule_id: str) -> bool:
        """Tell whether a rule is in this shard; the same on every machine, for ever."""
        digest = blake2b(rule_id.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.number - 1
