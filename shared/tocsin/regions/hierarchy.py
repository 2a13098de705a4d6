"""Which region lies in which, and when.

The hierarchy is a graph, not a tree: Mali lies in Western Africa, in the Sahel and in the African
Union, and until 29 January 2025 it lay in ECOWAS. Only ``within`` carries evidence upwards: an
article about Mali is about the Sahel. Regions that merely overlap (Senegal and the Sahel) say
nothing of each other.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Edge:
    """``child`` is within ``parent``, or overlaps it, from ``since`` on and before ``until``."""

    child: str
    parent: str
    relation: Literal["within", "overlaps"] = "within"
    since: date | None = None
    until: date | None = None

    def holds(self, on: date | None) -> bool:
        """Tell whether the edge holds on that day; None asks about the latest state."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


class Hierarchy:
    """The edges, looked up from either end; parents and children keep the order of the edges."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._up: dict[str, list[Edge]] = {}
        self._down: dict[str, list[Edge]] = {}
        for edge in edges:
            self._up.setdefault(edge.child, []).append(edge)
            self._down.setdefault(edge.parent, []).append(edge)
        self._ancestors: dict[tuple[str, date | None], tuple[str, ...]] = {}

    def parents(self, region: str, on: date | None = None) -> tuple[str, ...]:
        return tuple(edge.parent for edge in self._up.get(region, ()) if _carries(edge, on))

    def children(self, region: str, on: date | None = None) -> tuple[str, ...]:
        return tuple(edge.child for edge in self._down.get(region, ()) if _carries(edge, on))

    def overlapping(self, region: str, on: date | None = None) -> tuple[str, ...]:
        """Return the regions that share a part with this one, neither containing the other."""
        up = (
            e.parent for e in self._up.get(region, ()) if e.relation == "overlaps" and e.holds(on)
        )
        down = (
            e.child for e in self._down.get(region, ()) if e.relation == "overlaps" and e.holds(on)
        )
        return (*up, *down)

    def former(self, region: str, on: date) -> tuple[Edge, ...]:
        """Return the edges upwards that ended on that day or before."""
        return tuple(
            edge
            for edge in self._up.get(region, ())
            if edge.relation == "within" and edge.until is not None and edge.until <= on
        )

    def ancestors(self, region: str, on: date | None = None) -> tuple[str, ...]:
        """Return all regions around this one, the nearest first, itself left out."""
        cached = self._ancestors.get((region, on))
        if cached is None:
            cached = tuple(self._climb(region, on))[1:]
            # One entry per region and day: the days of a busy week fit, a whole archive would not.
            if len(self._ancestors) > 50_000:
                self._ancestors.clear()
            self._ancestors[region, on] = cached
        return cached

    def path(self, region: str, ancestor: str, on: date | None = None) -> tuple[str, ...]:
        """Return the shortest way up, both ends included; empty where there is none."""
        came_from = self._climb(region, on)
        if ancestor not in came_from:
            return ()
        way = [ancestor]
        while (step := came_from[way[-1]]) is not None:
            way.append(step)
        return tuple(reversed(way))

    def _climb(self, region: str, on: date | None) -> Mapping[str, str | None]:
        """Return each region reached (in breadth-first order) and the one it was reached from."""
        came_from: dict[str, str | None] = {region: None}
        queue = deque([region])
        while queue:
            here = queue.popleft()
            for parent in self.parents(here, on):
                if parent not in came_from:
                    came_from[parent] = here
                    queue.append(parent)
        return came_from


def _carries(edge: Edge, on: date | None) -> bool:
    return edge.relation == "within" and edge.holds(on)
