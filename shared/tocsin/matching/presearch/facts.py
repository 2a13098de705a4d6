"""What is said of a whole article: where it is set, its language, its source."""

from collections.abc import Iterator

from tocsin.matching.presearch.features import Feature, fact
from tocsin.matching.setting import SURE_ENOUGH, home_keys, source_key, source_keys
from tocsin.matching.view import ArticleView
from tocsin.regions.places import RegionHit
from tocsin.rules import Level


# Every article has it; what asks for nothing else is registered here.
AN_ARTICLE = "article"
# From loose to strict: it occurs at all, surely, as a main subject.
RELATIONS = ("touches", str(Level.MENTION), str(Level.ABOUT))


def facts_of(view: ArticleView) -> Iterator[str]:
    """Yield the names of all facts of an article; some may come twice."""
    article = view.article
    yield from facts_of_origin(article.language, article.source, article.home)
    for region, hit in view.places.regions.items():
        for relation in relations(hit):
            yield f"{relation}:{region}"


def facts_of_origin(language: str, source: str, home: str) -> Iterator[str]:
    yield AN_ARTICLE
    for tag in _ranges(language):
        yield f"lang:{tag}"
    for name in source_keys(source):
        yield f"source:{name}"
    for region in home_keys(home):
        yield f"home:{region}"


def relations(hit: RegionHit) -> tuple[str, ...]:
    """Return how an article relates to a region that was found in it."""
    if hit.probability < SURE_ENOUGH:
        return RELATIONS[:1]
    return RELATIONS if hit.level == "about" else RELATIONS[:2]


def in_language(tag: str) -> Feature:
    return fact(f"lang:{_tag(tag)}")


def from_source(name: str) -> Feature:
    return fact(f"source:{source_key(name)}")


def at_home_in(region: str) -> Feature:
    return fact(f"home:{region}")


def touches(region: str) -> Feature:
    """Of an article in which the region occurs at all, however unsure."""
    return fact(f"{RELATIONS[0]}:{region}")


def is_set_in(region: str, level: Level) -> Feature:
    """Of an article in which the region is sure enough, at that level."""
    return fact(f"{level}:{region}")


def _tag(tag: str) -> str:
    return tag.lower().replace("_", "-")


def _ranges(tag: str) -> list[str]:
    """Return the language ranges that a tag falls into: ``pt-br`` and ``pt``."""
    parts = _tag(tag).split("-")
    return ["-".join(parts[: n + 1]) for n in range(len(parts))]
