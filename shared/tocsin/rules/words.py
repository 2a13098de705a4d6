"""The words of a rule as they are looked for."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from tocsin.text import Tokens, stem, tokenise, tokenise_any


def word_patterns(text: str) -> tuple[str, ...]:
    """Return the folded words of ``text``, with ``?`` inside a word and ``*`` at its end kept.

    ``al-Qaed*`` gives ``("al", "qaed*")``; a question mark at the end of a word is punctuation.
    """
    if text.isascii() and text.replace(" ", "").isalnum():  # nothing but letters and digits
        return tuple(text.lower().split())
    return _word_patterns(text)


@lru_cache(maxsize=1 << 16)
def _word_patterns(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFC", text)
    return tuple(stem(found.word) for found in _with_wildcards(text, tokenise(text)))


def words_as_written(text: str) -> tuple[str, ...]:
    """Return the words of ``text`` unfolded, each with its wildcards."""
    text = unicodedata.normalize("NFC", text)
    found = _with_wildcards(text, tokenise(text))
    return tuple(text[each.start : each.end] for each in found)


@lru_cache(maxsize=1 << 12)
def original_patterns(text: str, *, keep_case: bool, keep_accents: bool) -> tuple[str, ...]:
    """Return the words of ``text`` as ``case:`` and ``exact:`` look for them."""
    text = unicodedata.normalize("NFC", text)
    tokens = tokenise_any(text, keep_case=keep_case, keep_accents=keep_accents)
    return tuple(found.word for found in _with_wildcards(text, tokens))


class _Found(NamedTuple):
    word: str
    start: int
    end: int


def _with_wildcards(text: str, tokens: Tokens) -> list[_Found]:
    found: list[_Found] = []
    last = 0
    for word, (start, end) in zip(tokens.words, tokens.spans, strict=True):
        between = text[last:start]
        if found and between and not between.strip("?"):
            found[-1] = _Found(found[-1].word + between + word, found[-1].start, end)
        else:
            found.append(_Found(word, start, end))
        if text[end : end + 1] == "*":
            found[-1] = _Found(f"{found[-1].word}*", found[-1].start, end + 1)
        last = end
    return found


def matches(pattern: str, word: str) -> bool:
    """Tell whether a folded word is one that a word of a rule looks for."""
    return _regex(pattern).fullmatch(word) is not None


@lru_cache(maxsize=1 << 12)
def _regex(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern))


def is_pattern(word: str) -> bool:
    return "*" in word or "?" in word


def fixed_prefix(word: str) -> str:
    """Return the letters before the first wildcard; all of them where there is none."""
    return word.partition("*")[0].partition("?")[0]
