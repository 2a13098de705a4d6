"""What counts as the same letter.

By default case, accents and compatibility forms do not count: ``Jamāʿat``, ``JAMA'AT`` and
``jama'at`` fold to the same. The text is taken cluster by cluster (a character with the marks
on it), so that whoever folds can say where each piece came from.
"""

# ruff: noqa: RUF001, RUF003 -- letters of several alphabets

import unicodedata
from collections.abc import Iterator
from functools import lru_cache


# Letters that look like another with a stroke or a tail, which NFKD leaves whole.
_SPECIAL = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "TH",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "Ħ": "H",
        "ı": "i",
        "ŧ": "t",
        "Ŧ": "T",
        # Arabic: the forms of alef, ya, ta marbuta and kaf that writers exchange freely.
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ک": "ك",
    }
)

_TATWEEL = "ـ"
_ZERO_WIDTH_SPACE = "\u200b"  # a format character by category, yet it parts words

# Half-width katakana write the voicing mark as a character of its own.
_HALF_WIDTH_MARKS = frozenset("ﾞﾟ")

# Vowels and final consonants of Korean: the marks of the syllable that they make with what is before.
_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))

# Modifier letters that stand for an apostrophe, as in Hawaiʻi and Jamāʿat. Letters by category.
_APOSTROPHES = frozenset("ʹʺʻʼʽʾʿˈˊˋ")

# Between digits these join (UAX #29, WB11 and WB12); everywhere else they part words.
_JOINERS = {
    ".": ".",
    ",": ",",
    "٫": ".",
    "٬": ",",
    "،": ",",
    "．": ".",
    "，": ",",
    "﹒": ".",
    "﹐": ",",
}

# Marks that are accents or short vowels. The marks of Indic scripts, Thai or kana are not
# among them: there a vowel or a voiced consonant is a mark, and without it the word is another.
_ACCENTS = (
    *((0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F)),
    *((0x0670, 0x0670), (0x06D6, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x1AB0, 0x1AFF)),
    *((0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF)),
)


def fold(text: str, *, keep_case: bool = False, keep_accents: bool = False) -> str:
    """Return ``text`` with what does not count taken away; each separator becomes one space.

    Points and commas stay, because between digits they belong to the number.
    Folding what is folded changes nothing.
    """
    if text.isascii() and not keep_case:
        text = text.lower()
    return "".join(
        fold_cluster(text[start:end], keep_case, keep_accents) for start, end in clusters(text)
    )


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each character together with the marks that follow it."""
    start = 0
    for index, character in enumerate(text):
        if index > start and not extends(character):
            yield start, index
            start = index
    if text:
        yield start, len(text)


@lru_cache(maxsize=1 << 16)
def extends(character: str) -> bool:
    """Tell whether the character is a mark on the one before it."""
    if unicodedata.category(character)[0] == "M" or character in _HALF_WIDTH_MARKS:
        return True
    return any(ord(character) in jamo for jamo in _JAMO)


@lru_cache(maxsize=1 << 17)
def fold_cluster(cluster: str, keep_case: bool = False, keep_accents: bool = False) -> str:  # noqa: FBT001, FBT002 -- lru_cache tells keywords from positions
    """Fold one cluster. The result may be empty, several letters, or a space for a separator."""
    base = cluster[0]
    if _is_ignored(base):
        return "".join(c for c in cluster[1:] if keep_accents or not is_accent(c))
    if not (base.isalnum() or extends(base)) or base in _APOSTROPHES:
        strays = (c for c in cluster[1:] if not is_accent(c))
        return _JOINERS.get(base, " ") + "".join(strays)
    folded = _decomposed(cluster, keep_accents=keep_accents)
    if not keep_case:
        folded = _decomposed(folded.casefold(), keep_accents=keep_accents)
    return "".join(map(_letter_or_space, unicodedata.normalize("NFC", folded)))


def is_accent(character: str) -> bool:
    """Tell whether the mark is one that folding takes away."""
    code = ord(character)
    return code >= 0x0300 and any(first <= code <= last for first, last in _ACCENTS)


def _is_ignored(character: str) -> bool:
    if character == _TATWEEL:
        return True
    return unicodedata.category(character) == "Cf" and character != _ZERO_WIDTH_SPACE


def _decomposed(text: str, *, keep_accents: bool) -> str:
    if keep_accents:
        return unicodedata.normalize("NFKD", text)
    text = unicodedata.normalize("NFKD", text.translate(_SPECIAL)).translate(_SPECIAL)
    return "".join(c for c in text if not (is_accent(c) and extends(c)))


def _letter_or_space(character: str) -> str:
    """A fraction, say, decomposes into digits with a slash between."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character == _TATWEEL:
        return ""
    is_letter = (character.isalnum() and character not in _APOSTROPHES) or extends(character)
    return character if is_letter else " "
