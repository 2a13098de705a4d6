"""Which of the places of that name? Every mention votes for where the article is set.

Two rounds: with what is known of the places alone each name votes for its countries and
divisions; then each weighs its candidates anew by the votes of all the others. A name keeps one
sense through an article, save where the text says otherwise ("Paris, Texas").
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.regions.entities import Candidate
from tocsin.regions.evidence import lies_in
from tocsin.regions.mention import Form, Mention
from tocsin.regions.tables import Use
from tocsin.regions.weights import PLACE, SENSE


_ROUNDS = 2
_AREAS = frozenset({"area", "bloc", "m49"})
# A mention less likely to be a place than this has no vote.
_HEARD_FROM = 0.2
_NEAR_MOST = 40


@dataclass(frozen=True, slots=True)
class Home:
    """Where the source is at home; empty ids where that is not known."""

    country: str = ""
    division: str = ""


@dataclass(slots=True)
class _Group:
    """The mentions of one name, and what it means."""

    mentions: list[Mention]
    candidates: tuple[Candidate, ...]
    senses: list[tuple[Candidate, float]] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """Return how loud the name's vote is: not as often as it is repeated."""
        total = sum(m.probability for m in self.mentions if m.probability >= _HEARD_FROM)
        demonym = self.mentions[0].form is Form.DEMONYM
        return total * (0.5 if demonym else 1.0) / math.sqrt(len(self.mentions))


@dataclass(slots=True)
class _Votes:
    """Votes by country and by division (region ids), and all votes together."""

    countries: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    divisions: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def total(self) -> float:
        return sum(self.countries.values()) + 1e-9


def decide(mentions: Sequence[Mention], home: Home) -> None:
    """Fill in the probability and the senses of each mention."""
    groups = _groups(mentions)
    for group in groups:
        group.senses = _prior(group.candidates)
        for mention in group.mentions:
            mention.probability = place_probability(mention.evidence)
    for _ in range(_ROUNDS):
        votes = _vote(groups, home)
        for group in groups:
            _hear_support(group, votes)
        anchors = _anchors(groups)
        for group in groups:
            _choose(group, votes, home, anchors)


def place_probability(evidence: Mapping[str, float]) -> float:
    return _logistic(sum(PLACE[name] * value for name, value in evidence.items()))


def _groups(mentions: Sequence[Mention]) -> list[_Group]:
    by_key: dict[str, _Group] = {}
    for mention in mentions:
        if mention.form is Form.PHRASE:
            continue
        group = by_key.get(mention.key)
        if group is None:
            by_key[mention.key] = group = _Group([], mention.candidates)
        group.mentions.append(mention)
    return list(by_key.values())


def _prior(candidates: Iterable[Candidate]) -> list[tuple[Candidate, float]]:
    return _softmax([(candidate, 1.6 * _fame(candidate)) for candidate in candidates])


def _fame(candidate: Candidate) -> float:
    match candidate.kind:
        case "country":
            fame = 3.4
        case "area" | "bloc" | "m49":
            fame = 3.0
        case "admin1":
            fame = 2.0
        case _:
            fame = candidate.size * 1.2
    return fame + 0.6 * (min(candidate.use, Use.DEMONYM) - 1)


def _vote(groups: Iterable[_Group], home: Home) -> _Votes:
    votes = _Votes()
    if home.country:
        votes.countries[home.country] += 0.5
    for group in groups:
        weight = group.weight
        for candidate, share in group.senses:
            if candidate.country:
                votes.countries[candidate.country] += weight * share
            if candidate.division:
                loud = 1.0 if candidate.kind == "admin1" else 0.6
                votes.divisions[candidate.division] += weight * share * loud
    return votes


def _hear_support(group: _Group, votes: _Votes) -> None:
    """Weigh anew whether the name is a place at all: do the others speak of its country?"""
    own = group.weight
    others = max(
        (votes.countries[c.country] - own for c in group.candidates if c.country), default=0.0
    )
    support = min(1.0, max(0.0, others) / votes.total)
    for mention in group.mentions:
        mention.evidence["country elsewhere"] = support
        mention.probability = place_probability(mention.evidence)


def _anchors(groups: Iterable[_Group]) -> list[tuple[_Group, float, float]]:
    """Return the points that are as good as sure."""
    found: list[tuple[_Group, float, float]] = []
    for group in groups:
        if not group.senses or max(m.probability for m in group.mentions) < 0.5:
            continue
        best, share = group.senses[0]
        if share <= 0.8 or best.kind not in {"place", "admin1"}:
            continue
        if best.latitude is not None and best.longitude is not None:
            found.append((group, best.latitude, best.longitude))
    return found[:_NEAR_MOST]


def _choose(
    group: _Group, votes: _Votes, home: Home, anchors: Sequence[tuple[_Group, float, float]]
) -> None:
    around = _said_to_lie_in(group.mentions)
    owners = _owners(group.mentions)
    own = group.weight
    before = {candidate.region: share for candidate, share in group.senses}
    near = [(lat, lon) for other, lat, lon in anchors if other is not group]
    scored: list[tuple[Candidate, float]] = []
    for candidate in _eligible(group.candidates, around):
        mine = own * before.get(candidate.region, 0.0)
        score = _score_of_itself(candidate)
        if candidate.country:
            score += _score_of_votes(candidate, votes, mine)
            score += _score_of_home(candidate, home)
            if around & {candidate.country, candidate.division} - {candidate.region}:
                score += SENSE["says where"]
            if owners & {candidate.country, candidate.division}:
                score += SENSE["possessed by"]
        if near and candidate.kind == "place":
            score += SENSE["near others"] * _nearness(candidate, near)
        scored.append((candidate, score))
    group.senses = _softmax(scored)
    for mention in group.mentions:
        mention.senses = _in_its_place(mention, scored, group.senses)


def _said_to_lie_in(mentions: Iterable[Mention]) -> set[str]:
    found: set[str] = set()
    for mention in mentions:
        for other in (mention.inside, mention.wider):
            if other is not None and lies_in(mention, other):
                found |= {c.region for c in other.candidates if c.kind in {"country", "admin1"}}
    return found


def _owners(mentions: Iterable[Mention]) -> set[str]:
    return {
        c.region
        for mention in mentions
        if mention.owner is not None
        for c in mention.owner.candidates
        if c.kind in {"country", "admin1"}
    }


def _eligible(candidates: Sequence[Candidate], around: set[str]) -> Sequence[Candidate]:
    if around:
        inside = [
            c
            for c in candidates
            if c.kind in {"place", "admin1"} and around & {c.country, c.division} - {c.region}
        ]
        if inside:
            return inside
    if any(c.kind in _AREAS and c.use > Use.ALTERNATE for c in candidates):
        return [c for c in candidates if c.kind in _AREAS or c.kind == "country"]
    return candidates


def _score_of_itself(candidate: Candidate) -> float:
    match candidate.kind:
        case "country":
            score = SENSE["country"]
        case "area" | "bloc" | "m49":
            score = SENSE["area"]
        case "admin1":
            score = SENSE["division"]
        case _:
            score = SENSE["size"] * candidate.size
            if candidate.population == 0:
                score += SENSE["population unknown"]
            if candidate.capital:
                score += SENSE["capital"]
    if candidate.use is Use.NAME or candidate.use is Use.DEMONYM:
        score += SENSE["main name"]
    elif candidate.use is Use.ALTERNATE:
        score += SENSE["alternate name"]
    return score


def _score_of_votes(candidate: Candidate, votes: _Votes, mine: float) -> float:
    total = votes.total
    others = max(0.0, votes.countries[candidate.country] - mine)
    score = SENSE["country votes"] * others / total
    score += SENSE["country votes, absolute"] * math.log1p(others)
    if candidate.division:
        nearby = max(0.0, votes.divisions[candidate.division] - 0.6 * mine)
        score += SENSE["division votes"] * nearby / total
    return score


def _score_of_home(candidate: Candidate, home: Home) -> float:
    score = SENSE["home country"] if candidate.country == home.country else 0.0
    if home.division and candidate.division == home.division:
        score += SENSE["home division"]
    return score


def _nearness(candidate: Candidate, near: Iterable[tuple[float, float]]) -> float:
    """Return 1 beside another place of the article, 1/2 some 150 km away, towards 0 far off."""
    if candidate.latitude is None or candidate.longitude is None:
        return 0.0
    lat, lon = candidate.latitude, candidate.longitude
    distance = min(
        abs(lat - other_lat) + 0.7 * abs(lon - other_lon) for other_lat, other_lon in near
    )
    return 1.0 / (1.0 + distance / 1.5)


def _in_its_place(
    mention: Mention,
    scored: list[tuple[Candidate, float]],
    senses: list[tuple[Candidate, float]],
) -> list[tuple[Candidate, float]]:
    """Return what this very mention means: the "Georgia" of "Atlanta, Georgia" is the state."""
    held = mention.holds
    if held is None or not lies_in(held, mention):
        return senses
    divisions = {c.division for c in held.candidates if c.kind == "place"}
    countries = {c.country for c in held.candidates if c.kind in {"place", "admin1"}}

    def more(candidate: Candidate) -> float:
        if candidate.kind == "admin1" and candidate.region in divisions:
            return 4.0
        return 1.5 if candidate.kind == "country" and candidate.region in countries else 0.0

    return _softmax([(candidate, score + more(candidate)) for candidate, score in scored])


def _softmax(scored: Sequence[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Return shares that add up to 1, the largest first."""
    if not scored:
        return []
    highest = max(score for _, score in scored)
    raised = [(candidate, math.exp(score - highest)) for candidate, score in scored]
    total = sum(value for _, value in raised)
    shares = [(candidate, value / total) for candidate, value in raised]
    shares.sort(key=lambda item: -item[1])
    return shares


def _logistic(x: float) -> float:
    return 0.0 if x < -30 else 1.0 / (1.0 + math.exp(-x))
