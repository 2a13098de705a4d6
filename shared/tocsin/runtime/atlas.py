"""The gazetteer, with the regions that subscribers define, kept as the store has them."""

from collections.abc import Iterable, Iterator
from datetime import date

import structlog

from tocsin.article import Article
from tocsin.documents import RegionDocument, own_place
from tocsin.errors import InvalidDocumentError
from tocsin.ports.collection import Collected, RegionStore
from tocsin.regions.entities import OwnPlace
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


log = structlog.get_logger()


class Atlas:
    """Locates articles and names regions by the gazetteer of the last ``catch_up``.

    Only the subscribers' part is made anew, which takes some hundredths of a second.
    ``broken`` tells of each region that cannot be used why not, by its id.
    """

    def __init__(self, gazetteer: Gazetteer, store: RegionStore) -> None:
        self._world = gazetteer
        self._store = store
        self._revision = 0
        self._use(gazetteer)
        self.broken: dict[str, str] = {}

    @property
    def gazetteer(self) -> Gazetteer:
        return self._gazetteer

    @property
    def geoparser(self) -> Geoparser:
        return self._geoparser

    @property
    def revision(self) -> int:
        """Of the regions that are known; it grows with each change of them."""
        return self._revision

    async def catch_up(self) -> bool:
        """Know every region saved before this call; tell whether there was anything new.

        Raises:
            StoreUnavailableError: the store is away; what was known still is.
        """
        if await self._store.revision() == self._revision:
            return False
        self._take(await self._store.all())
        return True

    def resolve(self, name: str) -> str:
        return self._gazetteer.resolve(name)

    def name(self, region_id: str) -> str:
        return self._gazetteer.name(region_id)

    def path(self, place_id: str, region_id: str, on: date) -> tuple[str, ...]:
        return self._gazetteer.path(place_id, region_id, on)

    def locate(self, article: Article) -> Places:
        return self._geoparser.locate(article)

    def _take(self, own: Collected[RegionDocument]) -> None:
        self.broken = dict(own.unreadable)
        self._use(self._world.with_own(self._readable(own.documents)))
        self._revision = own.revision
        log.info("regions loaded", own=len(own.documents), broken=len(self.broken))

    def _readable(self, regions: Iterable[RegionDocument]) -> Iterator[OwnPlace]:
        for region in regions:
            try:
                yield own_place(region, self._world)
            except InvalidDocumentError as problem:
                # The door refuses such regions; one can only come from another gazetteer.
                self.broken[region.id] = str(problem)
                log.error("region cannot be used", region=region.id, problem=str(problem))  # noqa: TRY400 -- the message is all

    def _use(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._geoparser = Geoparser(gazetteer)
