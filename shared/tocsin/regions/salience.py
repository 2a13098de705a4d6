"""From weighed mentions to places and regions: how surely, and is the article about them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from tocsin.article import Article
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.mention import Form, Mention
from tocsin.regions.places import LocatedPlace, Places, PlaceSpan, RegionHit


# What is less likely than this is not worth showing.
_FLOOR = 0.05
# A sense of a name with a smaller share is left out: it would not move anything.
_SENSE_FLOOR = 0.02
_ABOUT_PROBABILITY = 0.5
_ABOUT_SHARE = 0.35
_LEAD_SHARE = 0.15

_TITLE, _LEAD, _BODY, _DATELINE = 3.0, 2.0, 1.0, 0.5
_DEMONYM, _EMBEDDED = 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of an article lie in its reading: the title, a gap, the text."""

    title: int
    text: int
    lead: int

    @classmethod
    def of(cls, article: Article) -> "Layout":
        text = len(article.title) + 2
        return cls(len(article.title), text, text + int(len(article.text) * _LEAD_SHARE))

    def weight(self, mention: Mention) -> float:
        if mention.end <= self.title:
            return _TITLE
        if mention.dateline:
            return _DATELINE
        return _LEAD if mention.start < self.lead else _BODY

    def span(self, mention: Mention) -> PlaceSpan:
        if mention.end <= self.title:
            return PlaceSpan("title", mention.start, mention.end)
        return PlaceSpan("text", mention.start - self.text, mention.end - self.text)


@dataclass(slots=True)
class _Tally:
    """What speaks for one region: by the form that was written, how surely; and how loudly."""

    by_form: dict[str, float] = field(default_factory=dict)
    salience: float = 0.0
    explicit: bool = False
    evidence: set[str] = field(default_factory=set)

    @property
    def probability(self) -> float:
        """Return 1 - the product of (1 - p) over the forms: the same name twice is one witness."""
        doubt = 1.0
        for probability in self.by_form.values():
            doubt *= 1.0 - probability
        return 1.0 - doubt


def summarise(
    gazetteer: Gazetteer, layout: Layout, mentions: Sequence[Mention], on: date
) -> Places:
    places = _places(gazetteer, layout, mentions)
    tallies = _tally(gazetteer, layout, mentions, on)
    level = _levels(gazetteer, tallies)
    by_region = {place.region: place for place in places}
    regions = {
        region: RegionHit(
            region=region,
            probability=round(tally.probability, 4),
            level=level(region),
            explicit=tally.explicit,
            places=_evidence(tally, by_region),
        )
        for region, tally in _by_probability(tallies)
        if tally.probability >= _FLOOR
    }
    return Places(places, MappingProxyType(regions), _primary(tallies))


def _places(
    gazetteer: Gazetteer, layout: Layout, mentions: Iterable[Mention]
) -> tuple[LocatedPlace, ...]:
    meant: dict[str, list[tuple[Mention, float]]] = defaultdict(list)
    for mention in mentions:
        if mention.senses:
            best, share = mention.senses[0]
            meant[best.region].append((mention, mention.probability * share))
    found = []
    for region, witnesses in meant.items():
        tally = _Tally()
        for mention, probability in witnesses:
            tally.by_form[mention.key] = max(probability, tally.by_form.get(mention.key, 0.0))
        if tally.probability >= _FLOOR:
            spans = tuple(layout.span(mention) for mention, _ in witnesses)
            name = gazetteer.name(region)
            found.append(LocatedPlace(region, name, round(tally.probability, 4), spans))
    return tuple(sorted(found, key=lambda place: (-place.probability, place.region)))


def _tally(
    gazetteer: Gazetteer, layout: Layout, mentions: Iterable[Mention], on: date
) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    spreads: dict[int, Mapping[str, float]] = {}
    for mention in mentions:
        # The mentions of a name mostly share one list of senses.
        spread = spreads.get(id(mention.senses))
        if spread is None:
            spreads[id(mention.senses)] = spread = _spread(gazetteer, mention, on)
        loudness = layout.weight(mention) * _kind_weight(mention) * mention.probability
        for region, share in spread.items():
            tally = tallies[region]
            probability = mention.probability * share
            tally.by_form[mention.key] = max(probability, tally.by_form.get(mention.key, 0.0))
            tally.salience += loudness * share
        if mention.senses:
            best, share = mention.senses[0]
            if mention.probability * share > _ABOUT_PROBABILITY:
                tallies[best.region].explicit = True
            for region in (best.region, *gazetteer.ancestors(best.region, on)):
                tallies[region].evidence.add(best.region)
    return tallies


def _spread(gazetteer: Gazetteer, mention: Mention, on: date) -> Mapping[str, float]:
    """Return what share of the mention's meaning lies in each region."""
    shares: dict[str, float] = defaultdict(float)
    for candidate, share in mention.senses:
        if share >= _SENSE_FLOOR:
            shares[candidate.region] += share
            for region in gazetteer.ancestors(candidate.region, on):
                shares[region] += share
    return shares


def _kind_weight(mention: Mention) -> float:
    weight = _DEMONYM if mention.form is Form.DEMONYM else 1.0
    if mention.evidence.keys() & {"organisation after", "organisation before"}:
        weight *= _EMBEDDED
    return weight


def _levels(
    gazetteer: Gazetteer, tallies: Mapping[str, _Tally]
) -> Callable[[str], Literal["about", "mention"]]:
    top = max((t.salience for r, t in tallies.items() if r.startswith("country:")), default=0.0)
    top_in: dict[tuple[str, str], float] = defaultdict(float)
    for region, tally in tallies.items():
        group = _siblings(gazetteer, region)
        top_in[group] = max(top_in[group], tally.salience)

    def level(region: str) -> Literal["about", "mention"]:
        tally = tallies[region]
        if tally.probability <= _ABOUT_PROBABILITY:
            return "mention"
        kind, country = _siblings(gazetteer, region)
        if country:
            # A division or a town is measured against its like, in a country the article is about.
            loud = tally.salience >= _ABOUT_SHARE * top_in[kind, country]
            return "about" if loud and level(country) == "about" else "mention"
        return "about" if tally.salience >= _ABOUT_SHARE * top else "mention"

    return level


def _siblings(gazetteer: Gazetteer, region: str) -> tuple[str, str]:
    """Return the kind of region and the country that it is compared within, if any."""
    kind = region.partition(":")[0]
    if kind not in {"admin1", "place"}:
        return kind, ""
    return kind, gazetteer.region(region).country


def _evidence(tally: _Tally, places: Mapping[str, LocatedPlace]) -> tuple[LocatedPlace, ...]:
    found = (places[region] for region in tally.evidence if region in places)
    return tuple(sorted(found, key=lambda place: (-place.probability, place.region)))


def _primary(tallies: Mapping[str, _Tally]) -> str:
    countries = [
        (tally.salience, region)
        for region, tally in tallies.items()
        if region.startswith("country:") and tally.probability > _ABOUT_PROBABILITY
    ]
    return max(countries, default=(0.0, ""))[1]


def _by_probability(tallies: Mapping[str, _Tally]) -> list[tuple[str, _Tally]]:
    return sorted(tallies.items(), key=lambda item: (-item[1].probability, item[0]))
