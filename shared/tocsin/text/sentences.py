"""Paragraphs and sentences, as (start, end) in the text."""

# ruff: noqa: RUF001 -- punctuation of several scripts

import re

from tocsin.text.abbreviations import ABBREVIATIONS


Span = tuple[int, int]

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_STOP = re.compile(
    r"(?:[.!?…؟।]+[\"'”’»›)\]]*(?=\s)"  # a space must follow: 3.5, rfi.fr
    r"|[。！？｡]+[」』”’）]*"  # Chinese and Japanese put none
    r"|\n(?=\s*[•·‣▪*–-]\s))"  # the items of a list
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+$")
_NOT_SPACE = re.compile(r"\S")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")


def paragraphs(text: str) -> list[Span]:
    """Return the paragraphs, which a blank line parts; without the white space around them."""
    return _between(text, [(gap.start(), gap.end()) for gap in _BLANK_LINE.finditer(text)])


def sentences(text: str) -> list[Span]:
    """Return the sentences in order. None crosses a paragraph's end."""
    found: list[Span] = []
    for start, end in paragraphs(text):
        paragraph = text[start:end]
        breaks = [(stop.end(), stop.end()) for stop in _STOP.finditer(paragraph) if _ends(stop)]
        found += [(start + first, start + last) for first, last in _between(paragraph, breaks)]
    return found


def _following(stop: re.Match[str]) -> str:
    """Return the first character behind the stop that is no white space."""
    found = _NOT_SPACE.search(stop.string, stop.end())
    return found.group() if found else ""


def _between(text: str, gaps: list[Span]) -> list[Span]:
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    trimmed = (_trim(text, start, end) for start, end in zip(starts, ends, strict=True))
    return [(start, end) for start, end in trimmed if start < end]


def _trim(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _ends(stop: re.Match[str]) -> bool:
    """Tell whether what looks like the end of a sentence is one."""
    if stop.group() == "\n":
        return True
    following = _following(stop)
    if following.islower():  # “Stop!” he said
        return False
    if not stop.group().startswith("."):
        return True
    last = _LAST_WORD.search(stop.string[max(0, stop.start() - 30) : stop.start()])
    if last is None or len(stop.group().rstrip("\"'”’»›)]")) > 1:
        return True
    word = last.group()
    if _INITIALS.fullmatch(word + "."):  # J. Smith, the U.S. Army; not: in the U.S. "He
        return len(word) > 1 and not following.isalnum()
    return word.lower() not in ABBREVIATIONS
