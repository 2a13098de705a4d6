"""From weighed mentions to places and regions: how surely, and is the article about them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from tocsin.article import Article
from tocsin.regions.dictionary import DEMONYM
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
# Measured within their country.
_INNER = {"admin1", "admin2", "place"}
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
    """What speaks for one region: how surely, and how loudly.

    ``country`` is the one that it lies in or is, ``doubt`` how likely none of its names means it,
    ``surest`` how likely the name that is being told means it, ``meant`` the numbers of the places
    that the article names in it.
    """

    region: str
    kind: str
    country: str
    doubt: float = 1.0
    surest: float = 0.0
    salience: float = 0.0
    explicit: bool = False
    meant: tuple[int, ...] = ()
    probability: float = 0.0


@dataclass(slots=True, eq=False)
class _Meaning:
    """The mentions of one name that mean the same: how sure the surest is, how loud all are."""

    mention: Mention
    probability: float = 0.0
    loudness: float = 0.0


class _Evidence(dict[tuple[int, ...], tuple[LocatedPlace, ...]]):
    """The places by their numbers, each once, the surest first; most regions share them with others."""

    def __init__(self, places: Sequence[LocatedPlace]) -> None:
        super().__init__()
        self._places = places

    def __missing__(self, numbers: tuple[int, ...]) -> tuple[LocatedPlace, ...]:
        self[numbers] = found = tuple([self._places[number] for number in sorted(set(numbers))])
        return found


def summarise(
    gazetteer: Gazetteer, layout: Layout, mentions: Sequence[Mention], on: date
) -> Places:
    places = _places(gazetteer, layout, mentions)
    rank = {place.region: number for number, place in enumerate(places)}
    tallies = _tally(gazetteer, _meanings(layout, mentions), rank, on)
    tallies.sort(key=lambda tally: (-tally.probability, tally.region))
    likely = [tally for tally in tallies if tally.probability > _ABOUT_PROBABILITY]
    about = _about(likely)
    loudest = _loudest(likely) or max([tally.salience for tally in tallies], default=0.0)
    evidence = _Evidence(places)
    regions = {
        tally.region: RegionHit(
            tally.region,
            round(tally.probability, 4),
            "about" if tally.region in about else "mention",
            tally.explicit,
            evidence[tally.meant],
            round(min(1.0, tally.salience / loudest), 4) if loudest else 0.0,
        )
        for tally in tallies
        if tally.probability >= _FLOOR
    }
    return Places(places, MappingProxyType(regions), _primary(likely))


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


def _meanings(layout: Layout, mentions: Iterable[Mention]) -> list[list[_Meaning]]:
    """Return what each name means: nearly always one thing throughout the article."""
    meanings: dict[str, dict[int, _Meaning]] = {}
    for mention in mentions:
        if not mention.senses or mention.probability < _SENSE_FLOOR:
            continue
        of_name = meanings.setdefault(mention.key, {})
        meaning = of_name.get(id(mention.senses))
        if meaning is None:
            meaning = of_name[id(mention.senses)] = _Meaning(mention)
        meaning.probability = max(meaning.probability, mention.probability)
        meaning.loudness += layout.weight(mention) * _kind_weight(mention) * mention.probability
    return [list(of_name.values()) for of_name in meanings.values()]


def _tally(
    gazetteer: Gazetteer,
    names: Iterable[Sequence[_Meaning]],
    rank: Mapping[str, int],
    on: date,
) -> list[_Tally]:
    tallies: dict[str, _Tally] = {}
    for meanings in names:
        heard: list[_Tally] = []
        for meaning in meanings:
            heard += _hear(gazetteer, meaning, tallies, on)
            best, share = meaning.mention.senses[0]
            if meaning.probability * share > _ABOUT_PROBABILITY:
                tallies[best.region].explicit = True
            number = rank.get(best.region)
            if number is not None:
                for region in gazetteer.lineage(best.region, on):
                    tallies[region].meant += (number,)
        # The same name twice is one witness.
        for tally in heard:
            tally.doubt *= 1.0 - tally.surest
            tally.surest = 0.0
    for tally in tallies.values():
        tally.probability = 1.0 - tally.doubt
    return list(tallies.values())


def _hear(
    gazetteer: Gazetteer, meaning: _Meaning, tallies: dict[str, _Tally], on: date
) -> list[_Tally]:
    """Add to the tallies what a name says; return those that it is surer of than it was."""
    probability, loudness = meaning.probability, meaning.loudness
    heard = []
    for region, (country, share) in _spread(gazetteer, meaning.mention.senses, on).items():
        tally = tallies.get(region)
        if tally is None:
            kind = region[: region.index(":")]
            tallies[region] = tally = _Tally(region, kind, country)
        tally.salience += loudness * share
        certainty = probability * share
        if certainty > tally.surest:
            tally.surest = certainty
            heard.append(tally)
    return heard


def _spread(
    gazetteer: Gazetteer, senses: Sequence[tuple[Candidate, float]], on: date
) -> dict[str, tuple[str, float]]:
    """Return what share of a name's meaning lies in each region, with the country of the first there."""
    best, most = senses[0]
    shares = dict.fromkeys(gazetteer.lineage(best.region, on), (best.country, most))
    for candidate, share in senses[1:]:
        if share < _SENSE_FLOOR:
            break
        alone = candidate.country, share
        for region in gazetteer.lineage(candidate.region, on):
            known = shares.get(region)
            shares[region] = alone if known is None else (known[0], known[1] + share)
    return shares


def _kind_weight(mention: Mention) -> float:
    weight = _DEMONYM if mention.entry.form is DEMONYM else 1.0
    if not _NAMED_FOR_IT.isdisjoint(mention.evidence):
        weight *= _EMBEDDED
    return weight


def _about(likely: Sequence[_Tally]) -> set[str]:
    """Return the regions that the article is about.

    Countries and areas are measured against the country that is spoken of most; a division or a
    town against its like, within a country that the article is about.
    """
    top = max([t.salience for t in likely if t.kind == "country"], default=0.0)
    most: dict[tuple[str, str], float] = defaultdict(float)
    found: set[str] = set()
    for tally in likely:
        if tally.kind in _INNER:
            rank = tally.kind, tally.country
            most[rank] = max(most[rank], tally.salience)
        elif tally.salience >= _ABOUT_SHARE * top:
            found.add(tally.region)
    for tally in likely:
        if (
            tally.kind in _INNER
            and (not tally.country or tally.country in found)
            and tally.salience >= _ABOUT_SHARE * most[tally.kind, tally.country]
        ):
            found.add(tally.region)
    return found


def _loudest(likely: Iterable[_Tally]) -> float:
    """Return the salience of the country that is named loudest; 0 if there is none."""
    return max([tally.salience for tally in likely if tally.kind == "country"], default=0.0)


def _primary(likely: Iterable[_Tally]) -> str:
    countries = [(tally.salience, tally.region) for tally in likely if tally.kind == "country"]
    return max(countries, default=(0.0, ""))[1]
