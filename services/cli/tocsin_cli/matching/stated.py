"""Where an article is set, as somebody says who knows better than the geoparser."""

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.places import LocatedPlace, Places, RegionHit


def places(gazetteer: Gazetteer, regions: Sequence[str], on: date) -> Places:
    """Return the regions (ids) and all around them on that day: surely, and what it is about.

    Only those that are stated count as named by the article.
    """
    located = tuple(
        LocatedPlace(region, gazetteer.name(region), 1.0, ()) for region in dict.fromkeys(regions)
    )
    evidence: dict[str, list[LocatedPlace]] = {}
    for place in located:
        for region in (place.region, *gazetteer.ancestors(place.region, on)):
            evidence.setdefault(region, []).append(place)
    stated = {place.region for place in located}
    hits = {
        region: RegionHit(region, 1.0, "about", region in stated, tuple(within))
        for region, within in evidence.items()
    }
    country = next((region for region in hits if region.startswith("country:")), "")
    return Places(located, MappingProxyType(hits), country)
