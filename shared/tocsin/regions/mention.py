"""A stretch of text that may name a region, and what came out of weighing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.regions.dictionary import Entry, Form
from tocsin.regions.entities import Candidate


@dataclass(slots=True, eq=False)
class Mention:
    """Words ``first`` to ``last`` (exclusive), characters ``start`` to ``end`` of the reading.

    The neighbours: ``inside`` and ``wider`` say where this one lies ("Kayes, *Mali*"), ``holds``
    is the one that this one says it of, ``owner`` has it ("*Mali*'s Kayes").
    """

    first: int
    last: int
    start: int
    end: int
    key: str
    entry: Entry
    inside: "Mention | None" = None
    wider: "Mention | None" = None
    holds: "Mention | None" = None
    owner: "Mention | None" = None
    dateline: bool = False
    evidence: dict[str, float] = field(default_factory=dict)
    probability: float = 0.0
    senses: Sequence[tuple[Candidate, float]] = ()

    @property
    def form(self) -> Form:
        return self.entry.form
