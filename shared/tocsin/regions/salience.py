"""From weighed mentions to places and regions: how surely, and is the article about them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from tocsin.article import Article
from tocsin.regions.dictionary import Form
from tocsin.regions.entities import Candidate
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.mention import Mention
from tocsin.regions.places import LocatedPlace, Places, PlaceSpan, RegionHit


# What is less likely than this is not worth showing.
_FLOOR = 0.05
# A sense of a name with a smaller share is left out: it would not move anything.
_SENSE_FLOOR = 0.02
_ABOUT_PROBABILITY = 0.5
_ABOUT_SHARE = 0.35
_LEAD_SHARE = 0.15

_TITLE, _LEAD, _BODY = 3.0, 2.0, 1.0
_DEMONYM, _EMBEDDED = 0.7, 0.4
# The place is only part of a longer name.
_NAMED_FOR_IT = {"organisation after", "organisation before", "firm after"}


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
        return _LEAD if mention.start < self.lead else _BODY

    def span(self, mention: Mention) -> PlaceSpan:
        if mention.end <= self.title:
            return PlaceSpan("title", mention.start, mention.end)
        return PlaceSpan("text", mention.start - self.text, mention.end - self.text)


@dataclass(slots=True, eq=False)
class _Tally:
    """What speaks for one region: by the form that was written, how surely; and how loudly.

    The same name twice is one witness.

    ``country`` is the one that it lies in or is, ``meant`` the regions that the article names in it.
    """

    region: str
    kind: str
    country: str
    by_form: dict[str, float] = field(default_factory=dict)
    salience: float = 0.0
    explicit: bool = False
    meant: dict[str, None] = field(default_factory=dict)
    probability: float = 0.0


@dataclass(slots=True, eq=False)
class _Meaning:
    """The mentions of one name that mean the same: how sure the surest is, how loud all are."""

    mention: Mention
    probability: float = 0.0
    loudness: float = 0.0


def summarise(
    gazetteer: Gazetteer, layout: Layout, mentions: Sequence[Mention], on: date
) -> Places:
    places = _places(gazetteer, layout, mentions)
    tallies = _tally(gazetteer, _meanings(layout, mentions), on)
    tallies.sort(key=lambda tally: (-tally.probability, tally.region))
    about = _about(tallies)
    loudest = _loudest(tallies)
    rank = {place.region: number for number, place in enumerate(places)}
    regions = {
        tally.region: RegionHit(
            region=tally.region,
            probability=round(tally.probability, 4),
            level="about" if tally.region in about else "mention",
            explicit=tally.explicit,
            places=_evidence(tally, places, rank),
            share=round(min(1.0, tally.salience / loudest), 4) if loudest else 0.0,
        )
        for tally in tallies
        if tally.probability >= _FLOOR
    }
    return Places(places, MappingProxyType(regions), _primary(tallies))


def _places(
    gazetteer: Gazetteer, layout: Layout, mentions: Iterable[Mention]
) -> tuple[LocatedPlace, ...]:
    named: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.senses:
            named.setdefault(mention.senses[0][0].region, []).append(mention)
    found = []
    for region, them in named.items():
        by_form: dict[str, float] = {}
        for mention in them:
            probability = mention.probability * mention.senses[0][1]
            by_form[mention.key] = max(probability, by_form.get(mention.key, 0.0))
        probability = _any_of(by_form.values())
        if probability >= _FLOOR:
            spans = tuple([layout.span(mention) for mention in them])
            name = gazetteer.name(region)
            found.append(LocatedPlace(region, name, round(probability, 4), spans))
    found.sort(key=lambda place: (-place.probability, place.region))
    return tuple(found)


def _any_of(probabilities: Iterable[float]) -> float:
    """Return 1 - the product of (1 - p): how likely it is that one of them is right."""
    doubt = 1.0
    for probability in probabilities:
        doubt *= 1.0 - probability
    return 1.0 - doubt


def _meanings(layout: Layout, mentions: Iterable[Mention]) -> Iterable[_Meaning]:
    """Return the mentions, those together that share a name and its senses."""
    meanings: dict[int, _Meaning] = {}
    for mention in mentions:
        if not mention.senses or mention.probability < _SENSE_FLOOR:
            continue
        meaning = meanings.get(id(mention.senses))
        if meaning is None:
            meaning = meanings[id(mention.senses)] = _Meaning(mention)
        meaning.probability = max(meaning.probability, mention.probability)
        meaning.loudness += layout.weight(mention) * _kind_weight(mention) * mention.probability
    return meanings.values()


def _tally(gazetteer: Gazetteer, meanings: Iterable[_Meaning], on: date) -> list[_Tally]:
    tallies: dict[str, _Tally] = {}
    for meaning in meanings:
        senses, key = meaning.mention.senses, meaning.mention.key
        for tally, share in _spread(gazetteer, senses, on, tallies):
            probability = meaning.probability * share
            if probability > tally.by_form.get(key, 0.0):
                tally.by_form[key] = probability
            tally.salience += meaning.loudness * share
        best, share = senses[0]
        if meaning.probability * share > _ABOUT_PROBABILITY:
            tallies[best.region].explicit = True
    for tally in tallies.values():
        tally.probability = _any_of(tally.by_form.values())
    return list(tallies.values())


def _spread(
    gazetteer: Gazetteer,
    senses: Sequence[tuple[Candidate, float]],
    on: date,
    tallies: dict[str, _Tally],
) -> Iterable[tuple[_Tally, float]]:
    """Return what share of a name's meaning lies in each region, in its tally."""
    shares: dict[str, float] = {}
    best = senses[0][0].region
    for candidate, share in senses:
        if share < _SENSE_FLOOR:
            break
        for region in gazetteer.lineage(candidate.region, on):
            if region in shares:
                shares[region] += share
                continue
            shares[region] = share
            if region not in tallies:
                kind = region[: region.index(":")]
                tallies[region] = _Tally(region, kind, candidate.country)
    for region in gazetteer.lineage(best, on):
        tallies[region].meant[best] = None
    return [(tallies[region], share) for region, share in shares.items()]


def _kind_weight(mention: Mention) -> float:
    weight = _DEMONYM if mention.form is Form.DEMONYM else 1.0
    if mention.evidence.keys() & _NAMED_FOR_IT:
        weight *= _EMBEDDED
    return weight


def _about(tallies: Iterable[_Tally]) -> set[str]:
    """Return the regions that the article is about.

    Countries and areas are measured against the country that is spoken of most; a division or a
    town against its like, within a country that the article is about.
    """
    likely = list(filter(_likely, tallies))
    most: dict[tuple[str, str], float] = defaultdict(float)
    for tally in likely:
        rank = (tally.kind, tally.country)
        most[rank] = max(most[rank], tally.salience)
    top = max((t.salience for t in likely if t.kind == "country"), default=0.0)
    countries = {
        t.region for t in likely if t.kind == "country" and t.salience >= _ABOUT_SHARE * top
    }
    found = set(countries)
    for tally in likely:
        if tally.kind in {"admin1", "admin2", "place"}:
            loud = tally.salience >= _ABOUT_SHARE * most[tally.kind, tally.country]
            if loud and (not tally.country or tally.country in countries):
                found.add(tally.region)
        elif tally.salience >= _ABOUT_SHARE * top:
            found.add(tally.region)
    return found


def _loudest(tallies: Iterable[_Tally]) -> float:
    """Return the salience of the likely country that is named loudest; of any region if there is none."""
    countries = [t.salience for t in tallies if t.kind == "country" and _likely(t)]
    return max(countries or [t.salience for t in tallies], default=0.0)


def _likely(tally: _Tally) -> bool:
    return tally.probability > _ABOUT_PROBABILITY


def _evidence(
    tally: _Tally, places: Sequence[LocatedPlace], rank: Mapping[str, int]
) -> tuple[LocatedPlace, ...]:
    """Return the places that are named in a region, the surest first."""
    numbers = [rank[region] for region in tally.meant if region in rank]
    return tuple([places[number] for number in sorted(numbers)])


def _primary(tallies: Iterable[_Tally]) -> str:
    countries = [
        (tally.salience, tally.region)
        for tally in tallies
        if tally.kind == "country" and _likely(tally)
    ]
    return max(countries, default=(0.0, ""))[1]
