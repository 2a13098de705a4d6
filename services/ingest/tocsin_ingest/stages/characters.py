"""Text as everybody may rely on it: NFC, no control characters, plain white space."""

import re
import unicodedata


# Nobody means to write these: controls, soft hyphens, invisible joiners, bidirectional
# overrides and isolates (they make text read otherwise than it is), byte order marks,
# non-characters. The two planes apart: a class that holds both is searched fifty times slower.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u2060-\u206f\u202a-\u202e\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff]"
)
_UNWANTED_BEYOND = re.compile(
    "[\U000e0001"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
# Marks are put into their order by moving each past the others, so a million of them after each
# other would take hours. No language has more than a few: 30 are kept (UAX #15, stream-safe text).
MARKS = 30
_MARKS = "".join(filter(unicodedata.combining, map(chr, range(0x300, 0xFFFF))))
_MAY_BE_MARKS = re.compile(f"[{_MARKS}\U00010000-\U0010ffff]{{{MARKS + 1},}}")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")

# What ends a sentence, with the quotation marks and brackets that may close after it.
# ruff: noqa: RUF001 -- these are the marks that are meant
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*\s|[。！？]["”’」』）]*""")


def whole(text: str) -> str:
    """Return the text with U+FFFD for each half of a character, which no encoding can hold."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def line(text: str, limit: int | None = None) -> str:
    """Return the text as one clean line, cut at a word to at most ``limit`` characters."""
    cleaned = " ".join(_plain(text).split())
    return cleaned if limit is None or len(cleaned) <= limit else _shortened(cleaned, limit)


def paragraphs(text: str) -> str:
    """Return the text clean, its lines kept; one blank line parts its paragraphs."""
    parted = _plain(text).replace("\u2029", "\n\n").replace("\f", "\n\n")
    clean = "\n".join(" ".join(part.split()) for part in parted.splitlines())
    while "\n\n\n" in clean:
        clean = clean.replace("\n\n\n", "\n\n")
    return clean.strip()


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` bytes (of UTF-8) of a text.

    It ends with a paragraph, else a sentence, else a word, as long as that costs no more
    than a quarter of the limit.
    """
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    head = encoded[:limit].decode(errors="ignore")
    enough = len(head) * 3 // 4
    if (end := head.rfind("\n\n", enough)) > 0:
        return head[:end].rstrip()
    if sentences := list(_SENTENCE_END.finditer(head, enough)):
        return head[: sentences[-1].end()].rstrip()
    if spaces := list(re.finditer(r"\s", head[enough:])):
        return head[: enough + spaces[-1].start()].rstrip()
    return head


def first_sentence(text: str) -> str:
    """Return the first sentence of the first line; what is as short as ``U.S.`` ends none."""
    first_line = text.split("\n", 1)[0]
    end = _SENTENCE_END.search(first_line, 20)
    return first_line if end is None else first_line[: end.end()].rstrip()


def _plain(text: str) -> str:
    # Most texts are plain but for their line breaks, which is seen at once.
    if not text.replace("\n", "").isprintable():
        text = _UNWANTED.sub("", whole(text))
        if _BEYOND.search(text):
            text = _UNWANTED_BEYOND.sub("", text)
    return unicodedata.normalize("NFC", _MAY_BE_MARKS.sub(_few_marks, text))


def _few_marks(found: re.Match[str]) -> str:
    """Return the run without the marks that are too many."""
    kept = []
    run = 0
    for character in found[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MARKS:
            kept.append(character)
    return "".join(kept)


def _shortened(cleaned: str, limit: int) -> str:
    head = cleaned[: limit - 1]
    space = head.rfind(" ", limit // 2)
    return (head if space < 0 else head[:space]).rstrip() + "…"
