"""A stretch of text that may name a region, and what came out of weighing it."""

from dataclasses import dataclass, field
from enum import Enum

from tocsin.regions.entities import Candidate


class Form(Enum):
    NAME = "name"
    DEMONYM = "demonym"
    ABBREVIATION = "abbreviation"
    PHRASE = "phrase"


@dataclass(slots=True)
class Mention:
    """Words ``first`` to ``last`` (exclusive), characters ``start`` to ``end`` of the reading.

    The evidence is filled in by ``evidence``, the senses by ``senses``; ``inside`` is the mention
    that says where this one lies ("Kayes, *Mali*").
    """

    first: int
    last: int
    start: int
    end: int
    key: str
    form: Form
    candidates: tuple[Candidate, ...]
    evidence: dict[str, float] = field(default_factory=dict)
    probability: float = 0.0
    senses: list[tuple[Candidate, float]] = field(default_factory=list)
    inside: "Mention | None" = None
    holds: "Mention | None" = None
    wider: "Mention | None" = None
    owner: "Mention | None" = None
    dateline: bool = False
