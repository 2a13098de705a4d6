"""Which of the places of that name? Every mention votes for where the article is set.

Two rounds: with what is known of the places alone each name votes for its countries and
divisions; then each weighs its candidates anew by the votes of all the others. A name keeps one
sense through an article, save where the text says otherwise ("Paris, Texas").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log1p, sqrt
from operator import itemgetter, mul

from tocsin.regions.dictionary import DEMONYM, PHRASE, SETTLED, Entry, Option, Voice
from tocsin.regions.entities import Candidate
from tocsin.regions.linking import lies_in
from tocsin.regions.mention import Mention
from tocsin.regions.standing import to_shares
from tocsin.regions.weights import PLACE, SENSE


# No more likely than 0.02: left out of what is summed up (log-odds).
_HOPELESS = -3.9
# A mention less likely to be a place than this has no vote.
_HEARD_FROM = 0.2
# Nobody else speaks of the country; the more places there are elsewhere, the odder that is.
_UNHEARD, _WHOLE_CHORUS = 0.03, 4.0
_SURE, _LIKELY = 0.8, 0.5
_NEAR_MOST = 40
_LOCATED = frozenset({"place", "admin1", "admin2"})

# Asked of every candidate of every name: no look-up in a table.
_COUNTRY_VOTES, _COUNTRY_VOTES_ABSOLUTE = SENSE["country votes"], SENSE["country votes, absolute"]
_DIVISION_VOTES = SENSE["division votes"]
_HOME_COUNTRY, _HOME_DIVISION = SENSE["home country"], SENSE["home division"]
_SAYS_WHERE, _POSSESSED = SENSE["says where"], SENSE["possessed by"]
_NEAR = SENSE["near others"]
_ELSEWHERE, _AWAY = PLACE["country elsewhere"], PLACE["away from the rest"]

# Each with its score, or its share.
_Scored = list[tuple[Candidate, float]]


@dataclass(frozen=True, slots=True)
class Home:
    """Where the source is at home; empty ids where that is not known."""

    country: str = ""
    division: str = ""


@dataclass(slots=True, eq=False)
class _Group:
    """The mentions of one name, and what it means.

    ``around`` and ``owners`` are the regions that the text says it lies in, or belongs to.
    ``weight`` is how loud its vote is: not as loud as it is often repeated; ``voted`` is what it was
    at the last vote. ``believable``: the other names could make it worth showing. ``support`` and ``away`` are the evidence that the other names are.
    """

    entry: Entry
    senses: Sequence[tuple[Candidate, float]]
    voice: Voice
    mentions: list[Mention] = field(default_factory=list)
    logits: list[float] = field(default_factory=list)
    options: Sequence[Option] = ()
    around: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    scored: Sequence[tuple[Candidate, float]] = ()
    weight: float = 0.0
    voted: float = 0.0
    believable: bool = True
    likely: bool = False
    support: float = 0.0
    away: float = 0.0

    def weigh(self, worth: float = 0.0) -> None:
        """Work out how likely each mention is a place, with what the other names are worth."""
        total = most = 0.0
        for mention, logit in zip(self.mentions, self.logits, strict=True):
            mention.probability = probability = 1.0 / (1.0 + exp(-logit - worth))
            if probability >= _HEARD_FROM:
                total += probability
                most = max(most, probability)
        self.likely = most >= _LIKELY
        if self.entry.form is DEMONYM:
            total *= 0.5
        self.weight = total / sqrt(len(self.logits)) if total else 0.0


@dataclass(slots=True, eq=False)
class _Votes:
    """Votes by country and by division (region ids), and all votes together."""

    countries: dict[str, float] = field(default_factory=dict)
    divisions: dict[str, float] = field(default_factory=dict)
    total: float = 1e-9

    def add(self, voice: Voice, weight: float) -> None:
        countries, divisions = self.countries, self.divisions
        for country, share in voice.countries.items():
            countries[country] = countries.get(country, 0.0) + weight * share
        for division, share in voice.divisions.items():
            divisions[division] = divisions.get(division, 0.0) + weight * share
        self.total += weight * voice.total


def decide(mentions: Sequence[Mention], home: Home) -> None:
    """Fill in the probability and the senses of each mention."""
    groups = _groups(mentions)
    for last in (False, True):
        votes = _vote(groups, home)
        for group in groups:
            # What nobody hears need not be known before the end.
            if last or group.believable:
                _hear_support(group, votes)
        anchors = _anchors(groups)
        points = list(anchors.values())
        for group in groups:
            if len(group.senses) > 1 and (group.weight or (last and group.believable)):
                near = points
                if group in anchors:
                    near = [point for other, point in anchors.items() if other is not group]
                _choose(group, votes, home, near)
                # What it says after the last vote, nobody hears.
                if not last:
                    group.voice = Voice.of(group.senses)
    for group in groups:
        for mention in group.mentions:
            mention.evidence["country elsewhere"] = group.support
            mention.evidence["away from the rest"] = group.away
            held = mention.holds
            mention.senses = group.senses if held is None else _in_its_place(mention, held, group)


def _groups(mentions: Sequence[Mention]) -> list[_Group]:
    by_key: dict[str, _Group] = {}
    for mention in mentions:
        if mention.entry.form is PHRASE:
            continue
        entry = mention.entry
        group = by_key.get(mention.key)
        if group is None:
            by_key[mention.key] = group = _Group(entry, entry.senses, entry.voice)
        group.mentions.append(mention)
        group.logits.append(entry.logit + _sum_of(mention.evidence))
    for group in by_key.values():
        group.believable = max(group.logits) + _ELSEWHERE > _HOPELESS
        if group.believable:
            group.weigh()
            if len(group.senses) > 1:
                _read_where(group)
    return list(by_key.values())


def _sum_of(evidence: Mapping[str, float]) -> float:
    return float(sum(map(mul, map(PLACE.__getitem__, evidence), evidence.values())))


def _vote(groups: Iterable[_Group], home: Home) -> _Votes:
    votes = _Votes()
    if home.country:
        votes.countries[home.country] = 0.5
        votes.total += 0.5
    for group in groups:
        group.voted = group.weight
        if group.voted:
            votes.add(group.voice, group.voted)
    return votes


def _hear_support(group: _Group, votes: _Votes) -> None:
    """Weigh anew whether the name is a place at all: do the others speak of its country?"""
    heard, spoken = 0.0, votes.countries
    for country in group.entry.countries:
        if country in spoken and spoken[country] > heard:
            heard = spoken[country]
    others = heard - group.weight
    group.support = min(1.0, others / votes.total) if others > 0.0 else 0.0
    group.away = 0.0
    if group.support < _UNHEARD and not group.entry.known:
        group.away = min(1.0, max(0.0, votes.total - group.weight) / _WHOLE_CHORUS)
    group.weigh(_ELSEWHERE * group.support + _AWAY * group.away)


def _anchors(groups: Iterable[_Group]) -> dict[_Group, tuple[float, float]]:
    """Return the points (latitude, longitude) that are as good as sure."""
    found: dict[_Group, tuple[float, float]] = {}
    for group in groups:
        if not group.senses or not group.likely:
            continue
        best, share = group.senses[0]
        if share <= _SURE or best.kind not in _LOCATED:
            continue
        if best.latitude is not None and best.longitude is not None:
            found[group] = best.latitude, best.longitude
            if len(found) == _NEAR_MOST:
                break
    return found


def _choose(group: _Group, votes: _Votes, home: Home, near: Sequence[tuple[float, float]]) -> None:
    around, owners = group.around, group.owners
    as_written = bool(around or owners)
    countries, divisions = _heard_elsewhere(group, votes, home)
    chosen, scores = [], []
    for candidate, standing, country, division, point in group.options:
        score = standing
        if country:
            score += countries[country]
            if division:
                score += divisions[division]
        if as_written:
            score += _as_written(candidate, around, owners)
        if near and point is not None:
            score += _near_others(point, near)
        chosen.append(candidate)
        scores.append(score)
    group.scored = list(zip(chosen, scores, strict=True))
    group.senses = _shared(chosen, scores)


def _heard_elsewhere(
    group: _Group, votes: _Votes, home: Home
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return what the other names and the source's home say for each country and division of a name.

    A name has no voice in its own case.
    """
    weight, own, total = group.voted, group.voice, votes.total
    spoken, mine = votes.countries, own.countries
    countries = dict.fromkeys(group.entry.voice.countries, 0.0)
    for country in countries.keys() & spoken.keys():
        others = spoken[country] - mine.get(country, 0.0) * weight
        if others > 0.0:
            countries[country] = _COUNTRY_VOTES * others / total + _COUNTRY_VOTES_ABSOLUTE * log1p(
                others
            )
    if home.country in countries:
        countries[home.country] += _HOME_COUNTRY
    spoken, mine = votes.divisions, own.divisions
    divisions = dict.fromkeys(group.entry.voice.divisions, 0.0)
    for division in divisions.keys() & spoken.keys():
        others = spoken[division] - mine.get(division, 0.0) * weight
        if others > 0.0:
            divisions[division] = _DIVISION_VOTES * others / total
    if home.division in divisions:
        divisions[home.division] += _HOME_DIVISION
    return countries, divisions


def _read_where(group: _Group) -> None:
    """Note where the text says that the name lies, and who may be meant then."""
    around: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    for mention in group.mentions:
        for other in (mention.inside, mention.wider):
            if other is not None and lies_in(mention, other):
                around |= other.entry.regions
        if mention.owner is not None:
            owners |= mention.owner.entry.regions
    group.around, group.owners = around, owners
    group.options = _eligible(group.entry, around)


def _eligible(entry: Entry, around: frozenset[str]) -> Sequence[Option]:
    if around:
        inside = [
            option
            for option in entry.options
            if option.country
            and around & {option.country, option.division} - {option.candidate.region}
        ]
        if inside:
            return inside
    return entry.usual


def _as_written(candidate: Candidate, around: frozenset[str], owners: frozenset[str]) -> float:
    score = 0.0
    if around and around & {candidate.country, candidate.division} - {candidate.region}:
        score += _SAYS_WHERE
    if owners and owners & {candidate.country, candidate.division}:
        score += _POSSESSED
    return score


def _near_others(point: tuple[float, float], near: Sequence[tuple[float, float]]) -> float:
    """Return most beside another place of the article, half of it some 150 km away."""
    latitude, longitude = point
    degrees = min([abs(latitude - a) + 0.7 * abs(longitude - o) for a, o in near])
    return _NEAR / (1.0 + degrees / 1.5)


def _in_its_place(
    mention: Mention, held: Mention, group: _Group
) -> Sequence[tuple[Candidate, float]]:
    """Return what this very mention means: the "Georgia" of "Atlanta, Georgia" is the state."""
    if len(group.scored) < 2 or not lies_in(held, mention):
        return group.senses
    divisions = {c.division for c in held.entry.candidates if c.kind in SETTLED}
    countries = held.entry.countries

    def more(candidate: Candidate) -> float:
        if candidate.kind == "admin1" and candidate.region in divisions:
            return 4.0
        return 1.5 if candidate.kind == "country" and candidate.region in countries else 0.0

    chosen = [candidate for candidate, _ in group.scored]
    return _shared(chosen, [score + more(candidate) for candidate, score in group.scored])


def _shared(candidates: Iterable[Candidate], scores: Sequence[float]) -> _Scored:
    """Return the candidates with shares that add up to 1, the largest first."""
    found = list(zip(candidates, to_shares(scores), strict=True))
    found.sort(key=itemgetter(1), reverse=True)
    return found
