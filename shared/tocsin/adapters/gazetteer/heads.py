"""The entities that are few: countries, divisions, macro-regions, areas, the overlay, phrases."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from tocsin.adapters.gazetteer import curated, packages
from tocsin.adapters.gazetteer.nametable import NameTable, add_russian_cases
from tocsin.regions.hierarchy import Edge
from tocsin.regions.region import Kind
from tocsin.regions.spelling import key
from tocsin.regions.tables import Head, Use


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
# "四川省", "新疆维吾尔自治区": what a text calls 四川 and 新疆.
_HAN_TYPE = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})"
    r"(?:(?:维吾尔|壮族|回族)?自治区|特别行政区|大区|地区|省|市|州|县|郡|道|府|区)$"
)
_HAS_TYPE = re.compile(rf"\b(?:{_TYPE_WORDS}|Okrug|City)\b", re.IGNORECASE)


# A town is a stray, in degrees, that no other is near, and that lies so many times as far from the
# middle as half of the towns do.
_ALONE, _FAR, _NEAR = 5.0, 6, 0.5


class Heads:
    def __init__(self, countries: dict[str, packages.Country], cities: list[packages.City]) -> None:
        self.rows: list[Head] = []
        self.edges: list[Edge] = []
        self.number: dict[str, int] = {}
        # The form without ISO's code of a division that has one stays an id of it.
        self.redirects: dict[str, str] = {}
        self._division_of: dict[str, str] = {}
        self._division_names: dict[str, list[str]] = {}
        for row in curated.division_names():
            self._division_names.setdefault(row.region, []).extend(row.names)
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
        self._untangle_divisions()
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

    def namesake(self, town: packages.City) -> int | None:
        """Return the number of the division around a town, if it has the town's name."""
        number = self.number.get(self.division(town.division))
        if number is None:
            return None
        bare = _GENERIC_AFTER.sub("", _GENERIC_BEFORE.sub("", self.rows[number].name))
        return number if key(bare) == key(town.name) else None

    def add_names(self, names: NameTable) -> None:
        for number, head in enumerate(self.rows):
            names.add(head.name, number, Use.NAME)
            for name in head.names:
                names.add(name, number, Use.NAME)
                add_russian_cases(names, name, number)
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
            latitude, longitude = _middle_of_extent(inside)
            self._division_of[division.geonames] = division.region
            if division.iso:
                self.redirects[f"admin1:gn:{division.geonames}"] = division.region
            name, names = _division_names(division, inside)
            names = tuple(dict.fromkeys((*names, *self._division_names.get(division.region, ()))))
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

    def _untangle_divisions(self) -> None:
        """Take back from each division what is the very name of another in its country.

        The packages' translations have such slips: West Java is not Bali.
        """
        called = {(h.country, key(h.name)): h.id for h in self.rows if h.kind == "admin1"}
        for number, head in enumerate(self.rows):
            if head.kind == "admin1":
                names = tuple(
                    name
                    for name in head.names
                    if called.get((head.country, key(name)), head.id) == head.id
                )
                self.rows[number] = replace(head, names=names)

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
        for region, latitude, longitude in curated.points():
            self._check(region)
            number = self.number[region]
            self.rows[number] = replace(self.rows[number], latitude=latitude, longitude=longitude)

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
        names = {(h.country, key(h.name)): h.id for h in self.rows if h.kind == "admin1"}
        for row in curated.aliases():
            if row.region.startswith("place:") and row.region not in self.number:
                continue
            self._check(row.region)
            number = self.number[row.region]
            head = self.rows[number]
            for name in row.names if head.kind == "admin1" else ():
                if (other := names.get((head.country, key(name)), head.id)) != head.id:
                    raise ValueError(f"aliases.tsv: {name!r} is {other}, not {head.id}")
            together = tuple(dict.fromkeys((*head.names, *row.names)))
            self.rows[number] = replace(head, names=together)

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


def _add_division_forms(names: NameTable, number: int, head: Head) -> None:
    """Add "Kayes" for "Kayes Region" and the other way round."""
    for name in head.names:
        bare = _GENERIC_AFTER.sub("", _GENERIC_BEFORE.sub("", name))
        if len(bare) > 3 and bare != name:
            names.add(bare, number, Use.TRANSLATED)
        if (short := _HAN_TYPE.sub("", name)) != name:
            names.add(short, number, Use.TRANSLATED)
        if bare.isascii() or bare[:1] <= "\u024f":
            for word in ("Region", "Province", "State"):
                names.add(f"{bare} {word}", number, Use.NAME)


def _middle(towns: Sequence[packages.City]) -> tuple[float | None, float | None]:
    if not towns:
        return None, None
    count = len(towns)
    return (
        round(sum(town.latitude for town in towns) / count, 4),
        round(sum(town.longitude for town in towns) / count, 4),
    )


def _middle_of_extent(
    towns: Sequence[packages.City],
) -> tuple[float | None, float | None]:
    """Return the middle between the outermost towns: where a map would write the division's name."""
    if not towns:
        return None, None
    inside = _without_strays(towns)
    latitudes = [town.latitude for town in inside]
    longitudes = [town.longitude for town in inside]
    if max(longitudes) - min(longitudes) > 180:
        return _middle(towns)  # it lies across the antimeridian
    return (
        round((min(latitudes) + max(latitudes)) / 2, 4),
        round((min(longitudes) + max(longitudes)) / 2, 4),
    )


def _without_strays(towns: Sequence[packages.City]) -> Sequence[packages.City]:
    """Return the towns without those that GeoNames has in a division far from all its others."""
    latitude = median(town.latitude for town in towns)
    longitude = median(town.longitude for town in towns)
    far = [_degrees(town, latitude, longitude) for town in towns]
    usual = max(_NEAR, median(far))
    inside = [
        town
        for town, degrees in zip(towns, far, strict=True)
        if degrees <= _FAR * usual
        or any(
            _degrees(town, other.latitude, other.longitude) < _ALONE
            for other in towns
            if other is not town
        )
    ]
    return inside or towns


def _degrees(town: packages.City, latitude: float, longitude: float) -> float:
    return abs(town.latitude - latitude) + abs(town.longitude - longitude)


def _plural(form: str) -> str:
    return "" if form.endswith(("s", "ese", "sh", "ch", "men", "man")) else f"{form}s"
