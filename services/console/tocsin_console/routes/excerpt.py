"""A mistake in a query, shown where it is."""

import unicodedata
from dataclasses import dataclass


CONTEXT = 60  # characters shown on each side


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The line with the mistake, and a line below it whose last character, ^, points at it.

    ``line`` and ``column`` count from 1.
    """

    text: str
    pointer: str
    line: int
    column: int


def excerpt(text: str, position: int) -> Excerpt:
    """Return the line around a character; a long one is cut on both sides."""
    before = text[:position].rpartition("\n")[2]
    after = text[position:].partition("\n")[0]
    head = before if len(before) <= CONTEXT else "…" + before[-CONTEXT:]
    tail = after if len(after) <= CONTEXT else after[:CONTEXT] + "…"
    return Excerpt(
        text=head + tail,
        pointer=blank(head) + "^",
        line=text.count("\n", 0, position) + 1,
        column=len(before) + 1,
    )


def blank(text: str) -> str:
    """Return space as wide as the text is in a monospaced font."""
    return "".join(map(_blank, text))


def _blank(character: str) -> str:
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    if unicodedata.east_asian_width(character) in "WF":
        return "\N{IDEOGRAPHIC SPACE}"
    return " "
