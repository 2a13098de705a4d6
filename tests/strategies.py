"""Random rules and articles, of few enough words that they often meet."""

from datetime import UTC, datetime
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tocsin.article import Article
from tocsin.regions.places import LocatedPlace, Places, PlaceSpan, RegionHit
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


WORDS = (
    *("Mali", "army", "armée", "attack", "attacks", "attacked", "AIDS", "aids", "woman", "women"),
    *("Straße", "strasse", "año", "ano", "al-Qaeda", "l'armée", "3.5", "1,000", "U.S.", "CAN2025"),
    *("北京", "京", "カレー", "ข่าว", "الجيش", "وللجيش", "جيش", "हिन्दी", "Москва", "½"),
)
WILDCARDS = ("attack*", "wom?n", "arm*", "str?sse", "الج*", "моск*", "al-Qaed*")
PHRASES = ("armed attack", "Mali army", "army attack*", "北京 Mali", "women aids", "on the army")
REGIONS = ("country:ML", "country:BF", "area:sahel", "admin1:ML-1")
LANGUAGES = ("en", "fr", "pt-BR", "pt", "und")
SOURCES = ("rfi.fr", "en.rfi.fr", "bbc.co.uk", "Reuters")

_NOWHERE = Place(0, 0)


@cache
def literals() -> SearchStrategy[Expression]:
    return st.sampled_from((*WORDS, *WILDCARDS, *PHRASES)).map(lambda text: literal(text, _NOWHERE))


@cache
def _lists() -> SearchStrategy[Expression]:
    alternatives = st.lists(literals(), min_size=2, max_size=3).map(tuple)
    return st.builds(
        lambda any_of: ListReference("some-names", alternatives=Or(any_of)), alternatives
    )


def _or(operands: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    return st.lists(operands, min_size=2, max_size=3).map(lambda any_of: Or(tuple(any_of)))


def _boost(operands: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    unboosted = operands.filter(lambda operand: not isinstance(operand, Boost))
    return st.builds(Boost, unboosted, st.integers(1, 100))


def _joined(operands: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    distances = st.integers(0, 6)
    return st.one_of(
        st.builds(Near, operands, operands, distances, st.booleans()),
        st.builds(Same, operands, operands, st.sampled_from(Unit)),
        st.builds(SameCase, operands),
        st.builds(SameAccents, operands),
        _or(operands),
        _boost(operands),
    )


@cache
def _plain() -> SearchStrategy[Expression]:
    """What is found at places in the text, and names no field."""
    return st.recursive(st.one_of(literals(), literals(), _lists()), _joined, max_leaves=4)


@cache
def positional() -> SearchStrategy[Expression]:
    """What is found at places in the text."""
    in_text = st.sampled_from((FieldName.TITLE, FieldName.LEAD, FieldName.BODY))
    fielded = st.one_of(
        _plain(),
        st.builds(InField, st.sampled_from(FieldName), _plain()),
        st.builds(
            FirstWords,
            st.integers(1, 12),
            st.one_of(_plain(), st.builds(InField, in_text, _plain())),
        ),
    )
    return st.recursive(fielded, _joined, max_leaves=2)


@cache
def _filters() -> SearchStrategy[Expression]:
    countries = st.sampled_from(("country:FR", "country:ML"))
    return st.one_of(
        st.sampled_from(LANGUAGES).map(lambda tag: Filter(FilterKind.LANGUAGE, tag)),
        st.sampled_from(SOURCES).map(lambda name: Filter(FilterKind.SOURCE, name)),
        countries.map(lambda id_: Filter(FilterKind.SOURCE_COUNTRY, id_, region=id_)),
    )


@cache
def _in_region() -> SearchStrategy[Expression]:
    return st.builds(
        lambda id_, level: InRegion(id_, level, region=id_),
        st.sampled_from(REGIONS),
        st.sampled_from(Level),
    )


def _and(operands: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    """One that is wanted, and others wanted or not, in any order."""
    others = st.lists(st.one_of(operands, st.builds(Not, operands)), min_size=1, max_size=2)
    return st.tuples(operands, others).flatmap(
        lambda drawn: st.permutations((drawn[0], *drawn[1])).map(lambda all_of: And(tuple(all_of)))
    )


def _boolean(claims: SearchStrategy[Expression], leaves: int) -> SearchStrategy[Expression]:
    return st.recursive(claims, lambda inner: st.one_of(_and(inner), _or(inner)), max_leaves=leaves)


@cache
def expressions() -> SearchStrategy[Expression]:
    """Any query that the parser would accept."""
    claims = st.one_of(
        literals(),
        positional(),
        st.builds(AtLeast, st.integers(1, 3), positional()),
        st.builds(InField, st.sampled_from(FieldName), _boolean(_plain(), 3)),
        _in_region(),
        _filters(),
    )
    return _boolean(claims, 5)


@st.composite  # hypothesis shows a strategy, and this one, shown whole, would fill pages
def rules(draw: DrawFn) -> Rule:
    return draw(_rules())


@cache
def _rules() -> SearchStrategy[Rule]:
    regions = st.builds(
        RegionFilter,
        any=st.lists(st.sampled_from(REGIONS), max_size=2, unique=True).map(tuple),
        all=st.lists(st.sampled_from(REGIONS), max_size=1).map(tuple),
        except_=st.lists(st.sampled_from(REGIONS), max_size=1).map(tuple),
        level=st.sampled_from(Level),
        include_descendants=st.booleans(),
        explicit_only=st.booleans(),
    )
    languages = st.lists(st.sampled_from(("en", "fr", "pt")), max_size=2, unique=True).map(tuple)
    return st.builds(
        Rule,
        id=st.sampled_from("abcdefghij"),
        name=st.just("A rule"),
        expression=st.one_of(st.none(), *[expressions()] * 3),
        regions=st.one_of(st.none(), st.none(), regions),
        languages=st.one_of(st.just(()), st.just(()), languages),
    )


def texts(*, most: int = 25) -> SearchStrategy[str]:
    words = st.sampled_from((*WORDS, "armed", "the", "on", "Aids", "Attack", "ANO"))
    gaps = st.sampled_from((" ", " ", " ", " ", ". ", ", ", "\n\n", "-", "’", ""))
    return st.lists(st.tuples(words, gaps), max_size=most).map(
        lambda pieces: "".join(word + gap for word, gap in pieces)
    )


@cache
def articles() -> SearchStrategy[Article]:
    return st.builds(
        Article,
        id=st.just("an-article"),
        title=texts(most=6).map(lambda text: text.replace("\n", " ")),
        text=texts(),
        fetched_at=st.just(datetime(2025, 7, 2, tzinfo=UTC)),
        url=st.sampled_from(("", "https://rfi.fr/mali/attacks-on-army")),
        source=st.sampled_from(("", *SOURCES)),
        language=st.sampled_from(LANGUAGES),
        authors=st.lists(texts(most=2), max_size=2).map(tuple),
        tags=st.lists(texts(most=2), max_size=2).map(tuple),
        home=st.sampled_from(("", "country:FR", "admin1:ML-1")),
    )


@cache
def places() -> SearchStrategy[Places]:
    span = st.sampled_from(((), (PlaceSpan("text", 0, 4),)))
    probability = st.sampled_from((0.2, 0.6, 0.9))
    place = st.builds(
        LocatedPlace, st.sampled_from(REGIONS), st.just("somewhere"), probability, span
    )
    hit = st.builds(
        RegionHit,
        st.just(""),
        probability,
        st.sampled_from(("about", "mention")),
        st.booleans(),
        st.lists(place, max_size=2).map(tuple),
    )
    return st.dictionaries(st.sampled_from(REGIONS), hit, max_size=3).map(
        lambda regions: Places(regions=regions)
    )
