"""How names are compared: without case, accents and punctuation, word by word.

A *key* is the folded words of a name, each followed by a space (``"nioro du sahel "``), so that
a key is a prefix of a text's key exactly where the name ends at the end of a word. Chinese and
Japanese have no spaces: each of their characters counts as a word, a traditional one as the simplified.
"""

# ruff: noqa: RUF001 -- the look-alikes are the point here

import re
import unicodedata
from collections.abc import Iterator

from tocsin.regions.han import SIMPLIFIED, TRADITIONAL


_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
UNSPACED = re.compile(f"[{_UNSPACED}]")
WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

_LETTERS = str.maketrans(
    {
        "ı": "i", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "a",
        "ǝ": "a", "ŋ": "n", "ħ": "h", "ɓ": "b", "ɗ": "d",
        # Persian and Urdu write these Arabic letters otherwise; tatweel only stretches a word.
        "ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ـ": "",
    }
    | dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))
)  # fmt: skip


def fold(word: str) -> str:
    """Return the word as names are compared; empty where nothing is left of it."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS)
    return "".join(character for character in plain if character.isalnum())


def key(name: str) -> str:
    folded = (fold(match.group()) for match in WORD.finditer(name))
    return "".join(f"{word} " for word in folded if word)


# Arabic writes "and", "in", "to", "so" and "like" as a letter before the name.
_CLITICS = "\u0648\u0641\u0628\u0644\u0643"
_ARTICLE = "\u0627\u0644"


def without_clitics(folded: str) -> Iterator[tuple[int, str]]:
    """Yield (characters cut off, rest) for the ways in which an Arabic word may begin with clitics."""
    for cut in (1, 2):
        if len(folded) - cut >= 3 and all(letter in _CLITICS for letter in folded[:cut]):
            yield cut, folded[cut:]
    # "li" and the article run together: "lil-Sinighal" for "li" and "al-Sinighal".
    for cut in (2, 3):
        if folded[cut - 2 : cut] == "\u0644\u0644" and len(folded) - cut >= 2:
            yield cut, f"{_ARTICLE}{folded[cut:]}"
