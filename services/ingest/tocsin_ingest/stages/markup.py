"""The text in a piece of HTML. Hostile input: call this only where it can be stopped."""

import html
import re

from lxml import etree

from tocsin_ingest.stages.characters import whole


_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main
    menu nav ol option p pre section select summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905 -- a table
)
_SILENT = frozenset(
    """
    audio button canvas head iframe noscript object script select style svg template
    textarea video
    """.split()  # noqa: SIM905 -- a table
)
_SPACES = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def text_of(markup: str) -> str:
    """Return the text, a blank line between blocks."""
    if "<" not in markup and "&" not in markup:
        return whole(markup)
    parser = etree.HTMLParser(target=_Text(), recover=True, no_network=True, huge_tree=False)
    parser.feed(f"<div>{whole(markup)}".replace("\0", ""))
    text: str = parser.close()
    return text


def title_of(written: str) -> str:
    """Return a title that may have been escaped once too often."""
    return html.unescape(written) if _ENTITY.search(written) else written


class _Text:
    """Told of each tag and each piece of text as the parser comes to it; builds no tree."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._silent = 0

    def start(self, tag: str, attributes: object) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n\n• ")
        elif tag in _BLOCKS:
            self._parts.append("\n\n")

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        elif tag in _BLOCKS:
            self._parts.append("\n\n")

    def data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(_SPACES.sub(" ", data))

    def close(self) -> str:
        return "".join(self._parts)
