"""Words in order, and where each stands in the text as it was written.

Words are those of UAX #29 without its rules WB6 and WB7: an apostrophe, a point or a colon
between letters parts them, as a hyphen does, so ``l'armée`` contains ``armée``, and a space
forgotten after a full stop hides no word. Numbers keep their points and commas (WB11, WB12).
Scripts that are written without spaces are one word a character.
"""

import re
from functools import lru_cache

from tocsin.text.folding import clusters, fold, fold_cluster


# Chinese, Japanese, Thai, Lao, Khmer and Myanmar; their marks go with the character before.
UNSPACED = (
    "\u0e01-\u0e5b\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e"
    "\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d"
    "\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u3099\u309a"
)
_FOLDED_WORD = re.compile(
    f"[{UNSPACED}][{UNSPACED_MARKS}]*"
    f"|[^ .,{UNSPACED}]+(?:[.,](?<=[0-9].)(?=[0-9])[^ .,{UNSPACED}]+)*"
)

# Latin, Greek and Cyrillic letters, digits and punctuation of which each lower-cases to one
# character and folds to letters only or to a separator. Texts of nothing else take the fast path.
_PLAIN = re.compile(
    "[\\x00-\\xac\\xae-\\xb1\\xb4-\\xb8\\xba\\xbb\\xbf-\\u012f\\u0131-\\u013e\\u0141-\\u0148\\u014a-\\u01ef"
    "\\u01f4-\\u024f\\u0388-\\u03ce\\u0400-\\u0481\\u048a-\\u052f"
    "\\u2010-\\u2027\\u2030-\\u203b\\u20a0-\\u20bf\\u2122\\u2190-\\u21ff\\u25a0-\\u25ff]*"
)
# ASCII is quicker to tell character by character: letters in lower case, a space for what parts words.
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_ASCII |= {ord(joiner): joiner for joiner in ".,"}
_STRAY = re.compile(r"[.,](?:(?<![0-9].)|(?![0-9]))")  # joins no digits
_PLAIN_WORD = re.compile(r"[^\W_]+(?:[.,](?<=[0-9].)(?=[0-9])[^\W_]+)*")


class Tokens:
    """The folded words of a text; ``spans[i]`` is where ``words[i]`` stands, end exclusive.

    A character that folds to several words (½) gives each of them its own span.
    """

    __slots__ = ("_spans", "_unfolded", "text", "words")

    def __init__(
        self,
        text: str,
        words: list[str],
        spans: list[tuple[int, int]] | None = None,
        unfolded: list[str] | None = None,
    ) -> None:
        """Take the spans, or the words as they stand in the text in lower case."""
        self.text = text
        self.words = words
        self._spans = spans
        self._unfolded = words if unfolded is None else unfolded

    @property
    def spans(self) -> list[tuple[int, int]]:
        if self._spans is None:  # most articles match nothing, so nobody asks
            self._spans = _spans(self.text.lower(), self._unfolded)
        return self._spans


def tokenise(text: str) -> Tokens:
    """Return the words of ``text``, which should be NFC."""
    if text.isascii():
        return Tokens(text, _STRAY.sub(" ", text.translate(_ASCII)).split())
    if _PLAIN.fullmatch(text):
        found = _PLAIN_WORD.findall(text.lower())
        folded = [word if word.isascii() else _folded(word) for word in found]
        return Tokens(text, folded, unfolded=found)
    return tokenise_any(text)


def _spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return where the words of a text stand, one after another; nothing but signs is between."""
    found = []
    end = 0
    for word in words:
        start = text.index(word, end)
        end = start + len(word)
        found.append((start, end))
    return found


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    return fold(word)


def words(text: str) -> list[str]:
    return tokenise(text).words


def tokenise_any(text: str, *, keep_case: bool = False, keep_accents: bool = False) -> Tokens:
    """Do what ``tokenise`` does for text of any kind, one cluster at a time.

    It says what a word is; the fast path must agree with it.
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in clusters(text):
        piece = fold_cluster(text[start:end], keep_case, keep_accents)
        pieces.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    found = list(_FOLDED_WORD.finditer("".join(pieces)))
    spans = [(starts[word.start()], ends[word.end() - 1]) for word in found]
    return Tokens(text, [word.group() for word in found], spans)
