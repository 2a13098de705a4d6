"""Random rules and articles, as in ``strategies``, drawn fast: a million pairs are a small test."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from strategies import LANGUAGES, PHRASES, REGIONS, SOURCES, WILDCARDS, WORDS
from tocsin.article import Article
from tocsin.matching import ArticleView
from tocsin.regions.places import LocatedPlace, Places, RegionHit
from tocsin.rules import (
    And,
    AtLeast,
    Boost,
    Expression,
    FieldName,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    Level,
    ListReference,
    Near,
    Not,
    Or,
    Place,
    RegionFilter,
    Rule,
    Same,
    SameAccents,
    SameCase,
    Unit,
)
from tocsin.rules.parser import literal
from tocsin.rules.words import word_patterns


_NOWHERE = Place(0, 0)
_MORE_WORDS = (
    *("e\u0301cole", "ecole", "x\u0323y", "co₂", "ﬁscal", "Ørsted", "İzmir", "ß", "①", "㈠", "Ⅳ"),
    *(
        "𝐁𝐨𝐥𝐝",
        "𠀀",
        "🚀",
        "👨‍👩‍👧",
        "❤️",
        "ﻻ",
        "لا",
        "والجيش",
        "للجيش",
        "بجيش",
        "כּ",
        "שָׁלוֹם",
        "한국어",
        "ไทย",
    ),
    *("မြန်မာ", "ขึ้น", "क्षि", "\u093fक", "3,5.7", "٣٫٥", "1.", ".5", "a.b", "U.S.A", "x", "WHO"),
    *(
        "soft\u00adhyphen",
        "zero\u200bwidth",
        "join\u200der",
        "tatـweel",
        "Dvořák",
        "ǆ",
        "ﷺ",
        "́",
        "a·b",
    ),
)
_GAPS = (
    *[" "] * 6,
    ". ",
    ", ",
    "\n",
    "\n\n",
    "\n \t\n",
    "\n!\n",
    "-",
    "’",
    "_",
    "\u2028",
    " 🚀 ",
    "",
)


def draw_literal(random: Random) -> Expression:
    text = random.choice((*WORDS, *WORDS, *WILDCARDS, *PHRASES, *_MORE_WORDS))
    if random.random() < 0.2:
        text = f"{text} {random.choice(WORDS)}"
    return literal(text, _NOWHERE) if word_patterns(text) else draw_literal(random)


def _some(random: Random, draw: Callable[[], Expression]) -> tuple[Expression, ...]:
    return tuple(draw() for _ in range(random.randint(2, 4)))


def draw_positional(random: Random, depth: int) -> Expression:  # noqa: C901 -- a case for each kind
    """Something that is found at places in the text."""

    def deeper() -> Expression:
        return draw_positional(random, depth - 1)

    if depth == 0 or random.random() < 0.3:
        return draw_literal(random)
    match random.randrange(10):
        case 0 | 1:
            return Near(deeper(), deeper(), random.randint(0, 6), random.random() < 0.5)
        case 2:
            return Same(deeper(), deeper(), random.choice(list(Unit)))
        case 3:
            return SameCase(deeper())
        case 4:
            return SameAccents(deeper())
        case 5:
            return Boost(deeper(), 3)
        case 6:
            return InField(random.choice(list(FieldName)), deeper())
        case 7:
            return FirstWords(random.randint(1, 12), deeper())
        case 8:
            return ListReference("names", alternatives=Or(_some(random, deeper)))
        case _:
            return Or(_some(random, deeper))


def draw_claim(random: Random) -> Expression:
    match random.randrange(12):
        case 0:
            return AtLeast(random.randint(1, 3), draw_positional(random, 2))
        case 1:
            region = random.choice(REGIONS)
            return InRegion(region, random.choice(list(Level)), region=region)
        case 2:
            return Filter(FilterKind.LANGUAGE, random.choice(LANGUAGES))
        case 3:
            return Filter(FilterKind.SOURCE, random.choice(SOURCES))
        case 4:
            region = random.choice(("country:FR", "country:ML", ""))
            return Filter(FilterKind.SOURCE_COUNTRY, "FR", region=region)
        case 5 | 6 | 7:
            return draw_literal(random)
        case _:
            return draw_positional(random, 3)


def draw_expression(random: Random, depth: int = 3) -> Expression:
    def deeper() -> Expression:
        return draw_expression(random, depth - 1)

    if depth == 0 or random.random() < 0.3:
        return draw_claim(random)
    match random.randrange(6):
        case 0:
            return InField(random.choice(list(FieldName)), draw_expression(random, 1))
        case 1 | 2:
            return Or(_some(random, deeper))
        case _:
            parts = (Not(part) if random.random() < 0.3 else part for part in _some(random, deeper))
            return And(tuple(parts))


def _region_ids(random: Random, most: int) -> tuple[str, ...]:
    return tuple(random.sample(REGIONS, random.randint(0, most)))


def draw_rule(random: Random, number: int = 0) -> Rule:
    regions = None
    if random.random() < 0.3:
        regions = RegionFilter(
            any=_region_ids(random, 2),
            all=_region_ids(random, 1),
            except_=_region_ids(random, 1),
            level=random.choice(list(Level)),
            min_probability=random.choice((0.5, 0.5, 0.1, 0.7)),
            include_descendants=random.random() < 0.8,
            explicit_only=random.random() < 0.2,
        )
    languages = () if random.random() < 0.8 else tuple(random.sample(LANGUAGES, 2))
    expression = None if random.random() < 0.1 else draw_expression(random)
    return Rule(
        id=f"rule-{number}",
        name="A rule",
        expression=expression,
        regions=regions,
        languages=languages,
    )


def draw_text(random: Random, most: int) -> str:
    words = (*WORDS, *_MORE_WORDS, "armed", "the", "on", "Aids", "Attack", "ANO")
    few = random.sample(words, 12) if random.random() < 0.7 else words
    pieces = (random.choice(few) + random.choice(_GAPS) for _ in range(random.randint(0, most)))
    return "".join(pieces)


def draw_article(random: Random) -> Article:
    many = random.random() < 0.1
    return Article(
        id="an-article",
        title=draw_text(random, 6),
        text=draw_text(random, 150 if many else 25),
        fetched_at=datetime(2025, 7, 2, tzinfo=UTC),
        url=random.choice(("", "https://rfi.fr/mali/attacks-on-army")),
        source=random.choice(("", *SOURCES)),
        language=random.choice(LANGUAGES),
        authors=tuple(draw_text(random, 2) for _ in range(random.randrange(3))),
        tags=tuple(draw_text(random, 2) for _ in range(random.randrange(3))),
        home=random.choice(("", "country:FR", "admin1:ML-1")),
    )


def draw_places(random: Random) -> Places:
    def place(region: str) -> LocatedPlace:
        return LocatedPlace(region, "somewhere", random.choice((0.2, 0.6, 0.9)), ())

    regions = {
        region: RegionHit(
            region,
            random.choice((0.2, 0.5, 0.6, 0.9)),
            random.choice(("about", "mention")),
            random.random() < 0.5,
            tuple(map(place, _region_ids(random, 2))),
        )
        for region in _region_ids(random, 3)
    }
    return Places(regions=regions)


def draw_view(random: Random) -> ArticleView:
    return ArticleView(draw_article(random), draw_places(random))
