"""Which of the places of that name? Every mention votes for where the article is set.

Two rounds: with what is known of the places alone each name votes for its countries and
divisions; then each weighs its candidates anew by the votes of all the others. A name keeps one
sense through an article, save where the text says otherwise ("Paris, Texas").
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.regions.dictionary import SETTLED, Entry, Form
from tocsin.regions.entities import Candidate
from tocsin.regions.linking import lies_in
from tocsin.regions.mention import Mention
from tocsin.regions.standing import to_shares
from tocsin.regions.weights import PLACE, SENSE


_ROUNDS = 2
# A mention less likely to be a place than this has no vote.
_HEARD_FROM = 0.2
# Nobody else speaks of the country; the more places there are elsewhere, the odder that is.
_UNHEARD, _WHOLE_CHORUS = 0.03, 4.0
_SURE = 0.8
_NEAR_MOST = 40

# (region within which, score)
_Scored = list[tuple[Candidate, float]]


@dataclass(frozen=True, slots=True)
class Home:
    """Where the source is at home; empty ids where that is not known."""

    country: str = ""
    division: str = ""


@dataclass(slots=True, eq=False)
class _Group:
    """The mentions of one name, and what it means.

    ``weight`` is how loud its vote is: not as loud as it is often repeated.
    """

    entry: Entry
    mentions: list[Mention] = field(default_factory=list)
    logits: list[float] = field(default_factory=list)
    scored: _Scored = field(default_factory=list)
    senses: _Scored = field(default_factory=list)
    weight: float = 0.0

    def weigh(self) -> None:
        total = sum([m.probability for m in self.mentions if m.probability >= _HEARD_FROM])
        quiet = 0.5 if self.entry.form is Form.DEMONYM else 1.0
        self.weight = total * quiet / math.sqrt(len(self.mentions))


@dataclass(slots=True, eq=False)
class _Votes:
    """Votes by country and by division (region ids), and all votes together."""

    countries: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    divisions: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    total: float = 1e-9

    def add(self, group: _Group) -> None:
        weight = group.weight
        for candidate, share in group.senses:
            vote = weight * share
            if candidate.country:
                self.countries[candidate.country] += vote
                self.total += vote
            if candidate.division:
                loud = vote if candidate.kind == "admin1" else 0.6 * vote
                self.divisions[candidate.division] += loud


def decide(mentions: Sequence[Mention], home: Home) -> None:
    """Fill in the probability and the senses of each mention."""
    groups = _groups(mentions)
    for _ in range(_ROUNDS):
        votes = _vote(groups, home)
        for group in groups:
            _hear_support(group, votes)
        anchors = _anchors(groups)
        for group in groups:
            if len(group.senses) > 1:
                _choose(group, votes, home, anchors)
    for group in groups:
        for mention in group.mentions:
            mention.senses = _in_its_place(mention, group)


def _groups(mentions: Sequence[Mention]) -> list[_Group]:
    by_key: dict[str, _Group] = {}
    for mention in mentions:
        if mention.form is Form.PHRASE:
            continue
        entry = mention.entry
        group = by_key.get(mention.key)
        if group is None:
            by_key[mention.key] = group = _Group(entry)
            group.senses = list(zip(entry.candidates, entry.prior, strict=True))
        logit = entry.logit + _sum_of(mention.evidence)
        group.mentions.append(mention)
        group.logits.append(logit)
        mention.probability = _logistic(logit)
    for group in by_key.values():
        group.weigh()
    return list(by_key.values())


def _sum_of(evidence: Mapping[str, float]) -> float:
    return sum([PLACE[name] * value for name, value in evidence.items()])


def _vote(groups: Iterable[_Group], home: Home) -> _Votes:
    votes = _Votes()
    if home.country:
        votes.countries[home.country] += 0.5
        votes.total += 0.5
    for group in groups:
        if group.weight:
            votes.add(group)
    return votes


def _hear_support(group: _Group, votes: _Votes) -> None:
    """Weigh anew whether the name is a place at all: do the others speak of its country?"""
    countries = votes.countries
    heard = max([countries[c] for c in group.entry.countries if c in countries], default=0.0)
    support = min(1.0, max(0.0, heard - group.weight) / votes.total)
    away = 0.0
    if support < _UNHEARD and not group.entry.known:
        away = min(1.0, max(0.0, votes.total - group.weight) / _WHOLE_CHORUS)
    worth = PLACE["country elsewhere"] * support + PLACE["away from the rest"] * away
    for mention, logit in zip(group.mentions, group.logits, strict=True):
        mention.evidence["country elsewhere"] = support
        mention.evidence["away from the rest"] = away
        mention.probability = _logistic(logit + worth)
    group.weigh()


def _anchors(groups: Iterable[_Group]) -> list[tuple[_Group, float, float]]:
    """Return the points that are as good as sure."""
    found: list[tuple[_Group, float, float]] = []
    for group in groups:
        if not group.senses or max([m.probability for m in group.mentions]) < 0.5:
            continue
        best, share = group.senses[0]
        if share <= _SURE or best.kind not in {"place", "admin1", "admin2"}:
            continue
        if best.latitude is not None and best.longitude is not None:
            found.append((group, best.latitude, best.longitude))
    return found[:_NEAR_MOST]


def _choose(
    group: _Group, votes: _Votes, home: Home, anchors: Sequence[tuple[_Group, float, float]]
) -> None:
    entry = group.entry
    around = _said_to_lie_in(group.mentions)
    owners = _owners(group.mentions)
    chosen = _eligible(entry, around)
    near = [(lat, lon) for other, lat, lon in anchors if other is not group]
    own = _Votes()
    own.add(group)
    group.scored = [
        (
            candidate := entry.candidates[number],
            entry.standing[number]
            + _in_context(candidate, votes, own, home)
            + _as_written(candidate, around, owners)
            + _near_others(candidate, near),
        )
        for number in chosen
    ]
    group.senses = _shared(group.scored)


def _said_to_lie_in(mentions: Iterable[Mention]) -> set[str]:
    found: set[str] = set()
    for mention in mentions:
        for other in (mention.inside, mention.wider):
            if other is not None and lies_in(mention, other):
                found |= other.entry.regions
    return found


def _owners(mentions: Iterable[Mention]) -> set[str]:
    return {r for m in mentions if m.owner is not None for r in m.owner.entry.regions}


def _eligible(entry: Entry, around: set[str]) -> Sequence[int]:
    if around:
        inside = [
            number
            for number, c in enumerate(entry.candidates)
            if c.country and around & {c.country, c.division} - {c.region}
        ]
        if inside:
            return inside
    return entry.usual


def _in_context(candidate: Candidate, votes: _Votes, own: _Votes, home: Home) -> float:
    """Return what the other names and the source's home say; a name has no voice in its own case."""
    country = candidate.country
    if not country:
        return 0.0
    others = max(0.0, votes.countries[country] - own.countries[country])
    score = SENSE["country votes"] * others / votes.total
    score += SENSE["country votes, absolute"] * math.log1p(others)
    division = candidate.division
    if division:
        nearby = votes.divisions[division] - own.divisions[division]
        if nearby > 0.0:
            score += SENSE["division votes"] * nearby / votes.total
        if division == home.division:
            score += SENSE["home division"]
    if country == home.country:
        score += SENSE["home country"]
    return score


def _as_written(candidate: Candidate, around: set[str], owners: set[str]) -> float:
    score = 0.0
    if around and around & {candidate.country, candidate.division} - {candidate.region}:
        score += SENSE["says where"]
    if owners and owners & {candidate.country, candidate.division}:
        score += SENSE["possessed by"]
    return score


def _near_others(candidate: Candidate, near: Sequence[tuple[float, float]]) -> float:
    """Return most beside another place of the article, half of it some 150 km away."""
    if not near or candidate.kind not in SETTLED:
        return 0.0
    lat, lon = candidate.latitude, candidate.longitude
    if lat is None or lon is None:
        return 0.0
    degrees = min([abs(lat - a) + 0.7 * abs(lon - o) for a, o in near])
    return SENSE["near others"] / (1.0 + degrees / 1.5)


def _in_its_place(mention: Mention, group: _Group) -> _Scored:
    """Return what this very mention means: the "Georgia" of "Atlanta, Georgia" is the state."""
    held = mention.holds
    if held is None or len(group.scored) < 2 or not lies_in(held, mention):
        return group.senses
    divisions = {c.division for c in held.entry.candidates if c.kind in SETTLED}
    countries = held.entry.countries

    def more(candidate: Candidate) -> float:
        if candidate.kind == "admin1" and candidate.region in divisions:
            return 4.0
        return 1.5 if candidate.kind == "country" and candidate.region in countries else 0.0

    return _shared([(candidate, score + more(candidate)) for candidate, score in group.scored])


def _shared(scored: _Scored) -> _Scored:
    """Return the candidates with shares that add up to 1, the largest first."""
    shares = to_shares([score for _, score in scored])
    found = [(candidate, share) for (candidate, _), share in zip(scored, shares, strict=True)]
    found.sort(key=_by_share)
    return found


def _by_share(sense: tuple[Candidate, float]) -> float:
    return -sense[1]


def _logistic(x: float) -> float:
    return 0.0 if x < -30 else 1.0 / (1.0 + math.exp(-x))
