"""Other ways to find places, for comparison: a naive look-up, geotext, flashgeotext."""

import importlib
import importlib.util
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.regions.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Found:
    """A place found at characters ``start`` to ``end``; ``share`` is ours only: p(country | place)."""

    start: int
    end: int
    latitude: float | None
    longitude: float | None
    region: str
    country: str
    demonym: bool
    probability: float = 1.0
    share: float | None = None


Answer = tuple[list[Found], dict[str, float], str]
Peer = Callable[[dict[str, Any]], Answer]


def peers(gazetteer: Gazetteer) -> Iterator[tuple[str, Peer]]:
    yield "naive look-up", Naive(gazetteer)
    if importlib.util.find_spec("geotext"):
        yield "geotext", GeoTextPeer(gazetteer)
    if importlib.util.find_spec("flashgeotext"):
        yield "flashgeotext", FlashGeoTextPeer(gazetteer)


def use_alone(name: str, texts: Sequence[str]) -> None:
    """Use a peer without our gazetteer: for measuring what it needs itself."""
    if name == "geotext":
        parse: Any = importlib.import_module("geotext").GeoText
        for text in texts:
            parse(text)
    else:
        parser: Any = importlib.import_module("flashgeotext.geotext").GeoText()
        for text in texts:
            parser.extract(text)


class Naive:
    """The longest name in the gazetteer wins, and of its places the largest."""

    _NAME = re.compile(r"[^\W\d_]+(?:[ '\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def __call__(self, document: dict[str, Any]) -> Answer:
        found = []
        words = list(re.finditer(r"[^\W\d_]+", document["text"]))
        index = 0
        while index < len(words):
            step = 1
            if words[index].group()[0].isupper():
                for length in (4, 3, 2, 1):
                    last = words[min(index + length, len(words)) - 1]
                    place = self._largest(document["text"][words[index].start() : last.end()])
                    if place is not None:
                        found.append(self._found(words[index].start(), last.end(), place))
                        step = length
                        break
            index += step
        return answer(found)

    def _largest(self, name: str) -> str | None:
        called = [c for c in self._gazetteer.names.called(name) if c.kind in {"country", "place"}]
        if not called:
            return None
        return max(called, key=lambda c: (c.kind == "country", c.population)).region

    def _found(self, start: int, end: int, region: str) -> Found:
        return as_found(self._gazetteer, start, end, region)


class GeoTextPeer:
    def __init__(self, gazetteer: Gazetteer) -> None:
        # Installed only where one compares, and untyped.
        self._parse: Any = importlib.import_module("geotext").GeoText
        self._gazetteer = gazetteer

    def __call__(self, document: dict[str, Any]) -> Answer:
        text = document["text"]
        places = self._parse(text)
        index = places.index
        found: list[Found] = []
        for kind in ("cities", "countries", "nationalities"):
            codes = getattr(index, kind)
            for name in dict.fromkeys(getattr(places, kind)):
                code = codes.get(name.lower(), "")
                found += spans(self._gazetteer, text, name, code, demonym=kind == "nationalities")
        return answer(found)


class FlashGeoTextPeer:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self._parser: Any = importlib.import_module("flashgeotext.geotext").GeoText()
        self._gazetteer = gazetteer

    def __call__(self, document: dict[str, Any]) -> Answer:
        extracted = self._parser.extract(document["text"])
        found = []
        for kind in ("cities", "countries"):
            for name, hit in extracted[kind].items():
                region = self._region(name, city=kind == "cities")
                for start, end in hit["span_info"]:
                    found.append(as_found(self._gazetteer, start, end, region))
        return answer(found)

    def _region(self, name: str, *, city: bool) -> str:
        called = self._gazetteer.names.called(name)
        wanted = [c for c in called if (c.kind == "place") == city]
        return max(wanted, key=lambda c: c.population).region if wanted else ""


def spans(
    gazetteer: Gazetteer, text: str, name: str, code: str, *, demonym: bool
) -> Iterator[Found]:
    called = [c for c in gazetteer.names.called(name) if c.country == f"country:{code}"]
    region = max(called, key=lambda c: c.population).region if called else f"country:{code}"
    for match in re.finditer(rf"\b{re.escape(name)}\b", text):
        yield as_found(gazetteer, match.start(), match.end(), region, demonym=demonym)


def as_found(
    gazetteer: Gazetteer, start: int, end: int, region: str, *, demonym: bool = False
) -> Found:
    if region not in gazetteer:
        return Found(start, end, None, None, "", "", demonym)
    place = gazetteer.region(region)
    country = place.country or (region if place.kind == "country" else "")
    code = country.removeprefix("country:")
    return Found(start, end, place.latitude, place.longitude, region, code, demonym)


def answer(found: list[Found]) -> Answer:
    countries = Counter(f.country for f in found if f.country)
    primary = countries.most_common(1)[0][0] if countries else ""
    return found, dict.fromkeys(countries, 1.0), primary
