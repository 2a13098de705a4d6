"""How likely each of the places of one name is, before anything else is known."""

import math
from collections.abc import Sequence

from tocsin.regions.entities import OWN, Candidate
from tocsin.regions.tables import Use
from tocsin.regions.weights import SENSE


# From this population on, the town is meant rather than the division that is called after it.
_TOWN = 10_000


def standing(candidates: Sequence[Candidate]) -> tuple[float, ...]:
    """Return the score of each candidate by itself, in log-odds."""
    scores = [_score(candidate) for candidate in candidates]
    of_division = {
        c.region: s for c, s in zip(candidates, scores, strict=True) if c.kind == "admin1"
    }
    for number, candidate in enumerate(candidates):
        if candidate.kind == "place" and candidate.population >= _TOWN:
            around = of_division.get(candidate.division)
            if around is not None:
                scores[number] = max(scores[number], around + SENSE["town of its division"])
    for number, candidate in enumerate(candidates):
        if candidate.kind == "country":
            # Mexico rather than the city that is called after it.
            inside = [
                score
                for c, score in zip(candidates, scores, strict=True)
                if c.country == candidate.region and c is not candidate
            ]
            scores[number] = max(
                [scores[number], *(s + SENSE["country of its town"] for s in inside)]
            )
    return tuple(scores)


def to_shares(scores: Sequence[float]) -> tuple[float, ...]:
    """Return shares that add up to 1 (softmax); none of none."""
    if not scores:
        return ()
    highest = max(scores)
    raised = [math.exp(score - highest) for score in scores]
    total = sum(raised)
    return tuple([value / total for value in raised])


def _score(candidate: Candidate) -> float:
    match candidate.kind:
        case "country":
            score = SENSE["country"] + SENSE["country, size"] * (candidate.size - 3)
        case "area" | "bloc" | "m49":
            score = SENSE["area"]
        case "admin1":
            score = SENSE["division"] + SENSE["division, size"] * candidate.size
        case _:
            score = SENSE["size"] * candidate.size
            if candidate.population == 0:
                score += SENSE["population unknown"]
            if candidate.capital:
                score += SENSE["capital"]
    if candidate.region.startswith(OWN):
        score += SENSE["a subscriber's own"]
    if candidate.use >= Use.ADJECTIVE:
        score += SENSE["main name"]
    elif candidate.use is Use.ALTERNATE:
        score += SENSE["alternate name"]
    return score
