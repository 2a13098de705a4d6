"""A rule, ready to be matched."""

from dataclasses import dataclass
from typing import Any

from tocsin.rules.expression import Expression, Level


@dataclass(frozen=True, slots=True)
class RegionFilter:
    """Where an article must be set, by region id.

    In at least one of ``any``, in every one of ``all``, in none of ``except_``. Without
    ``include_descendants`` only a place that is the region itself counts; with ``explicit_only``
    the article must name the region.
    """

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    level: Level = Level.MENTION
    min_probability: float = 0.5
    include_descendants: bool = True
    explicit_only: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        # What dataclasses bring goes field by field, in three times the time.
        mine = (self.any, self.all, self.except_, self.level, self.min_probability)
        return RegionFilter, (*mine, self.include_descendants, self.explicit_only)


@dataclass(frozen=True, slots=True)
class Rule:
    """What somebody wants to be told about.

    ``expression`` is None where the rule asks for regions only. ``languages`` are BCP 47
    tags, of which the article's must be one; none means any.
    """

    id: str
    name: str
    query: str = ""
    expression: Expression | None = None
    regions: RegionFilter | None = None
    languages: tuple[str, ...] = ()
    version: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        mine = (self.id, self.name, self.query, self.expression, self.regions)
        return Rule, (*mine, self.languages, self.version)
