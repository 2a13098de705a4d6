"""Each name that the geoparser looked at, and what spoke for and against it."""

from dataclasses import dataclass

from tocsin.regions.mention import Mention
from tocsin.regions.places import PlaceSpan
from tocsin.regions.weights import PLACE


@dataclass(frozen=True, slots=True)
class Reason:
    """A piece of evidence, and what it adds to the log-odds that the name is a place here."""

    what: str
    weight: float


@dataclass(frozen=True, slots=True)
class Sense:
    """One of the regions that the name may mean; the shares of a name's senses add up to 1."""

    region: str
    country: str
    latitude: float | None
    longitude: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Spotted:
    """``probability``: that the name stands for a place here, whichever of its ``senses``.

    The senses come with the likeliest first, the reasons with the strongest.
    """

    span: PlaceSpan
    probability: float
    senses: tuple[Sense, ...]
    reasons: tuple[Reason, ...]

    @property
    def meant(self) -> tuple[Sense, float]:
        """The likeliest sense, and how likely it is that this place is meant."""
        best = self.senses[0]
        return best, self.probability * best.share

    @classmethod
    def of(cls, mention: Mention, span: PlaceSpan) -> "Spotted":
        return cls(
            span=span,
            probability=mention.probability,
            senses=tuple(
                Sense(c.region, c.country, c.latitude, c.longitude, share)
                for c, share in mention.senses
            ),
            reasons=_reasons(mention),
        )


def _reasons(mention: Mention) -> tuple[Reason, ...]:
    facts = {**mention.entry.facts, **mention.evidence}
    reasons = [Reason(what, PLACE[what] * value) for what, value in facts.items() if value]
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.what))
    return tuple(reasons)
