"""The table on regions in docs/benchmarks.md, of the figures of one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


# By what was measured, then by whom it was measured of.
Figures = Mapping[str, Mapping[str, float]]

US = "Tocsin"
PEERS = {"geotext": "geotext 0.4", "flashgeotext": "flashgeotext 0.5.5", "naive look-up": "naive"}
LANGUAGES = ("ar", "en", "es", "fr", "pt", "ru", "zh")
HEADING = "| | Tocsin | "


class MissingFiguresError(Exception):
    """Not all was measured that the table tells."""


def score(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def whole(value: float) -> str:
    return f"{value:,.0f}"


def milliseconds(value: float) -> str:
    return f"{value:.1f} ms"


def megabytes(value: float) -> str:
    return f"{value:.0f} MB"


@dataclass(frozen=True, slots=True)
class Row:
    """``measures`` stand in one cell; ``apart`` is shown in brackets behind ours.

    ``at_most`` tells that less is better than the target.
    """

    label: str
    measures: tuple[str, ...]
    show: Callable[[float], str] = score
    target: float | None = None
    apart: str = ""
    at_most: bool = False

    def line(self, figures: Figures) -> str:
        cells = [self._ours(figures), *(self._of(figures, peer) for peer in PEERS)]
        return f"| {self.label} | {' | '.join(cells)} | {self._verdict(figures)} |"

    def _ours(self, figures: Figures) -> str:
        try:
            shown = " / ".join(self.show(figures[measure][US]) for measure in self.measures)
            apart = f" ({self.show(figures[self.apart][US])})" if self.apart else ""
        except KeyError as missing:
            raise MissingFiguresError(f"{missing.args[0]} was not measured") from missing
        return f"**{shown}**{apart}"

    def _of(self, figures: Figures, peer: str) -> str:
        found = [figures[measure].get(peer) for measure in self.measures]
        return " / ".join(self.show(value) for value in found if value is not None)

    def _verdict(self, figures: Figures) -> str:
        if self.target is None:
            return ""
        target = self.show(self.target)
        values = [figures[measure][US] for measure in self.measures]
        missed = sum(v > self.target if self.at_most else v < self.target for v in values)
        if not missed:
            return target
        return (
            f"{target}, missed"
            if len(values) == 1
            else f"{target}, {missed} of {len(values)} missed"
        )


def _three(what: str, label: str, *targets: float) -> list[Row]:
    """Return a row for each corpus; of LGL with the home of the paper known, and unknown."""
    return [
        Row(f"{label}: GeoVirus", (f"geovirus {what}",), target=targets[0]),
        Row("… GeoWebNews", (f"gwn {what}",), target=targets[1]),
        Row(
            "… LGL, home of the paper known (unknown)",
            (f"lgl {what}",),
            target=targets[2],
            apart=f"lgl {what}, home unknown",
        ),
    ]


ROWS = [
    *_three("countries", "countries of an article, F1", 0.965, 0.92, 0.93),
    *_three("toponyms", "places, F1", 0.93, 0.88, 0.85),
    *_three("near", "of those found, within 161 km", 0.93, 0.93, 0.93),
    *_three("country", "of those found, in the right country", 0.98, 0.98, 0.98),
    Row('Reuters: "about" against the editors\' countries, F1', ("reuters about",), target=0.89),
    Row("… the country named loudest is one of theirs", ("reuters loudest",), target=0.96),
    Row(
        "calibration error of a place: GeoVirus / GeoWebNews / LGL",
        ("geovirus calibration", "gwn calibration", "lgl calibration"),
        target=0.03,
        at_most=True,
    ),
    Row("hard sentences right: those given", ("sentences given",), percent, target=1),
    Row(
        "… our own, in seven languages (those never learned from)",
        ("sentences all",),
        percent,
        target=0.97,
        apart="sentences never learned from",
    ),
    Row(
        f"… {' / '.join(LANGUAGES)}", tuple(f"sentences {name}" for name in LANGUAGES), percent
    ),
    Row(
        "articles of 2 kB a second, of CPU time, on a shared machine",
        ("speed",),
        whole,
        target=1_000,
    ),
    Row("… median", ("median",), milliseconds),
    Row("… 99 in 100 under", ("p99",), milliseconds, target=5, at_most=True),
    Row(
        "memory that it adds to a process", ("memory",), megabytes, target=80, at_most=True
    ),
]  # fmt: skip


def table(figures: Figures) -> str:
    """Return the table in Markdown.

    Raises:
        MissingFiguresError: a corpus or a peer is missing.
    """
    for peer in PEERS:
        if peer not in figures.get("speed", {}):
            raise MissingFiguresError(f"{peer} was not measured")
    heading = f"{HEADING}{' | '.join(PEERS.values())} | target |"
    return "\n".join(
        [heading, "|---" * (len(PEERS) + 3) + "|", *(row.line(figures) for row in ROWS)]
    )


def replaced(page: str, new: str) -> str:
    """Return the page with the new table in place of the one that it has."""
    before, heading, rest = page.partition(HEADING + next(iter(PEERS.values())))
    if not heading:
        raise ValueError(f"the page has no table that begins with {HEADING!r}")
    _, _, after = rest.partition("\n\n")
    return f"{before}{new}\n\n{after}"
