"""Where an article is set, against what a rule asks."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tocsin.article import Article
from tocsin.matching import ArticleView, evaluate, explain
from tocsin.regions.places import LocatedPlace, Places, RegionHit
from tocsin.rules import InRegion, Level, RegionFilter, Rule


ArticleOf = Callable[..., Article]

DIBOLI = LocatedPlace("place:x:diboli-ml", "Diboli", 0.9, ())
MALI = RegionHit("country:ML", 0.9, "about", explicit=False, places=(DIBOLI,))
SENEGAL = RegionHit("country:SN", 0.4, "mention", explicit=True, places=())
FRANCE = RegionHit(
    "country:FR",
    0.8,
    "mention",
    explicit=True,
    places=(LocatedPlace("country:FR", "France", 0.8, ()),),
)
PLACES = Places(regions={hit.region: hit for hit in (MALI, SENEGAL, FRANCE)})


@pytest.fixture
def view(article_of: ArticleOf) -> ArticleView:
    return ArticleView(article_of("w"), PLACES)


def asking(asked: RegionFilter) -> Rule:
    return Rule(id="a-rule", name="A rule", regions=asked)


@pytest.mark.parametrize(
    ("asked", "failure"),
    [
        (RegionFilter(any=("country:ML",)), ""),
        (RegionFilter(any=("country:TD", "country:ML")), ""),
        (RegionFilter(any=("country:TD",)), "region country:TD: not in the article"),
        (
            RegionFilter(any=("country:TD", "country:NE")),
            "region country:TD or country:NE: not in the article",
        ),
        (RegionFilter(all=("country:ML", "country:FR")), ""),
        (
            RegionFilter(all=("country:ML", "country:TD")),
            "region country:TD: not in the article",
        ),
        (
            RegionFilter(any=("country:ML",), except_=("country:FR",)),
            "region except country:FR: the article is set there",
        ),
        (RegionFilter(any=("country:ML",), except_=("country:SN",)), ""),  # too unsure to exclude
        (
            RegionFilter(any=("country:SN",)),
            "region country:SN: too unsure: 0.40, and 0.50 is asked for",
        ),
        (RegionFilter(any=("country:SN",), min_probability=0.3), ""),
        (RegionFilter(any=("country:ML",), level=Level.ABOUT), ""),
        (
            RegionFilter(any=("country:FR",), level=Level.ABOUT),
            "region country:FR: only mentioned, not what the article is about",
        ),
        (
            RegionFilter(any=("country:ML",), except_=("country:FR",), level=Level.ABOUT),
            "",  # France is only mentioned
        ),
        (
            RegionFilter(any=("country:ML",), explicit_only=True),
            "region country:ML: not named in the article, only places within it are",
        ),
        (RegionFilter(any=("country:FR",), explicit_only=True), ""),
        (
            RegionFilter(any=("country:ML",), include_descendants=False),
            "region country:ML: only places within it are in the article",
        ),
        (RegionFilter(any=("country:FR",), include_descendants=False), ""),
    ],
)
def test_regions_beside_the_query(asked: RegionFilter, failure: str, view: ArticleView) -> None:
    rule = asking(asked)

    assert evaluate(rule, view) is (not failure)
    assert [str(each) for each in explain(rule, view).failing] == [failure] * bool(failure)


@pytest.mark.parametrize(
    ("region", "level", "expected"),
    [
        ("country:ML", Level.MENTION, True),
        ("country:ML", Level.ABOUT, True),
        ("country:FR", Level.MENTION, True),
        ("country:FR", Level.ABOUT, False),
        ("country:SN", Level.MENTION, False),  # below one half
        ("country:TD", Level.MENTION, False),
    ],
)
def test_regions_in_the_query(
    region: str,
    level: Level,
    expected: bool,  # noqa: FBT001 -- the case, not an option
    view: ArticleView,
) -> None:
    rule = Rule(id="a-rule", name="A rule", expression=InRegion(region, level, region=region))

    assert evaluate(rule, view) is expected


def test_an_article_without_any_place_is_in_no_region(article_of: ArticleOf) -> None:
    nowhere = ArticleView(article_of("w"), Places())

    assert not evaluate(asking(RegionFilter(any=("country:ML",))), nowhere)
    assert not evaluate(asking(RegionFilter(all=("country:ML",))), nowhere)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", True), ("fr-CA", True), ("en", False), ("und", False)],
)
def test_languages_beside_the_query(
    language: str,
    expected: bool,  # noqa: FBT001 -- the case, not an option
    article_of: ArticleOf,
) -> None:
    rule = replace(asking(RegionFilter(any=("country:ML",))), languages=("fr", "pt"))
    view = ArticleView(article_of("w", language=language), PLACES)

    assert evaluate(rule, view) is expected


def test_why_the_language_failed_is_said(article_of: ArticleOf) -> None:
    rule = replace(asking(RegionFilter()), languages=("fr", "pt"))

    english = explain(rule, ArticleView(article_of("w", language="en"), Places()))
    unknown = explain(rule, ArticleView(article_of("w", language="und"), Places()))

    assert [str(each) for each in english.failing] == ["language fr or pt: the article is in en"]
    assert [str(each) for each in unknown.failing] == [
        "language fr or pt: the article's language is not known"
    ]
