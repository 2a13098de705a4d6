"""Is this name a place here? The evidence, each piece by its name, from the words around it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from tocsin.regions.mention import Form, Mention
from tocsin.regions.reading import COMMON, Reading
from tocsin.regions.tables import Use, WordClass


_GIVEN, _GIVEN_BEFORE, _SURNAME = 1_600, 2_900, 5_000

_IN = {", ", ",", " (", ", in ", " in ", ", the "}
_APPOSITION = re.compile(
    r",? (?:a|an|the)(?: [\w-]+){0,3} (?:town|city|village|commune|province|region|district|suburb|"
    r"state|port|capital|hamlet|community|neighborhood|county)(?: \w+){0,2} (?:in|of)(?: the)?(?: \w+){0,2} "
)
_LIST = re.compile(r", (?:and |or |et |y |e |\u0438 )?| (?:and|or|et|y|e|\u0438) ")
_DATELINE = re.compile(
    r"\s*(?:,[^\u2014\u2013-]{0,30})?(?:\([A-Za-z ]{2,12}\)\s*)?\s*[\u2014\u2013-]{1,2}\s"
)
_SENTENCE_END = re.compile(r"[.!?:\"\u201c\u201d\n\u2022]\W*$")


def link(reading: Reading, mentions: Sequence[Mention]) -> None:
    """Note which mention says where another lies: "Kayes, Mali", "Diboli, a town in Mali"."""
    text = reading.text
    for number, (here, there) in enumerate(pairwise(mentions)):
        between = text[here.end : there.start]
        if between in _IN or (len(between) < 80 and _APPOSITION.fullmatch(between)):
            if here.form is Form.NAME and there.form is not Form.DEMONYM:
                here.inside = there
                there.holds = here
                if between == ", " and number + 2 < len(mentions):
                    wider = mentions[number + 2]
                    here.wider = wider if text[there.end : wider.start] == ", " else None
        elif between in {"'s ", "\N{RIGHT SINGLE QUOTATION MARK}s ", "' "}:
            there.owner = here


def gather(reading: Reading, mentions: Sequence[Mention]) -> None:
    """Fill in the evidence of each mention; what other mentions vote for is not in it yet.

    The mentions are linked already, and the dateline marked.
    """
    covered = {index for mention in mentions for index in range(mention.first, mention.last)}
    persons = _persons(reading, mentions)
    for number, mention in enumerate(mentions):
        if mention.form is Form.PHRASE:
            continue
        before = mentions[number - 1] if number else None
        after = mentions[number + 1] if number + 1 < len(mentions) else None
        evidence = mention.evidence
        evidence["bias"] = 1.0
        _who_is_called_so(mention, evidence)
        _spelling(reading, mention, evidence)
        _before(reading, mention, covered, evidence)
        _after(reading, mention, covered, evidence)
        _among_mentions(reading, mention, before, after, evidence)
        _person_elsewhere(reading, mention, persons, evidence)


def lies_in(mention: Mention, around: Mention) -> bool:
    """Tell whether some place of the one name lies in some country or division of the other."""
    regions = {c.region for c in around.candidates if c.kind in {"country", "admin1"}}
    return any(
        (c.country in regions or c.division in regions) and c.region not in regions
        for c in mention.candidates
        if c.kind in {"place", "admin1"}
    )


def _who_is_called_so(mention: Mention, evidence: dict[str, float]) -> None:
    if mention.form is not Form.NAME:
        evidence[mention.form.value] = 1.0
    kinds = {c.kind for c in mention.candidates}
    if "country" in kinds:
        evidence["country"] = 1.0
    if kinds & {"area", "bloc", "m49"}:
        evidence["area"] = 1.0
    if any(c.kind == "admin1" and c.use is Use.NAME for c in mention.candidates):
        evidence["division"] = 1.0
    if mention.form is Form.NAME and not evidence.keys() & {"country", "area"}:
        well_called = [
            c.population
            for c in mention.candidates
            if c.kind == "place" and (c.use > Use.ALTERNATE or c.population >= 100_000)
        ]
        evidence[_size(max(well_called, default=0))] = 1.0
        if all(c.use is Use.ALTERNATE for c in mention.candidates):
            evidence["seldom called so"] = 1.0


def _size(population: int) -> str:
    if population >= 1_000_000:
        return "millions"
    if population >= 100_000:
        return "hundred thousands"
    if population >= 15_000:
        return "large town"
    return "small town" if population >= 2_000 else "village"


def _spelling(reading: Reading, mention: Mention, evidence: dict[str, float]) -> None:
    words = reading.words[mention.first : mention.last]
    known = evidence.keys() & {"country", "area"}
    if not known and all(word.classes & WordClass.GENERIC for word in words):
        evidence["generic"] = 1.0
    if len(words) > 1:
        evidence["several words"] = 1.0
        return
    word = words[0]
    evidence["written in lower case"] = _never_lower(word.size)
    if 0 < word.given <= _GIVEN:
        evidence["is a given name"] = 1.0
    if 0 < word.surname <= _SURNAME:
        evidence["is a surname"] = 1.0
    if mention.form is Form.NAME and word.raw.isupper() and 1 < len(word.raw) <= 5:
        evidence["capitals"] = 1.0
    if 0 < word.size <= COMMON and _begins_sentence(reading, mention):
        evidence["sentence begins with a common word"] = 1.0


def _never_lower(size: int) -> float:
    """Return from -3 (everyday word) to 1 (never met in lower case)."""
    if size == 0:
        return 1.0
    return -3.0 if size <= 10 else -2.5 if size <= 20 else -1.5 if size <= 40 else -0.7


def _begins_sentence(reading: Reading, mention: Mention) -> bool:
    if mention.first == 0:
        return True
    before = reading.text[max(0, mention.start - 3) : mention.start]
    return bool(_SENTENCE_END.search(before))


def _before(
    reading: Reading, mention: Mention, covered: set[int], evidence: dict[str, float]
) -> None:
    index = mention.first - 1
    if index < 0:
        return
    word, between = reading.words[index], reading.between(index)
    initial = len(word.raw) == 1
    beside = between in {" ", "\n"} or (
        between == ". " and (bool(word.classes & WordClass.TITLE) or initial)
    )
    if not beside:
        if between in {"-", "\N{EN DASH}"} and word.capital and index not in covered:
            evidence["unknown name before"] = 1.0
        return
    earlier = reading.words[index - 1] if index else None
    if word.classes & WordClass.PREPOSITION:
        evidence["preposition before"] = 1.0
    elif word.folded == "the" and earlier and earlier.classes & WordClass.PREPOSITION:
        evidence["preposition before"] = 0.7
    if word.classes & WordClass.COMPASS:
        evidence["direction before"] = 1.0
    if word.classes & WordClass.OF:
        evidence["of before"] = 1.0
        if earlier and earlier.classes & WordClass.ORGANISATION_OF:
            evidence["organisation before"] = 1.0
    if word.classes & WordClass.TITLE:
        evidence["title before"] = 1.0
    elif word.capital and not (word.ordinary and _begins_sentence(reading, mention)):
        if initial and between == ". ":
            evidence["initial before"] = 1.0
        elif index in covered or word.classes & WordClass.COMPASS:
            return
        elif 0 < word.given <= _GIVEN_BEFORE:
            evidence["given name before"] = 1.0
        elif len(word.raw) > 1 and not word.ordinary:
            evidence["unknown name before"] = 1.0


def _after(
    reading: Reading, mention: Mention, covered: set[int], evidence: dict[str, float]
) -> None:
    index = mention.last
    if index >= len(reading.words):
        return
    word, between = reading.words[index], reading.between(index - 1)
    if between in {"'", "\N{RIGHT SINGLE QUOTATION MARK}"} and word.raw == "s":
        evidence["possessive"] = 1.0
    if between not in {" ", "\n"}:
        return
    if not word.capital:
        if word.classes & WordClass.SPEECH:
            evidence["speaks"] = 1.0
        return
    if word.classes & WordClass.ORGANISATION:
        evidence["organisation after"] = 1.0
    if word.classes & WordClass.DIVISION:
        evidence["kind of place beside"] = 1.0
    elif (
        index not in covered
        and not word.classes & WordClass.ORGANISATION
        and mention.form is not Form.DEMONYM
    ):
        if not word.ordinary or word.surname:
            evidence["unknown name after"] = 1.0
        if word.surname:
            evidence["surname after"] = 1.0
        if "is a given name" in evidence:
            evidence["given name and surname"] = 1.0


def _among_mentions(
    reading: Reading,
    mention: Mention,
    before: Mention | None,
    after: Mention | None,
    evidence: dict[str, float],
) -> None:
    text = reading.text
    around = [m for m in (mention.inside, mention.wider) if m is not None]
    if any(lies_in(mention, m) for m in around):
        evidence["says where"] = 1.0
    if mention.holds is not None and lies_in(mention.holds, mention):
        evidence["says where another is"] = 1.0
    if (before and _LIST.fullmatch(text, before.end, mention.start)) or (
        after and _LIST.fullmatch(text, mention.end, after.start)
    ):
        evidence["in a list"] = 1.0
    if mention.dateline:
        evidence["dateline"] = 1.0


def _persons(reading: Reading, mentions: Sequence[Mention]) -> set[str]:
    """Return the folded words that elsewhere in the text are a person's surname."""
    countries = {
        index
        for mention in mentions
        if any(c.kind == "country" for c in mention.candidates)
        for index in range(mention.first, mention.last)
    }
    found: set[str] = set()
    words = reading.words
    for index in range(1, len(words)):
        word, before = words[index], words[index - 1]
        if not (word.capital and len(word.raw) > 2 and before.capital):
            continue
        between = reading.between(index - 1)
        titled = bool(before.classes & WordClass.TITLE)
        initial = len(before.raw) == 1 and index > 1 and words[index - 2].capital
        if between == ". ":
            named = titled or initial
        else:
            given = 0 < before.given <= _GIVEN and index - 1 not in countries
            named = between in {" ", "\n"} and (titled or given)
        if named:
            found.add(word.folded)
    return found


def _person_elsewhere(
    reading: Reading, mention: Mention, persons: set[str], evidence: dict[str, float]
) -> None:
    if (
        mention.last - mention.first == 1
        and reading.words[mention.first].folded in persons
        and not evidence.keys() & {"preposition before", "says where"}
    ):
        evidence["person elsewhere"] = 1.0


def mark_dateline(reading: Reading, mentions: Sequence[Mention], start: int) -> None:
    """Note the places before the dash that opens a report: "Bamako, Mali - In one of ..."."""
    for mention in mentions:
        if mention.start < start:
            continue
        if mention.start > start + 60:
            return
        if _DATELINE.match(reading.text, mention.end, mention.end + 50):
            mention.dateline = True
            for earlier in mentions:
                if start <= earlier.start < mention.start and earlier.inside is mention:
                    earlier.dateline = True
            return
