"""What we keep by hand: the text files in ``curated/``, read into rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tocsin.adapters.gazetteer.inflection import adjectives
from tocsin.regions.tables import WordClass


FOLDER = Path(__file__).parent / "curated"


@dataclass(frozen=True, slots=True)
class Division:
    """A first-level division; ``iso`` is empty where ISO 3166-2 has none that fits."""

    geonames: str
    iso: str
    name: str
    id: int

    @property
    def country(self) -> str:
        return self.geonames.split(".", 1)[0]

    @property
    def region(self) -> str:
        return f"admin1:{self.iso}" if self.iso else f"admin1:gn:{self.geonames}"


@dataclass(frozen=True, slots=True)
class SecondDivision:
    """A county, a cercle …; ``bare`` is empty where it is never called without the kind."""

    geonames: str
    name: str
    bare: str
    latitude: float
    longitude: float
    population: int

    @property
    def country(self) -> str:
        return self.geonames.split(".", 1)[0]

    @property
    def division(self) -> str:
        """The GeoNames code of the first-level division around it."""
        return self.geonames.rsplit(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Area:
    id: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """``member`` is a region id; ``relation`` is within, overlaps, part or claimed."""

    area: str
    member: str
    relation: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Named:
    """Further names of a region, in one language."""

    region: str
    language: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    id: str
    names: tuple[str, ...]
    country: str
    division: str
    latitude: float
    longitude: float
    population: int


def divisions() -> Iterator[Division]:
    for geonames, iso, name, number in _rows("admin1.tsv"):
        yield Division(geonames, iso, name, int(number))


def second_divisions() -> Iterator[SecondDivision]:
    for geonames, name, bare, latitude, longitude, population in _rows("admin2.tsv"):
        yield SecondDivision(
            geonames, name, bare, float(latitude), float(longitude), int(population)
        )


def areas() -> Iterator[Area]:
    for identity, kind, names in _rows("areas.tsv"):
        yield Area(identity, kind, tuple(names.split("|")))


def points() -> Iterator[tuple[str, float, float]]:
    """Yield regions with where they stand (latitude, longitude), whatever lies in them."""
    for region, latitude, longitude in _rows("points.tsv"):
        yield region, float(latitude), float(longitude)


def memberships() -> Iterator[Membership]:
    for area, members, relation, since, until, _source in _rows("members.tsv"):
        for member in members.split():
            yield Membership(area, _region(member), relation, _date(since), _date(until))


def aliases() -> Iterator[Named]:
    yield from _named("aliases.tsv")


def demonyms() -> Iterator[Named]:
    """Yield what the people and things of a region are called, in all forms."""
    yield from _named("demonyms.tsv")
    for country, *stems in _rows("adjectives.tsv"):
        for language, listed in zip(("fr", "es", "pt", "ru", "ar"), stems, strict=True):
            forms = (
                form for stem in listed.split("|") if stem for form in adjectives(stem, language)
            )
            yield Named(f"country:{country}", language, tuple(dict.fromkeys(forms)))


def not_names() -> Iterator[tuple[str, str]]:
    """Yield (region, name that it does not go by)."""
    for region, name, _why in _rows("not-names.tsv"):
        yield region, name


def overlay() -> Iterator[Overlay]:
    for identity, names, country, division, latitude, longitude, population, _, _ in _rows(
        "overlay.tsv"
    ):
        yield Overlay(
            id=f"place:x:{identity}",
            names=tuple(names.split("|")),
            country=f"country:{country}",
            division=f"admin1:{division}" if division else "",
            latitude=float(latitude),
            longitude=float(longitude),
            population=int(population),
        )


def abbreviations() -> Iterator[tuple[str, str, bool]]:
    """Yield the exact form, the region, and whether it counts only after a place's name."""
    for form, region, where in _rows("abbreviations.tsv"):
        yield form, region, where == "after"


def redirects() -> Iterator[tuple[str, str]]:
    for old, new, _why in _rows("redirects.tsv"):
        yield old, new


def phrases() -> Iterator[str]:
    yield from _lines("stop-phrases.txt")


def given_names() -> Iterator[str]:
    yield from _lines("given-names.txt")


def given_names_of_the_world() -> Iterator[str]:
    """Yield given names, folded, of which nothing is known but that they are some."""
    for line in _lines("given-names-world.txt"):
        yield from line.split()


def surnames() -> Iterator[str]:
    yield from _lines("surnames.txt")


def common_words() -> Iterator[tuple[str, int]]:
    """Yield words that are written in lower case, with SCOWL's size: 10 is the commonest."""
    for line in _lines("common-words.txt"):
        size, *words = line.split()
        for word in words:
            yield word, int(size)


def division_names() -> Iterator[Named]:
    yield from _named("division-names.tsv")


def word_classes() -> Iterator[tuple[str, WordClass]]:
    section = WordClass.GENERIC
    for line in _lines("lexicon.txt"):
        if line.startswith("["):
            section = WordClass[line.strip("[]").upper().replace("-", "_")]
        else:
            for word in line.split():
                yield word, section


def _named(file: str) -> Iterator[Named]:
    for region, language, names in _rows(file):
        yield Named(region, language, tuple(names.split("|")))


def _rows(file: str) -> Iterator[list[str]]:
    """Yield the rows of a table; its first line that is no comment names the columns."""
    lines = _lines(file)
    width = len(next(lines).split("\t"))
    for line in lines:
        row = line.split("\t")
        if len(row) != width:
            raise ValueError(f"expected {width} columns in {file}: {line!r}")
        yield row


def _lines(file: str) -> Iterator[str]:
    with (FOLDER / file).open(encoding="utf-8") as lines:
        for line in lines:
            if (text := line.rstrip("\n")) and not text.startswith("#"):
                yield text


def _region(member: str) -> str:
    if ":" in member and not member.startswith("gn:"):
        return member
    return f"country:{member}" if member.isalpha() and len(member) == 2 else f"admin1:{member}"


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
