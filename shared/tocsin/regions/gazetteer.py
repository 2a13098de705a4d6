"""All regions of the world that we know: by id, by name, upwards and downwards."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from tocsin.errors import NotFoundError
from tocsin.regions.entities import Entities, OwnPlace
from tocsin.regions.finding import Finder
from tocsin.regions.hierarchy import Edge, Hierarchy
from tocsin.regions.naming import Names
from tocsin.regions.region import Region
from tocsin.regions.resolve import Resolver
from tocsin.regions.spelling import key
from tocsin.regions.tables import Tables


class Gazetteer:
    """Look-up over the compiled tables; nothing in it changes but caches.

    Where a method takes a date, membership is that day's; without one it is the latest known.
    Ids that were given up go on working. A method given an id that there is not raises
    ``NotFoundError``.
    """

    def __init__(self, tables: Tables, own: Iterable[OwnPlace] = ()) -> None:
        self._tables = tables
        self._own = tuple(own)
        self.entities = Entities(tables, self._own)
        self.names = Names(tables, self.entities)
        self.hierarchy = Hierarchy(_edges(tables, self._own))
        self._resolver = Resolver(tables, self.entities, self.names, self.hierarchy)
        self._finder = Finder(tables, self.entities, self.names)
        # A few days at a time are asked for, of all that the news speaks of.
        self.lineage = lru_cache(maxsize=30_000)(self._lineage)
        self.name = lru_cache(maxsize=30_000)(self._name)

    @property
    def tables(self) -> Tables:
        return self._tables

    @property
    def own(self) -> tuple[OwnPlace, ...]:
        return self._own

    @property
    def version(self) -> str:
        """The hash of the artefact; it changes whenever an answer might."""
        return self._tables.version

    def with_own(self, places: Iterable[OwnPlace]) -> "Gazetteer":
        """Return a gazetteer that knows these places of the subscribers' too, and no others."""
        return Gazetteer(self._tables, places)

    def __contains__(self, region_id: str) -> bool:
        return self.entities.number(self.canonical(region_id)) is not None

    def canonical(self, region_id: str) -> str:
        """Return the id that took this one's place, or the same."""
        return self._tables.redirects.get(region_id, region_id)

    def resolve(self, name: str) -> str:
        """Return the id of what a person calls by this name; an id stands for itself.

        Raises:
            UnknownRegionError: nothing goes by that name; ``similar`` may help.
            AmbiguousRegionError: several do, and none is clearly meant.
        """
        region_id = self.canonical(name.strip())
        return region_id if region_id in self else self._resolver.resolve(name)

    def region(self, region_id: str) -> Region:
        return self.entities.region(self._number(region_id))

    def _name(self, region_id: str) -> str:
        return self.entities.name(self._number(region_id))

    def names_of(self, region_id: str) -> tuple[str, ...]:
        """Return its names, the displayed one first, then what else it is found by, folded."""
        number = self._number(region_id)
        names = self.entities.region(number).names
        shown = {key(name).strip() for name in names}
        return (*names, *(k for k in self.names.keys_of(number) if k not in shown))

    def parents(self, region_id: str, on: date | None = None) -> tuple[str, ...]:
        """Return the regions directly around this one."""
        here = self._known(region_id)
        above = self.entities.within(here)
        return (above,) if above else self.hierarchy.parents(here, on)

    def ancestors(self, region_id: str, on: date | None = None) -> tuple[str, ...]:
        """Return all regions around this one, the nearest first, itself left out."""
        here = self._known(region_id)
        above = self.entities.within(here)
        if above:
            return (above, *self.ancestors(above, on))
        return self.hierarchy.ancestors(here, on)

    def _lineage(self, region_id: str, on: date | None) -> tuple[str, ...]:
        """Return the region itself and all around it, the nearest first."""
        return (region_id, *self.ancestors(region_id, on))

    def children(self, region_id: str, on: date | None = None) -> tuple[str, ...]:
        """Return the regions directly inside this one; its places come last, the largest first."""
        here = self._known(region_id)
        return (*self.hierarchy.children(here, on), *self.entities.places_of(here))

    def overlapping(self, region_id: str, on: date | None = None) -> tuple[str, ...]:
        """Return the regions that share a part with this one, neither lying in the other."""
        return self.hierarchy.overlapping(self._known(region_id), on)

    def former(self, region_id: str, on: date) -> tuple[Edge, ...]:
        """Return what it lay in once and no longer does on that day."""
        return self.hierarchy.former(self._known(region_id), on)

    def path(self, place_id: str, region_id: str, on: date | None = None) -> tuple[str, ...]:
        """Return the names from the place up to the region: Diboli, Kayes Region, Mali, Sahel.

        Empty where the place does not lie in the region on that day.
        """
        way = self._way(self._known(place_id), self._known(region_id), on)
        return tuple(self.name(step) for step in way)

    def search(self, prefix: str, limit: int = 10) -> tuple[Region, ...]:
        """Return regions with a name that begins so, whatever its accents, the best known first."""
        return tuple(self.entities.region(number) for number in self._finder.find(prefix, limit))

    def _way(self, here: str, region: str, on: date | None) -> tuple[str, ...]:
        above = self.entities.within(here)
        if not above or here == region:
            return self.hierarchy.path(here, region, on)
        higher = self._way(above, region, on)
        return (here, *higher) if higher else ()

    def _number(self, region_id: str) -> int:
        number = self.entities.number(self.canonical(region_id))
        if number is None:
            raise NotFoundError("region", region_id)
        return number

    def _known(self, region_id: str) -> str:
        self._number(region_id)
        return self.canonical(region_id)


def _edges(tables: Tables, own: Iterable[OwnPlace]) -> Iterator[Edge]:
    """Yield what lies in what; a country or a division comes before the areas around it."""
    for head in tables.heads:
        above = head.division if head.kind == "place" and head.division else head.country
        if above and above != head.id and head.kind in {"admin1", "place"}:
            yield Edge(head.id, above)
    yield from tables.edges
    for place in own:
        yield Edge(place.id, place.parent)
