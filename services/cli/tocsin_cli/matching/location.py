"""Where a text is set, as a line of JSON."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places
from tocsin.regions.spotted import Spotted
from tocsin_cli.matching.lines import LineError, region_of, text_line


# What is less likely than this is not worth a line.
FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a locator is made of; it can be sent to another process."""

    gazetteer: Callable[[], Gazetteer]
    now: datetime

    def answerer(self) -> "Locator":
        gazetteer = self.gazetteer()
        return Locator(gazetteer, Geoparser(gazetteer), self.now)


@dataclass(frozen=True, slots=True)
class Locator:
    """``now`` dates the texts that say no date."""

    gazetteer: Gazetteer
    geoparser: Geoparser
    now: datetime

    def answers(self, lines: Sequence[bytes]) -> list[dict[str, Any] | LineError]:
        """Return the places of each text with where they stand, and the regions around them.

        ``title_places`` are those in the title; the key is there if the text has one.
        """
        return list(map(self._answer, lines))

    def _answer(self, line: bytes) -> dict[str, Any] | LineError:
        try:
            return self._located(line)
        except LineError as error:
            return error

    def _located(self, line: bytes) -> dict[str, Any]:
        given = text_line(line)
        home = region_of(self.gazetteer, given.home, "home") if given.home else ""
        article = given.article(self.now, home)
        places, spotted = self.geoparser.explain(article)
        found: dict[str, Any] = {"id": given.id}
        if given.title:
            found["title_places"] = list(_named(spotted, "title", given.title))
        found["places"] = list(_named(spotted, "text", given.text))
        return found | _around(places)


def _named(spotted: Iterable[Spotted], field: str, text: str) -> Iterator[dict[str, Any]]:
    for each in spotted:
        sense, probability = each.meant
        if each.span.field == field and probability >= FLOOR:
            yield {
                "start": each.span.start,
                "end": each.span.end,
                "name": text[each.span.start : each.span.end],
                "region": sense.region,
                "lat": _degrees(sense.latitude),
                "lon": _degrees(sense.longitude),
                "probability": round(probability, 4),
                "country": sense.country or None,
            }


def _around(places: Places) -> dict[str, Any]:
    return {
        "regions": [
            {
                "id": hit.region,
                "level": hit.level,
                "probability": hit.probability,
                "share": hit.share,
            }
            for hit in places.regions.values()
        ],
        "primary_country": places.primary_country or None,
    }


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
