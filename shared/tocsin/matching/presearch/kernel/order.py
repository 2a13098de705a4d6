"""A rule as numbers."""

from typing import NamedTuple


class Order(NamedTuple):
    """``words``: the uint64 that ``editing.add`` takes, with 0 for the rule's number and for the ids of facts.

    ``facts`` are these, each with the word where its id belongs.
    """

    words: bytes
    facts: tuple[tuple[int, str], ...]
