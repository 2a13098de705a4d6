"""What the gazetteer says of a written name, worked out once per name.

``Entry`` is a name with all that does not depend on the article: who is called so, what that
alone says for its being a place, and how each candidate stands before any context.
"""

import math
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from tocsin.regions.entities import OWN, Candidate, Entities
from tocsin.regions.naming import Names
from tocsin.regions.spelling import fold
from tocsin.regions.standing import standing, to_shares
from tocsin.regions.tables import DEMONYMS, Tables, Use
from tocsin.regions.weights import PLACE


AREAS = frozenset({"area", "bloc", "m49"})
# Second-level divisions are weighed like towns: by how many people live there.
SETTLED = frozenset({"place", "admin2"})
_PROPER = AREAS | {"country"}
LONGEST = 7
_SAINTS = ("st ", "saint ")
_CITY = 1.0  # 100,000 people, as Candidate.size has it
_LOOKED_AT = 3_000


class Form(Enum):
    """How a region may be written; a phrase is a longer name that holds a place's and is none."""

    NAME = "name"
    DEMONYM = "demonym"
    ABBREVIATION = "abbreviation"
    PHRASE = "phrase"


# Asked of every name of every article: a member takes ten times as long to look up as these.
NAME, DEMONYM, PHRASE = Form.NAME, Form.DEMONYM, Form.PHRASE


class Option(NamedTuple):
    """A candidate with its score by itself, and where it lies if it is a town (latitude, longitude).

    ``country`` and ``division`` are the candidate's.
    """

    candidate: Candidate
    standing: float
    country: str
    division: str
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A name in the dictionary.

    ``options`` are who it may mean, ``senses`` the shares that follow from their standing alone.
    ``usual`` are the options that are meant where the text does not say otherwise. ``facts`` is evidence, ``logit`` what it adds up to. ``known``: a country or an area
    goes by it; such names need no context. ``voice`` is what the prior speaks for.
    """

    form: Form
    candidates: tuple[Candidate, ...]
    options: tuple[Option, ...]
    senses: Sequence[tuple[Candidate, float]]
    usual: tuple[Option, ...]
    facts: Mapping[str, float]
    logit: float
    countries: frozenset[str]
    regions: frozenset[str]
    known: bool
    voice: "Voice"


@dataclass(frozen=True, slots=True)
class Voice:
    """The shares of a name's meaning that lie in each country and division, and in any country."""

    countries: Mapping[str, float]
    divisions: Mapping[str, float]
    total: float

    @classmethod
    def of(cls, senses: Iterable[tuple[Candidate, float]]) -> "Voice":
        countries: dict[str, float] = {}
        divisions: dict[str, float] = {}
        total = 0.0
        for candidate, share in senses:
            country, division = candidate.country, candidate.division
            if country:
                countries[country] = countries.get(country, 0.0) + share
                total += share
            if division:
                # A town speaks for its division, but not as loudly as the division itself.
                loud = share if candidate.kind == "admin1" else 0.6 * share
                divisions[division] = divisions.get(division, 0.0) + loud
        return cls(countries, divisions, total)


class Dictionary:
    def __init__(self, tables: Tables, entities: Entities, names: Names) -> None:
        self.names = names
        self.entry = lru_cache(maxsize=30_000)(self._entry)
        self.demonym = lru_cache(maxsize=5_000)(self._demonym)
        self.starting = lru_cache(maxsize=60_000)(self._starting)
        self.reach = lru_cache(maxsize=60_000)(self._reach)
        self.phrase_ends = _ends(tables, {"phrase"})
        self.name_ends = _ends(tables, _PROPER)
        self.abbreviations: dict[str, list[tuple[str, Entry]]] = {}
        self._after: dict[str, Entry] = {}
        for form, (region, only_after) in tables.abbreviations.items():
            number = entities.number(region)
            assert number is not None, f"abbreviation {form!r} of {region!r}, which there is not"
            candidate = entities.candidate(number, Use.NAME)
            entry = _new_entry(Form.ABBREVIATION, (candidate,))
            self._after[form] = entry
            if not only_after:
                first = re.split(r"\W", form, maxsplit=1)[0]
                self.abbreviations.setdefault(first, []).append((form, entry))
        for forms in self.abbreviations.values():
            forms.sort(key=lambda item: -len(item[0]))
        listed = "|".join(re.escape(form) for form in sorted(self._after, key=len, reverse=True))
        self._after_place = re.compile(rf",? ?\(?({listed})(?![^\W_])")

    def state_after(self, text: str, position: int) -> tuple[int, int, Entry] | None:
        """Return where the "Tex." of "Paris, Tex." stands, given where "Paris" ends."""
        if text[position : position + 2] not in {", ", " ("}:
            return None
        match = self._after_place.match(text, position)
        return None if match is None else (*match.span(1), self._after[match[1]])

    def _reach(self, folded: str) -> int:
        """Return how many words the longest name that begins with this word has; 0 for none."""
        beginning = islice(self.names.beginning(f"{folded} "), _LOOKED_AT)
        return min(LONGEST, max((name.count(" ") for name in beginning), default=0))

    def _starting(self, folded: str, english: bool) -> tuple[tuple[str, int, Entry], ...]:  # noqa: FBT001 -- a cache's key
        """Return (key, words, entry) of each name that the text begins with, the longest first."""
        found = (
            (name, name.count(" "), self.entry(number, english=english))
            for name, number in reversed(self.names.starting(folded))
        )
        return tuple(each for each in found if each[2].candidates or each[2].form is Form.PHRASE)

    def _demonym(self, number: int) -> Entry | None:
        """Return what an adjective says: in lower case even "argentina" is none but that."""
        candidates = self.names.candidates(number)
        demonyms = tuple(c for c in candidates if c.use in DEMONYMS or c.kind == "country")
        return _new_entry(Form.DEMONYM, demonyms) if demonyms else None

    def _entry(self, number: int, *, english: bool) -> Entry:
        """Return what the name says in an English text, or in one of another language."""
        candidates = self.names.candidates(number)
        saint = self.names.key_of(number).startswith(_SAINTS)
        if any(c.kind == "phrase" for c in candidates):
            return _new_entry(Form.PHRASE, ())
        if english:
            candidates = tuple(c for c in candidates if c.use is not Use.ADJECTIVE)
        demonyms = tuple(c for c in candidates if c.use in DEMONYMS)
        if demonyms and not any(c.kind == "country" and c.use is Use.NAME for c in candidates):
            # "Malian" is a town in China and "German" a parish of Man; hardly anybody means them.
            return _new_entry(Form.DEMONYM, demonyms)
        named = tuple(c for c in candidates if c.use not in DEMONYMS)
        return _new_entry(Form.NAME, named, saint=saint)


def _ends(tables: Tables, kinds: Container[str]) -> frozenset[str]:
    """Return the words in lower case that end a name of these kinds, folded: "Guinée équatoriale"."""
    names = (n for head in tables.heads if head.kind in kinds for n in (head.name, *head.names))
    lasts = (name.rpartition(" ")[2] for name in names if " " in name)
    return frozenset(fold(last) for last in lasts if last.islower())


def _new_entry(form: Form, candidates: tuple[Candidate, ...], *, saint: bool = False) -> Entry:
    facts = _facts(form, candidates)
    if saint and max((c.size for c in candidates), default=0.0) < _CITY:
        # Churches, schools and hospitals by that name outnumber the villages.
        facts["a saint"] = 1.0
    standings = standing(candidates)
    senses = tuple(zip(candidates, to_shares(standings), strict=True))
    options = tuple(
        Option(candidate, score, candidate.country, candidate.division, _point(candidate))
        for candidate, score in zip(candidates, standings, strict=True)
    )
    regions = frozenset(c.region for c in candidates if c.kind in {"country", "admin1"})
    return Entry(
        form=form,
        candidates=candidates,
        options=options,
        senses=senses,
        usual=_usual(options),
        facts=facts,
        logit=sum(PLACE[name] * value for name, value in facts.items()),
        countries=frozenset(c.country for c in candidates if c.country),
        regions=regions,
        known="country" in facts or "area" in facts,
        voice=Voice.of(senses),
    )


def _point(candidate: Candidate) -> tuple[float, float] | None:
    """Return where a town lies; nothing for what has a size, or no place on the map."""
    latitude, longitude = candidate.latitude, candidate.longitude
    if candidate.kind not in SETTLED or latitude is None or longitude is None:
        return None
    return latitude, longitude


def _usual(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Return who is meant by the bare name: "Sahel" is not the province of Burkina Faso."""
    if any(o.candidate.kind in AREAS and o.candidate.use > Use.ALTERNATE for o in options):
        return tuple(option for option in options if option.candidate.kind in _PROPER)
    return options


def _facts(form: Form, candidates: Sequence[Candidate]) -> dict[str, float]:
    facts: dict[str, float] = {"bias": 1.0}
    if form is Form.PHRASE:
        return facts
    if form is not Form.NAME:
        facts[form.value] = 1.0
    kinds = {c.kind for c in candidates}
    if "country" in kinds:
        facts["country"] = 1.0
    if kinds & AREAS:
        facts["area"] = 1.0
    divisions = [c.size for c in candidates if c.kind == "admin1" and c.use is Use.NAME]
    if divisions:
        # A parish of Jersey speaks less for its name than Texas: all from a million on.
        facts["division"] = math.sqrt(min(1.0, max(0.0, max(divisions) / 2)))
    if form is Form.NAME and not facts.keys() & {"country", "area"}:
        well_called = [
            c.population
            for c in candidates
            if c.kind in SETTLED and (c.use > Use.ALTERNATE or c.population >= 100_000)
        ]
        facts[_size(max(well_called, default=0))] = 1.0
        if all(c.use is Use.ALTERNATE for c in candidates):
            facts["seldom called so"] = 1.0
    return facts | _distinctions(form, candidates)


def _distinctions(form: Form, candidates: Sequence[Candidate]) -> dict[str, float]:
    facts: dict[str, float] = {}
    if form is Form.NAME and any(c.capital and c.use > Use.ALTERNATE for c in candidates):
        facts["capital of a country"] = 1.0
    if any(c.region.startswith(OWN) for c in candidates):
        facts["a subscriber's own"] = 1.0
    elif any(c.region.startswith("place:x:") for c in candidates):
        facts["kept by hand"] = 1.0
    return facts


def _size(population: int) -> str:
    if population >= 1_000_000:
        return "millions"
    if population >= 100_000:
        return "hundred thousands"
    if population >= 15_000:
        return "large town"
    return "small town" if population >= 2_000 else "village"
