"""Paragraphs and sentences, as (start, end) in the text."""

# ruff: noqa: RUF001 -- punctuation of several scripts

import re

from tocsin.text.abbreviations import ABBREVIATIONS


Span = tuple[int, int]

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*|\s*\u2029\s*")  # or the sign that is made for it
_STOP = re.compile(
    r"(?:[.!?…؟؞۔।॥։።፧፨]+[\"'”’»›)\]]*(?=\s)"  # a space must follow: 3.5, rfi.fr
    r"|[。！？｡។៕၊။]+[」』”’）]*"  # where no space stands between words, none need follow
    r"|\n(?=\s*[•·‣▪*–-]\s))"  # the items of a list
)
_CLOSING = "\"'”’»›)]"
_OPENING = re.compile(r"[(\[\"'“‘«]")
_LONGEST_ABBREVIATION = 30  # characters before a stop that are looked at
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")


def paragraphs(text: str) -> list[Span]:
    """Return the paragraphs, which a blank line or U+2029 parts; without the white space around them."""
    return _between(text, [(gap.start(), gap.end()) for gap in _BLANK_LINE.finditer(text)])


def sentences(text: str) -> list[Span]:
    """Return the sentences in order. None crosses a paragraph's end."""
    found: list[Span] = []
    for start, end in paragraphs(text):
        paragraph = text[start:end]
        breaks = [(stop.end(), stop.end()) for stop in _STOP.finditer(paragraph) if _ends(stop)]
        found += [(start + first, start + last) for first, last in _between(paragraph, breaks)]
    return found


def _following(text: str, at: int) -> str:
    """Return the first character from there on that is no white space."""
    while text[at : at + 1].isspace():
        at += 1
    return text[at : at + 1]


def _last_word(text: str, end: int) -> str:
    """Return what stands before, without an opening bracket or quote; empty where a space does."""
    before = text[max(0, end - _LONGEST_ABBREVIATION) : end]
    last = "" if before[-1:].isspace() else before.rpartition(" ")[2]
    return _OPENING.split(last.split()[-1])[-1] if last else ""


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
    sign = stop.group()
    if sign == "\n":
        return True
    text = stop.string
    following = _following(text, stop.end())
    if following.islower():  # “Stop!” he said
        return False
    if sign[0] != ".":
        return True
    word = _last_word(text, stop.start())
    if not word or len(sign.rstrip(_CLOSING)) > 1:
        return True
    if _INITIALS.fullmatch(word + "."):  # J. Smith, the U.S. Army; not: in the U.S. "He
        return len(word) > 1 and not following.isalnum()
    return word.lower() not in ABBREVIATIONS
