"""Put the packages and the curated files together into tables.

The outcome depends on nothing but their content: everything is sorted, nothing is counted by hand.
"""

import re
from collections.abc import Iterable, Iterator

import marisa_trie
import numpy as np
import numpy.typing as npt

from tocsin.adapters.gazetteer import curated, packages
from tocsin.adapters.gazetteer.heads import Heads
from tocsin.adapters.gazetteer.nametable import CYRILLIC, NameTable, add_russian_cases
from tocsin.adapters.gazetteer.store import Compiled
from tocsin.regions.spelling import fold, key
from tocsin.regions.tables import COUNTY, PLACE_COLUMNS, Use, WordClass


NONE = 0xFFFF

# Where villages make the news: all their names count, however small they are.
WATCHED = frozenset({"BF", "CM", "MR", "ML", "NE", "NG", "SN", "TD"})

# Alternate names are kept from this population on, by script: they seldom help for small places,
# and every one of them may be somebody's word for something else.
_LATIN_FROM = 50_000
_SEVEN_FROM = 15_000
_OTHER_FROM = 300_000
_INFLECTED_FROM = 100_000

# As frequent as a name may be of which nothing but that is known.
_WORLD_RANK = 1_500

_LATIN = re.compile(r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f\u1e00-\u1eff'\u2019\-. ]{3,}")
_ARABIC = re.compile(r"[\u0600-\u06ff ]{3,}")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


def compile_gazetteer() -> Compiled:
    countries = {country.code: country for country in packages.countries()}
    cities = [city for city in packages.cities() if city.country in countries]
    heads = Heads(countries, cities)
    counties = [d for d in curated.second_divisions() if heads.division(d.division)]
    names = NameTable()
    heads.add_names(names)
    first_place = len(heads.rows)
    display = marisa_trie.Trie(sorted({c.name for c in cities} | {c.name for c in counties}))
    codes = marisa_trie.Trie(sorted(county.geonames for county in counties))
    counties.sort(key=lambda county: codes[county.geonames])
    places = _columns(cities, counties, heads, display, codes)
    for number, city in enumerate(cities, first_place):
        _add_city(names, number, city)
        if (around := heads.namesake(city)) is not None:
            _add_translated(names, around, city)
    for number, county in enumerate(counties, first_place + len(cities)):
        names.add(county.name, number, Use.NAME)
        names.add(county.bare, number, Use.NAME)
    numbers = {city.id: number for number, city in enumerate(cities, first_place)}
    for alias in curated.aliases():
        if alias.region.startswith("place:") and alias.region not in heads.number:
            for name in alias.names:
                names.add(name, numbers[int(alias.region.removeprefix("place:"))], Use.NAME)
    _add_translations(names, cities, numbers)
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


def _add_city(names: NameTable, number: int, city: packages.City) -> None:
    names.add(city.name, number, Use.NAME)
    watched = city.country in WATCHED
    for alternate in city.alternates:
        if _LATIN.fullmatch(alternate):
            if not alternate.isupper() and (watched or city.population >= _LATIN_FROM):
                names.add(alternate, number, Use.ALTERNATE)
        elif _in_our_scripts(alternate):
            if watched or city.population >= _SEVEN_FROM:
                names.add(alternate, number, Use.TRANSLATED)
                if city.population >= _INFLECTED_FROM:
                    add_russian_cases(names, alternate, number)
        elif not alternate[:1].isascii() and city.population >= _OTHER_FROM:
            names.add(alternate, number, Use.TRANSLATED)


def _add_translated(names: NameTable, division: int, town: packages.City) -> None:
    """Call a division what other scripts call the town that it shares its name with."""
    if town.population >= _SEVEN_FROM:
        for alternate in filter(_in_our_scripts, town.alternates):
            names.add(alternate, division, Use.TRANSLATED)


def _in_our_scripts(name: str) -> bool:
    return any(script.fullmatch(name) for script in (CYRILLIC, _ARABIC, _HAN))


def _add_translations(
    names: NameTable, cities: list[packages.City], numbers: dict[int, int]
) -> None:
    """Add what CLDR calls the cities that stand for their time zones, in our languages."""
    largest: dict[tuple[str, str], packages.City] = {}
    for city in cities:
        for name in (city.name, *city.alternates):
            known = largest.get((city.country, key(name)))
            if known is None or known.population < city.population:
                largest[city.country, key(name)] = city
    for country, english, translations in packages.zone_cities():
        found = largest.get((country, key(english)))
        if found is None or found.population < _LATIN_FROM:
            continue
        for name in translations:
            names.add(name, numbers[found.id], Use.TRANSLATED)
            add_russian_cases(names, name, numbers[found.id])


def _columns(
    cities: list[packages.City],
    counties: list[curated.SecondDivision],
    heads: Heads,
    display: marisa_trie.Trie,
    codes: marisa_trie.Trie,
) -> npt.NDArray[np.void]:
    """Return the places by id: GeoNames' first, then the second-level divisions."""
    ids: list[tuple[packages.City | curated.SecondDivision, int]]
    ids = [(city, city.id) for city in cities]
    ids += [(county, COUNTY | codes[county.geonames]) for county in counties]
    places = np.zeros(len(ids), dtype=PLACE_COLUMNS)
    for row, (place, identity) in enumerate(ids):
        division = heads.number.get(heads.division(place.division), NONE)
        country = heads.number[f"country:{place.country}"]
        places[row] = (
            *(identity, display[place.name], place.population, place.latitude, place.longitude),
            *(country, division),
        )
    return places


def _remove_not_names(names: NameTable, heads: Heads, places: dict[int, int]) -> None:
    for region, name in curated.not_names():
        number = heads.number.get(region)
        if number is None:
            number = places[int(region.removeprefix("place:"))]
        if names.by_key.get(key(name), {}).pop(number, None) is None:
            raise ValueError(f"not-names.tsv: {region} is not called {name!r} anyway")


def _postings(
    names: NameTable,
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
    for name in curated.given_names_of_the_world():
        note(name, 1, _WORLD_RANK)
        rows[name][1] = min(rows[name][1], _WORLD_RANK)
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
