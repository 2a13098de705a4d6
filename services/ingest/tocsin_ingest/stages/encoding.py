"""From bytes to text, when what is said about the encoding may be wrong.

We decode ourselves, so that every reader of feeds and pages gets the same text, whatever
detectors happen to be installed beside it.
"""

import codecs
import re


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How "<?" and "<h" begin in encodings of more than one byte a character, without a mark.
_WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# What people mean by these names (WHATWG Encoding, 4.2).
_MEANT = {
    **dict.fromkeys(
        ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"
    ),
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis"), "cp932"),
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}
# These are plain ASCII to whoever does not know them, so valid UTF-8 proves nothing.
_SEVEN_BIT = ("iso-2022-", "hz")
# Encodings that text of ours never has, though Python knows them.
_NEVER = frozenset({"utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode"})

_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(
    rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']", re.IGNORECASE
)
_META_CHARSET = re.compile(
    rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
_META_WITHIN = 2_048  # bytes from the start


def decode(raw: bytes, content_type: str = "") -> str:
    """Return the text: by its byte order mark, as UTF-8 if it is that, else by what is declared.

    The Content-Type header is believed before what the document says of itself. Text that was
    declared nowhere is taken for Windows-1252. Bytes that make no sense become U+FFFD.
    """
    for start, encoding in (*_MARKS, *_WIDE):
        if raw.startswith(start):
            return raw.decode(encoding, "replace")
    declared = _declared(raw, content_type)
    if not any(name.startswith(_SEVEN_BIT) for name in declared):
        # Bytes beyond ASCII are never valid UTF-8 by accident.
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass
    for name in declared:
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode(declared[0], "replace") if declared else _guessed(raw)


def _declared(raw: bytes, content_type: str) -> list[str]:
    """Return the encodings that are claimed and known, but UTF-8, which is tried anyway."""
    claims = [
        *_HEADER_CHARSET.findall(content_type),
        *(found.decode() for found in _XML_CHARSET.findall(raw[:300])[:1]),
        *(found.decode() for found in _META_CHARSET.findall(raw[:_META_WITHIN])[:1]),
    ]
    meant = [_MEANT.get(claim.lower(), claim.lower()) for claim in claims]
    return [name for name in meant if _is_text_encoding(name)]


def _is_text_encoding(name: str) -> bool:
    try:
        b" ".decode(name, "ignore")  # LookupError also for what encodes no text, as base64
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return False
    return known != "utf-8" and known.replace("-", "_") not in _NEVER


def _guessed(raw: bytes) -> str:
    """Return UTF-8 with a few broken characters as such, anything else as Windows-1252."""
    text = raw.decode(errors="replace")
    beyond_ascii = sum(character > "\x7f" for character in text)
    return text if text.count("\ufffd") * 10 < beyond_ascii else raw.decode("cp1252", "replace")
