"""Where an article is set and where it comes from, against what a rule asks."""

from dataclasses import dataclass
from typing import assert_never

from tocsin.article import Article
from tocsin.matching.view import ArticleView
from tocsin.regions.places import LocatedPlace, RegionHit
from tocsin.rules import Filter, FilterKind, Level, RegionFilter
from tocsin.text import speaks


# In the text of a rule nobody can say how sure is sure enough.
SURE_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Setting:
    """Whether a rule has its will about a region, and why not.

    ``wanted`` is false of a region that an article must not be set in. ``hit`` is what the
    geoparser found of the region, if anything.
    """

    region: str
    level: Level
    verdict: bool
    reason: str
    hit: RegionHit | None
    wanted: bool = True

    @property
    def places(self) -> tuple[LocatedPlace, ...]:
        return self.hit.places if self.hit else ()


def setting(region: str, asked: RegionFilter, view: ArticleView) -> Setting:
    hit = view.places.regions.get(region)
    reason = _why_not(hit, region, asked)
    return Setting(region, asked.level, not reason, reason, hit)


def excluded(region: str, asked: RegionFilter, view: ArticleView) -> Setting:
    """Look at a region that must not be. Places within it count, whoever names it."""
    hit = view.places.regions.get(region)
    wide = RegionFilter(level=asked.level, min_probability=asked.min_probability)
    is_there = not _why_not(hit, region, wide)
    reason = "the article is set there" if is_there else ""
    return Setting(region, asked.level, not is_there, reason, hit, wanted=False)


def is_set(asked: RegionFilter, view: ArticleView) -> bool:
    """Tell whether an article is set where a rule wants it; never, where nothing was located."""
    return (
        (not asked.any or any(setting(region, asked, view).verdict for region in asked.any))
        and all(setting(region, asked, view).verdict for region in asked.all)
        and all(excluded(region, asked, view).verdict for region in asked.except_)
    )


def in_region(region: str, level: Level, view: ArticleView) -> bool:
    return setting(region, RegionFilter(level=level), view).verdict


def is_from(asked: Filter, article: Article) -> bool:
    match asked.kind:
        case FilterKind.LANGUAGE:
            return speaks(article.language, asked.value)
        case FilterKind.SOURCE:
            return source_key(asked.value) in source_keys(article.source)
        case FilterKind.SOURCE_COUNTRY:
            return bool(asked.region) and asked.region in home_keys(article.home)
        case _:
            assert_never(asked.kind)


def source_key(name: str) -> str:
    """Return what a source is known by: of an address only the host, of any other name all."""
    name = name.strip().casefold()
    if name.startswith(("http://", "https://")):
        name = name.partition("://")[2].partition("/")[0]
    return name.removeprefix("www.")


def source_keys(source: str) -> tuple[str, ...]:
    """Return everything that names a source: ``en.rfi.fr`` goes by ``rfi.fr``, too."""
    name = source_key(source)
    labels = name.split(".")
    return (name, *(".".join(labels[n:]) for n in range(1, len(labels) - 1)))


def home_keys(home: str) -> tuple[str, ...]:
    """Return the region of a source's home, and its country where the id tells it."""
    if home.startswith("admin1:"):
        code = home.removeprefix("admin1:").removeprefix("gn:")[:2]
        return (home, f"country:{code}")
    return (home,)


def _why_not(hit: RegionHit | None, region: str, asked: RegionFilter) -> str:
    """Return why an article does not count as set in a region; nothing where it does."""
    if hit is None:
        return "not in the article"
    probability = hit.probability
    if not asked.include_descendants:
        own = [place.probability for place in hit.places if place.region == region]
        if not own:
            return "only places within it are in the article"
        probability = max(own)
    if asked.explicit_only and not hit.explicit:
        return "not named in the article, only places within it are"
    if probability < asked.min_probability:
        return f"too unsure: {probability:.2f}, and {asked.min_probability:.2f} is asked for"
    if asked.level is Level.ABOUT and hit.level != "about":
        return "only mentioned, not what the article is about"
    return ""
