"""Which mention says where another lies, and which one opens the report."""

import re
from collections.abc import Sequence
from itertools import pairwise

from tocsin.regions.dictionary import DEMONYM, NAME, PHRASE
from tocsin.regions.mention import Mention
from tocsin.regions.reading import Reading
from tocsin.regions.tables import Use


_IN = {", ", ",", " (", ", in ", " in ", ", the "}
# "Solhan, au Burkina Faso", "Córdoba, en España", "Орёл в России".
_IN |= {
    f"{comma} {word} "
    for comma in (",", "")
    for word in (
        "au",
        "aux",
        "en",
        "dans le",
        "dans la",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "в",
        "во",
        "на",
    )
}
_IN |= {f"{comma} {word} " for comma in ("\u060c", "") for word in ("في", "بـ")} | {"\u060c "}
_IN |= {"\uff0c", "\u3001"}
_ENUMERATED = {", ", ",", ", the "}
_POSSESSIVE = {"'s ", "\N{RIGHT SINGLE QUOTATION MARK}s ", "' ", "\N{RIGHT SINGLE QUOTATION MARK} "}
_APPOSITION = re.compile(
    r",? (?:a|an|the)(?: [\w-]+){0,3} (?:town|city|village|commune|province|region|district|suburb|"
    r"state|port|capital|hamlet|community|neighborhood|county)(?: \w+){0,2} (?:in|of)(?: the)?(?: \w+){0,2} "
)
_APPOSITION_MOST = 90
# Nothing is said to lie in these.
_NEVER_AROUND = (DEMONYM, PHRASE)
_DATELINE = re.compile(
    r"\s*(?:,[^\u2014\u2013-]{0,30})?(?:\([\w .-]{2,25}\)\s*)?\s*(?:[\u2014\u2013]|--?)\s"
)
_DATELINE_MOST = 60


def link(reading: Reading, mentions: Sequence[Mention]) -> None:
    """Note neighbours: "Kayes, Mali", "Diboli, a town in Mali", "Mali's Kayes"."""
    text = reading.text
    for number, (here, there) in enumerate(pairwise(mentions)):
        if there.start - here.end > _APPOSITION_MOST:
            continue
        between = text[here.end : there.start]
        if between in _POSSESSIVE:
            there.owner = here
        elif here.entry.form is not NAME or there.entry.form in _NEVER_AROUND:
            continue
        elif between in _ENUMERATED and _two_on_a_par(here, there):
            # Nothing is said of where either lies.
            continue
        elif between in _IN or _APPOSITION.fullmatch(between):
            here.inside = there
            there.holds = here
            if between == ", " and number + 2 < len(mentions):
                wider = mentions[number + 2]
                here.wider = wider if text[there.end : wider.start] == ", " else None


def _two_on_a_par(here: Mention, there: Mention) -> bool:
    """Tell whether two countries follow each other, neither in the other: "Mexico, the US".

    A division that is called like a country may lie in one: "Georgia, United States".
    """
    countries = {c.region for c in there.entry.candidates if c.kind == "country"}
    if not here.entry.known or not countries:
        return False
    return not any(
        c.kind == "admin1" and c.use is Use.NAME and c.country in countries
        for c in here.entry.candidates
    )


def mark_dateline(reading: Reading, mentions: Sequence[Mention], start: int) -> None:
    """Note the places before the dash that opens a report: "Bamako, Mali - In one of ..."."""
    for number, mention in enumerate(mentions):
        if mention.start < start:
            continue
        if mention.start > start + _DATELINE_MOST:
            return
        if _DATELINE.match(reading.text, mention.end, mention.end + 50):
            mention.dateline = True
            for earlier in mentions[:number]:
                earlier.dateline = earlier.start >= start
            return


def lies_in(mention: Mention, around: Mention) -> bool:
    """Tell whether some place of the one name lies in some country or division of the other."""
    regions = around.entry.regions
    if not regions:
        return False
    return any(
        (c.country in regions or c.division in regions) and c.region not in regions
        for c in mention.entry.candidates
        if c.country
    )
