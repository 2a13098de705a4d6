"""Put the packages and the curated files together into tables.

The outcome depends on nothing but their content: everything is sorted, nothing is counted by hand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import marisa_trie
import numpy as np
import numpy.typing as npt

from tocsin.adapters.gazetteer import curated, packages
from tocsin.adapters.gazetteer.inflection import russian_cases
from tocsin.adapters.gazetteer.store import Compiled
from tocsin.regions.hierarchy import Edge
from tocsin.regions.region import Kind
from tocsin.regions.spelling import fold, key
from tocsin.regions.tables import COUNTY, PLACE_COLUMNS, Head, Use, WordClass


NONE = 0xFFFF

# Where villages make the news: all their names count, however small they are.
WATCHED = frozenset({"BF", "CM", "MR", "ML", "NE", "NG", "SN", "TD"})

# Alternate names are kept from this population on, by script: they seldom help for small places,
# and every one of them may be somebody's word for something else.
_LATIN_FROM = 50_000
_SEVEN_FROM = 15_000
_OTHER_FROM = 300_000
_INFLECTED_FROM = 100_000

_LATIN = re.compile(r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f\u1e00-\u1eff'\u2019\-. ]{3,}")
_CYRILLIC = re.compile(r"[\u0400-\u04ff\- ]{3,}")
_ARABIC = re.compile(r"[\u0600-\u06ff ]{3,}")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")

_GENERIC_BEFORE = re.compile(
    r"^(?:Region of|Province of|D\u00e9partement d(?:e |u |es |e l'|')|Departamento d(?:e |el )|"
    r"Provincia d[ei] |Estado d[eoa] |Wilaya de |R\u00e9gion d(?:e |u |es )|State of|Governorate of|"
    r"Muhafazat )\s*",
    re.IGNORECASE,
)
_TYPE_WORDS = (
    "Region|Province|State|Governorate|District|County|Prefecture|Oblast|Krai|Kray|Republic|Department|"
    "Parish|Canton|Municipality|Voivodeship|Wilaya|Emirate|Territory|Division|Capital Region"
)
_GENERIC_AFTER = re.compile(rf"\s+(?:{_TYPE_WORDS})$")
_HAS_TYPE = re.compile(rf"\b(?:{_TYPE_WORDS}|Okrug|City)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Names:
    """Which entities go by a key, and the best use that each makes of it."""

    by_key: dict[str, dict[int, Use]] = field(default_factory=dict)

    def add(self, name: str, entity: int, use: Use) -> None:
        folded = key(name)
        if len(folded) < 3 or (folded.isascii() and len(folded) < 4):
            return
        uses = self.by_key.setdefault(folded, {})
        uses[entity] = max(use, uses.get(entity, use))


def compile_gazetteer() -> Compiled:
    countries = {country.code: country for country in packages.countries()}
    cities = [city for city in packages.cities() if city.country in countries]
    heads = _Heads(countries, cities)
    counties = [d for d in curated.second_divisions() if heads.division(d.division)]
    names = _Names()
    heads.add_names(names)
    first_place = len(heads.rows)
    display = marisa_trie.Trie(sorted({c.name for c in cities} | {c.name for c in counties}))
    codes = marisa_trie.Trie(sorted(county.geonames for county in counties))
    counties.sort(key=lambda county: codes[county.geonames])
    places = _columns(cities, counties, heads, display, codes)
    for number, city in enumerate(cities, first_place):
        _add_city(names, number, city)
    for number, county in enumerate(counties, first_place + len(cities)):
        names.add(county.name, number, Use.NAME)
        names.add(county.bare, number, Use.NAME)
    numbers = {city.id: number for number, city in enumerate(cities, first_place)}
    for alias in curated.aliases():
        if alias.region.startswith("place:") and alias.region not in heads.number:
            for name in alias.names:
                names.add(name, numbers[int(alias.region.removeprefix("place:"))], Use.NAME)
    _remove_not_names(names, heads, numbers)
    trie, offsets, postings = _postings(names)
    return Compiled(
        heads=heads.rows,
        edges=heads.edges,
        capitals=_capitals(countries.values(), cities, first_place),
        redirects=dict(curated.redirects()) | heads.redirects,
        abbreviations={form: (region, after) for form, region, after in curated.abbreviations()},
        names=trie,
        offsets=offsets,
        postings=postings,
        places=places,
        display=display,
        codes=codes,
        words=_words(),
    )


class _Heads:
    """The entities that are few: countries, divisions, macro-regions, areas, overlay, phrases."""

    def __init__(self, countries: dict[str, packages.Country], cities: list[packages.City]) -> None:
        self.rows: list[Head] = []
        self.edges: list[Edge] = []
        self.number: dict[str, int] = {}
        # The form without ISO's code of a division that has one stays an id of it.
        self.redirects: dict[str, str] = {}
        self._division_of: dict[str, str] = {}
        self._towns: dict[str, list[packages.City]] = {}
        for city in cities:
            self._towns.setdefault(city.division, []).append(city)
        for country in countries.values():
            towns = [city for city in cities if city.country == country.code]
            latitude, longitude = _middle(towns)
            self._add(
                Head(
                    id=f"country:{country.code}",
                    kind="country",
                    name=country.name,
                    names=country.names,
                    country=f"country:{country.code}",
                    latitude=latitude,
                    longitude=longitude,
                    population=country.population,
                )
            )
        self._add_divisions(countries)
        self._add_macroregions()
        self._add_areas()
        self._locate_areas()
        self._add_overlay()
        self._add_aliases()
        for phrase in curated.phrases():
            self._add(Head(id=f"phrase:{key(phrase).strip()}", kind="phrase", name=phrase))

    def division(self, geonames: str) -> str:
        """Return the region id of a GeoNames code, or empty where we know none."""
        return self._division_of.get(geonames, "")

    def add_names(self, names: _Names) -> None:
        for number, head in enumerate(self.rows):
            names.add(head.name, number, Use.NAME)
            for name in head.names:
                names.add(name, number, Use.NAME)
                _add_russian_cases(names, name, number)
            if head.kind == "admin1":
                _add_division_forms(names, number, head)
        for demonym in curated.demonyms():
            use = Use.DEMONYM if demonym.language == "en" else Use.ADJECTIVE
            for form in demonym.names:
                names.add(form, self.number[demonym.region], use)
                if demonym.language == "en" and (plural := _plural(form)):
                    names.add(plural, self.number[demonym.region], Use.DEMONYM)

    def _add(self, head: Head) -> None:
        self.number[head.id] = len(self.rows)
        self.rows.append(head)

    def _add_divisions(self, countries: dict[str, packages.Country]) -> None:
        for division in curated.divisions():
            if division.country not in countries:
                continue
            inside = self._towns.get(division.geonames, [])
            latitude, longitude = _middle(inside)
            self._division_of[division.geonames] = division.region
            if division.iso:
                self.redirects[f"admin1:gn:{division.geonames}"] = division.region
            name, names = _division_names(division, inside)
            self._add(
                Head(
                    id=division.region,
                    kind="admin1",
                    name=name,
                    names=names,
                    country=f"country:{division.country}",
                    division=division.region,
                    latitude=latitude,
                    longitude=longitude,
                    population=sum(town.population for town in inside),
                )
            )

    def _add_macroregions(self) -> None:
        for code, names in packages.macroregions():
            self._add(Head(id=f"m49:{code}", kind="m49", name=names[0], names=names))
        for around, inside in packages.macroregion_members():
            child = f"m49:{inside}" if inside.isdigit() else f"country:{inside}"
            if child in self.number:
                self.edges.append(Edge(child, f"m49:{around}"))

    def _add_areas(self) -> None:
        for area in curated.areas():
            kind: Kind = "bloc" if area.kind == "bloc" else "area"
            self._add(Head(id=area.id, kind=kind, name=area.names[0], names=area.names))
        for row in curated.memberships():
            self._check(row.area, row.member)
            if row.relation in {"part", "claimed"}:
                # The area is a piece of the member, not the other way round.
                self.edges.append(Edge(row.area, row.member, "within", row.since, row.until))
                if row.relation == "part":
                    number = self.number[row.area]
                    country = self.rows[self.number[row.member]].country
                    self.rows[number] = replace(self.rows[number], country=country)
            elif row.relation == "overlaps":
                self.edges.append(Edge(row.member, row.area, "overlaps", row.since, row.until))
            else:
                self.edges.append(Edge(row.member, row.area, "within", row.since, row.until))

    def _locate_areas(self) -> None:
        """Put each area and macro-region in the middle of what lies in it."""
        inside: dict[str, list[str]] = {}
        for edge in self.edges:
            inside.setdefault(edge.parent, []).append(edge.child)

        def points(region: str) -> Iterator[tuple[float, float]]:
            head = self.rows[self.number[region]]
            if head.latitude is not None and head.longitude is not None:
                yield head.latitude, head.longitude
            else:
                for child in inside.get(region, ()):
                    yield from points(child)

        for number, head in enumerate(self.rows):
            if head.kind in {"area", "bloc", "m49"} and (found := list(points(head.id))):
                latitude = round(sum(point[0] for point in found) / len(found), 4)
                longitude = round(sum(point[1] for point in found) / len(found), 4)
                self.rows[number] = replace(head, latitude=latitude, longitude=longitude)

    def _add_overlay(self) -> None:
        for row in curated.overlay():
            self._check(row.country, *filter(None, [row.division]))
            self._add(
                Head(
                    id=row.id,
                    kind="place",
                    name=row.names[0],
                    names=row.names,
                    country=row.country,
                    division=row.division,
                    latitude=row.latitude,
                    longitude=row.longitude,
                    population=row.population,
                )
            )

    def _add_aliases(self) -> None:
        for row in curated.aliases():
            if row.region.startswith("place:") and row.region not in self.number:
                continue
            self._check(row.region)
            number = self.number[row.region]
            head = self.rows[number]
            names = tuple(dict.fromkeys((*head.names, *row.names)))
            self.rows[number] = replace(head, names=names)

    def _check(self, *regions: str) -> None:
        for region in regions:
            if region not in self.number:
                raise ValueError(f"a curated file speaks of {region!r}, which there is not")


def _division_names(
    division: curated.Division, towns: list[packages.City]
) -> tuple[str, tuple[str, ...]]:
    """Return the name to show, told apart from a town of the same name, and all names."""
    names = [division.name]
    shown = division.name
    found = packages.division_names(division.iso) if division.iso else None
    if found is not None:
        name, kind, translated = found
        names += [name, *translated]
        homonym = key(division.name)
        if not _HAS_TYPE.search(division.name) and any(key(t.name) == homonym for t in towns):
            word = kind.split()[-1].capitalize() if _HAS_TYPE.search(kind) else "Region"
            shown = f"{division.name} {word}"
    return shown, tuple(dict.fromkeys([shown, *names]))


def _add_division_forms(names: _Names, number: int, head: Head) -> None:
    """Add "Kayes" for "Kayes Region" and the other way round."""
    for name in head.names:
        bare = _GENERIC_AFTER.sub("", _GENERIC_BEFORE.sub("", name))
        if len(bare) > 3 and bare != name:
            names.add(bare, number, Use.TRANSLATED)
        if bare.isascii() or bare[:1] <= "\u024f":
            for word in ("Region", "Province", "State"):
                names.add(f"{bare} {word}", number, Use.NAME)


def _add_city(names: _Names, number: int, city: packages.City) -> None:
    names.add(city.name, number, Use.NAME)
    watched = city.country in WATCHED
    for alternate in city.alternates:
        if _LATIN.fullmatch(alternate):
            if not alternate.isupper() and (watched or city.population >= _LATIN_FROM):
                names.add(alternate, number, Use.ALTERNATE)
        elif any(s.fullmatch(alternate) for s in (_CYRILLIC, _ARABIC, _HAN)):
            if watched or city.population >= _SEVEN_FROM:
                names.add(alternate, number, Use.TRANSLATED)
                if city.population >= _INFLECTED_FROM:
                    _add_russian_cases(names, alternate, number)
        elif not alternate[:1].isascii() and city.population >= _OTHER_FROM:
            names.add(alternate, number, Use.TRANSLATED)


def _add_russian_cases(names: _Names, name: str, number: int) -> None:
    if _CYRILLIC.fullmatch(name):
        for form in russian_cases(name):
            names.add(form, number, Use.TRANSLATED)


def _columns(
    cities: list[packages.City],
    counties: list[curated.SecondDivision],
    heads: _Heads,
    display: marisa_trie.Trie,
    codes: marisa_trie.Trie,
) -> npt.NDArray[np.void]:
    """Return the places by id: GeoNames' first, then the second-level divisions."""
    ids: list[tuple[packages.City | curated.SecondDivision, int, int]]
    ids = [(city, city.id, len(city.alternates)) for city in cities]
    ids += [(county, COUNTY | codes[county.geonames], 0) for county in counties]
    places = np.zeros(len(ids), dtype=PLACE_COLUMNS)
    for row, (place, identity, alternates) in enumerate(ids):
        division = heads.number.get(heads.division(place.division), NONE)
        country = heads.number[f"country:{place.country}"]
        places[row] = (
            *(identity, display[place.name], place.population, place.latitude, place.longitude),
            *(country, division, min(alternates, 255)),
        )
    return places


def _remove_not_names(names: _Names, heads: _Heads, places: dict[int, int]) -> None:
    for region, name in curated.not_names():
        number = heads.number.get(region)
        if number is None:
            number = places[int(region.removeprefix("place:"))]
        if names.by_key.get(key(name), {}).pop(number, None) is None:
            raise ValueError(f"not-names.tsv: {region} is not called {name!r} anyway")


def _postings(
    names: _Names,
) -> tuple[marisa_trie.Trie, npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    used = {name: uses for name, uses in names.by_key.items() if uses}
    trie = marisa_trie.Trie(sorted(used))
    by_number = sorted((trie[name], uses) for name, uses in used.items())
    counts = np.array([len(uses) for _, uses in by_number], dtype=np.uint32)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    postings = [entity << 3 | use for _, uses in by_number for entity, use in sorted(uses.items())]
    return trie, offsets, np.array(postings, dtype=np.uint32)


def _capitals(
    countries: Iterable[packages.Country], cities: list[packages.City], first_place: int
) -> list[int]:
    """Return the entities of the capitals: the largest place of that name in the country."""
    wanted = {(country.code, key(country.capital)) for country in countries if country.capital}
    best: dict[tuple[str, str], tuple[int, int]] = {}
    for number, city in enumerate(cities, first_place):
        name = (city.country, key(city.name))
        if name in wanted:
            best[name] = max(best.get(name, (-1, 0)), (city.population, number))
    return sorted(number for _, number in best.values())


def _words() -> marisa_trie.RecordTrie:
    """Return (SCOWL size, rank as given name, rank as surname, word classes) by folded word."""
    rows: dict[str, list[int]] = {}

    def note(word: str, column: int, value: int) -> None:
        if folded := fold(word):
            row = rows.setdefault(folded, [0, 0, 0, 0])
            row[column] = row[column] or value

    for word, size in curated.common_words():
        note(word, 0, size)
    for rank, name in enumerate(curated.given_names(), 1):
        note(name, 1, rank)
    for rank, name in enumerate(curated.surnames(), 1):
        note(name, 2, rank)
    for word, word_class in _classes():
        rows.setdefault(fold(word), [0, 0, 0, 0])[3] |= word_class
    return marisa_trie.RecordTrie("<BHHH", sorted((word, tuple(row)) for word, row in rows.items()))


def _classes() -> Iterator[tuple[str, WordClass]]:
    yield from curated.word_classes()
    for demonym in curated.demonyms():
        if demonym.language not in {"en", "ar"}:
            for form in demonym.names:
                yield form, WordClass.DEMONYM


def _middle(towns: Sequence[packages.City]) -> tuple[float | None, float | None]:
    if not towns:
        return None, None
    count = len(towns)
    return (
        round(sum(town.latitude for town in towns) / count, 4),
        round(sum(town.longitude for town in towns) / count, 4),
    )


def _plural(form: str) -> str:
    return "" if form.endswith(("s", "ese", "sh", "ch", "men", "man")) else f"{form}s"
