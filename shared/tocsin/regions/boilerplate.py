"""What stands on a page beside the article: bylines, calls to subscribe, rights reserved."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from tocsin.regions.mention import Mention
from tocsin.regions.reading import Reading


# A sentence or line that begins so says nothing of where the news is.
_CUES = re.compile(
    r"[.!?\n][\s>*\u2022-]*+(?:"
    r"(?:follow|join|like|find) us\b|subscribe (?:to|now|today)\b|sign up (?:for|to)\b|leave a (?:reply|comment)\b|"
    r"(?:read|see) (?:more|also)\b\s*:|related (?:articles?|stories|topics?|news)\b|share this\b|click here\b|"
    r"all rights reserved\b|copyright (?:\u00a9|\(c\)|\d{4})|\u00a9|(?:editing|reporting|writing) by\b|"
    r"(?:abonnez|inscrivez)-vous\b|suivez-nous\b|lire aussi\b|tous droits r\u00e9serv\u00e9s\b|"
    r"s\u00edguenos\b|suscr\u00edbete\b|lea tambi\u00e9n\b|todos los derechos reservados\b|"
    r"siga-nos\b|leia tamb\u00e9m\b|todos os direitos reservados\b|"
    r"\u043f\u043e\u0434\u043f\u0438\u0441\u044b\u0432\u0430\u0439\u0442\u0435\u0441\u044c\b|\u0447\u0438\u0442\u0430\u0439\u0442\u0435 \u0442\u0430\u043a\u0436\u0435\b"
    r")[^\n.!?]*",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\n(?:[Bb]y|BY|Par|Por)\s+[^\n.]{3,60}(?=\n|$)")


def without_boilerplate(reading: Reading, mentions: Sequence[Mention], start: int) -> list[Mention]:
    """Return the mentions that belong to the article; ``start`` is where its text begins."""
    if not mentions:
        return []
    # The blank line before the text is where its first sentence begins.
    before = max(0, start - 1)
    spans = sorted(
        match.span()
        for pattern in (_CUES, _BYLINE)
        for match in pattern.finditer(reading.text, before)
    )
    if not spans:
        return list(mentions)
    return [mention for mention in mentions if not _inside(spans, mention.start)]


def _inside(spans: Sequence[tuple[int, int]], position: int) -> bool:
    number = bisect_right(spans, (position, float("inf"))) - 1
    return number >= 0 and position < spans[number][1]
