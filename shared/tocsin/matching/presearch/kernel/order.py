"""A rule as numbers."""

from typing import NamedTuple


class Order(NamedTuple):
    """``words``: what ``editing.add`` takes, with 0 for the rule's number and for the ids of facts.

    ``facts`` are these, each with where its id belongs.
    """

    words: list[int]
    facts: tuple[tuple[int, str], ...]
