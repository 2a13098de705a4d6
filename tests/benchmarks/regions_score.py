"""How right found places are, beside those that people annotated."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.peers import Found
from benchmarks.regions_corpora import Document
from tocsin.adapters.gazetteer.curated import divisions


NEAR_KM = 161


SURE = 0.5


# GeoNames' ids of the first-level divisions, by our ids.
DIVISIONS = {division.region: str(division.id) for division in divisions()}


@dataclass(slots=True)
class Count:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, found: set[str], gold: set[str]) -> None:
        self.right += len(found & gold)
        self.wrong += len(found - gold)
        self.missed += len(gold - found)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


@dataclass(slots=True)
class Score:
    toponyms: Count = field(default_factory=Count)
    countries: Count = field(default_factory=Count)
    resolved: list[bool] = field(default_factory=list)
    country_right: list[bool] = field(default_factory=list)
    primary: list[bool] = field(default_factory=list)
    confidence: list[tuple[float, bool]] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, float]:
        return {
            "toponyms": self.toponyms.f1,
            "countries": self.countries.f1,
            "near": share(self.resolved),
            "country": share(self.country_right),
            **({"calibration": calibration_error(self.confidence)} if self.confidence else {}),
        }

    def line(self, name: str, documents: int) -> str:
        calibration = f"{calibration_error(self.confidence):6.3f}" if self.confidence else "     -"
        return (
            f"{name:22} {self.toponyms.f1:6.3f} ({self.toponyms.precision:.3f}/{self.toponyms.recall:.3f})"
            f" {share(self.resolved):7.3f} {share(self.country_right):8.3f}"
            f" {self.countries.f1:6.3f} ({self.countries.precision:.3f}/{self.countries.recall:.3f})"
            f" {share(self.primary):8.3f} {calibration} {documents / self.seconds:8.0f}"
        )


HEADING = (
    f"{'':22} {'toponym F1 (P/R)':22} {'161 km':>7} {'country':>8} {'countries F1 (P/R)':22}"
    f" {'primary':>8} {'ECE':>6} {'docs/s':>8}"
)


def judge_toponyms(score: Score, found: Sequence[Found], gold: Sequence[Document]) -> None:
    sure = [f for f in found if f.probability >= SURE]
    taken: set[int] = set()
    for toponym in gold:
        match = best_overlap(toponym, sure, taken)
        if match is None:
            score.toponyms.missed += 1
            continue
        taken.add(match)
        score.toponyms.right += 1
        judge_place(score, sure[match], toponym)
    score.toponyms.wrong += len(sure) - len(taken)
    for f in found:
        if f.share is not None:
            hit = any(f.start < t["end"] and t["start"] < f.end for t in gold)
            score.confidence.append((f.probability, hit))


def judge_place(score: Score, found: Found, toponym: Document) -> None:
    if toponym.get("lat") is None:
        return
    near = False
    if str(toponym.get("geonameid")) in {
        found.region.removeprefix("place:"),
        DIVISIONS.get(found.region),
    }:
        near = True
    elif found.region == f"country:{toponym.get('country')}":
        # A country is no point: where its annotators put it is a convention.
        near = str(toponym.get("fcode", "PCL")).startswith("PCL")
    if not near and found.latitude is not None and found.longitude is not None:
        near = km(found.latitude, found.longitude, toponym["lat"], toponym["lon"]) <= NEAR_KM
    score.resolved.append(near)
    if toponym.get("country"):
        score.country_right.append(found.country == toponym["country"])


def judge_countries(
    score: Score,
    found: Sequence[Found],
    countries: dict[str, float],
    primary: str,
    gold: Sequence[Document],
    *,
    no_demonyms: bool,
) -> None:
    annotated = Counter(t["country"] for t in gold if t.get("country"))
    if not annotated:
        return
    likely = {country for country, probability in countries.items() if probability > SURE}
    if no_demonyms:
        named = {f.country for f in found if not f.demonym and f.probability > 0.3}
        likely = {country for country in likely if country in annotated or country in named}
    score.countries.add(likely, set(annotated))
    top = annotated.most_common(2)
    if len(top) == 1 or top[0][1] > top[1][1]:
        score.primary.append(primary == top[0][0])


def best_overlap(toponym: Document, found: Sequence[Found], taken: set[int]) -> int | None:
    best = None
    for number, f in enumerate(found):
        if number in taken or f.start >= toponym["end"] or toponym["start"] >= f.end:
            continue
        if best is None or (f.start, f.end) == (toponym["start"], toponym["end"]):
            best = number
    return best


def calibration_error(confidence: Sequence[tuple[float, bool]]) -> float:
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for probability, right in confidence:
        bins[min(9, int(probability * 10))].append((probability, right))
    gaps = (
        abs(sum(p for p, _ in b) / len(b) - sum(r for _, r in b) / len(b)) * len(b)
        for b in bins
        if b
    )
    return sum(gaps) / len(confidence)


def share(claims: Sequence[bool]) -> float:
    return sum(claims) / max(1, len(claims))


def km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    a, b, c, d = (math.radians(x) for x in (lat_a, lon_a, lat_b, lon_b))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))
