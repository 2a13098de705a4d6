import pytest

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
    Phrase,
    Same,
    SameAccents,
    SameCase,
    Term,
    Unit,
    Wildcard,
    parse,
)
from tocsin.rules.walk import walk


ARMY, MALI, CONVOY = Term("army"), Term("Mali"), Term("convoy")


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("army", ARMY),
        ("(army)", ARMY),
        ('"army"', ARMY),
        ("army AND Mali", And((ARMY, MALI))),
        ("army && Mali", And((ARMY, MALI))),
        ("army Mali", And((ARMY, MALI))),
        ("army OR Mali OR convoy", Or((ARMY, MALI, CONVOY))),
        ("army | Mali || convoy", Or((ARMY, MALI, CONVOY))),
        ("army|Mali", Or((ARMY, MALI))),
        ("army NOT Mali", And((ARMY, Not(MALI)))),
        ("army AND NOT Mali", And((ARMY, Not(MALI)))),
        ("army -Mali", And((ARMY, Not(MALI)))),
        ("army –Mali", And((ARMY, Not(MALI)))),
        ("-Mali army", And((Not(MALI), ARMY))),
        ("army AND (Mali OR convoy)", And((ARMY, Or((MALI, CONVOY))))),
        ("army AND (Mali AND convoy)", And((ARMY, And((MALI, CONVOY))))),
        ("army （Mali OR convoy）", And((ARMY, Or((MALI, CONVOY))))),
    ],
)
def test_boolean(query: str, expression: Expression) -> None:
    assert parse(query) == expression


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ('"armed group"', Phrase("armed group")),
        ('" armed \n group "', Phrase("armed group")),
        ("“armed group”", Phrase("armed group")),
        ("„armed group“", Phrase("armed group")),
        ("«groupe armé»", Phrase("groupe armé")),
        ("» bewaffnete Gruppe «", Phrase("bewaffnete Gruppe")),
        ("al-Qaeda", Phrase("al-Qaeda")),
        ("l'armée", Phrase("l'armée")),
        ("北京", Phrase("北京")),
        ("AT&T", Phrase("AT&T")),
        ('"AND" army', And((Term("AND"), ARMY))),
        ("attack*", Wildcard("attack*")),
        ("wom?n", Wildcard("wom?n")),
        ("wom?n*", Wildcard("wom?n*")),
        ("al-Qaed*", Phrase("al-Qaed*")),
        ('"army attack*"', Phrase("army attack*")),
        ('"who is next?"', Phrase("who is next?")),
        ("#JNIM", Term("#JNIM")),
        ("Mali's", Phrase("Mali's")),
    ],
)
def test_words_and_phrases(query: str, expression: Expression) -> None:
    assert parse(query) == expression


@pytest.mark.parametrize(
    "query",
    [
        *("army NEAR/8 Mali", "army near8 Mali", "army NEAR8 Mali", "army /n8/ Mali"),
        *("army AROUND(8) Mali", '"army Mali"~8'),
    ],
)
def test_near_in_any_order(query: str) -> None:
    assert parse(query) == Near(ARMY, MALI, 8)


@pytest.mark.parametrize(
    "query", ["army ONEAR/3 Mali", "army onear3 Mali", "army adj3 Mali", "army w/3 Mali"]
)
def test_near_in_this_order(query: str) -> None:
    assert parse(query) == Near(ARMY, MALI, 3, ordered=True)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("army NEAR Mali", Near(ARMY, MALI, 4)),
        ("army near Mali", And((ARMY, Term("near"), MALI))),
        ("army SENTENCE Mali", Same(ARMY, MALI, Unit.SENTENCE)),
        ("army PARAGRAPH Mali", Same(ARMY, MALI, Unit.PARAGRAPH)),
        ("army same Mali", Same(ARMY, MALI, Unit.PARAGRAPH)),
        ("army NEAR/3 Mali NEAR/5 convoy", Near(Near(ARMY, MALI, 3), CONVOY, 5)),
        ('"army Mali convoy"~5', Near(Near(ARMY, MALI, 5), CONVOY, 5)),
        ("army NEAR/3 (Mali OR convoy)", Near(ARMY, Or((MALI, CONVOY)), 3)),
        ("NOT army NEAR/3 Mali AND convoy", And((Not(Near(ARMY, MALI, 3)), CONVOY))),
        ("convoy army NEAR/3 Mali", And((CONVOY, Near(ARMY, MALI, 3)))),
    ],
)
def test_near_binds_tightest(query: str, expression: Expression) -> None:
    assert parse(query) == expression


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *(("title:army", "title"), ("intitle:army", "title"), ("headline:army", "title")),
        *(("hd=army", "title"), ("TITLE: army", "title"), ("lead:army", "lead")),
        *(("ingress:army", "lead"), ("body:army", "body"), ("author:army", "author")),
        *(("tag:army", "tag"), ("url:army", "url"), ("title:(army)", "title")),
    ],
)
def test_fields(query: str, name: str) -> None:
    assert parse(query) == InField(FieldName(name), ARMY)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("title:(army NOT Mali)", InField(FieldName.TITLE, And((ARMY, Not(MALI))))),
        ('title:"army Mali"~3', InField(FieldName.TITLE, Near(ARMY, MALI, 3))),
        ("first50(army)", FirstWords(50, ARMY)),
        ("FIRST50 (army)", FirstWords(50, ARMY)),
        ("army/F50/", FirstWords(50, ARMY)),
        ("(army OR Mali) /F50/", FirstWords(50, Or((ARMY, MALI)))),
        ("atleast3(army)", AtLeast(3, ARMY)),
        ("atleast3 army", AtLeast(3, ARMY)),
        ('repeat3:"army"', AtLeast(3, ARMY)),
        ("case:WHO", SameCase(Term("WHO"))),
        ("exact:Año", SameAccents(Term("Año"))),
        ("case:exact:Año", SameCase(SameAccents(Term("Año")))),
        ("army^9", Boost(ARMY, 9)),
        ("title:army^9", Boost(InField(FieldName.TITLE, ARMY), 9)),
        ("@jnim-names", ListReference("jnim-names")),
    ],
)
def test_scopes_counts_and_weights(query: str, expression: Expression) -> None:
    assert parse(query) == expression


def regions(*names: str) -> tuple[Expression, ...]:
    return tuple(map(InRegion, names))


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("region:Sahel", InRegion("Sahel")),
        ('region:"Kayes Region"', InRegion("Kayes Region")),
        ("region:country:ML", InRegion("country:ML")),
        ("region:Guinea-Bissau", InRegion("Guinea-Bissau")),
        ("about:ML", InRegion("ML", Level.ABOUT)),
        ("region:(Mali OR Burkina Faso)", Or(regions("Mali", "Burkina Faso"))),
        ("region:(Mali | Niger)", Or(regions("Mali", "Niger"))),
        ("region:(Sahel -Mali)", And((InRegion("Sahel"), Not(InRegion("Mali"))))),
        ("region:Mali army", And((InRegion("Mali"), ARMY))),
        ("lang:fr", Filter(FilterKind.LANGUAGE, "fr")),
        ("source:rfi.fr", Filter(FilterKind.SOURCE, "rfi.fr")),
        ("site:rfi.fr", Filter(FilterKind.SOURCE, "rfi.fr")),
        ("sourcecountry:FR", Filter(FilterKind.SOURCE_COUNTRY, "FR")),
    ],
)
def test_regions_and_filters(query: str, expression: Expression) -> None:
    assert parse(query) == expression


def test_every_part_knows_its_place() -> None:
    query = 'title:(army OR "in Mali") AND convoy NEAR/3 attack*'

    found = [query[node.place.start : node.place.end] for node in walk(parse(query))]

    assert found == [
        query,
        'title:(army OR "in Mali")',
        '(army OR "in Mali")',
        "army",
        '"in Mali"',
        "convoy NEAR/3 attack*",
        "convoy",
        "attack*",
    ]


def test_a_list_of_a_thousand_names_is_read() -> None:
    names = [f"name{number}" for number in range(1000)]

    assert parse(" OR ".join(names)) == Or(tuple(map(Term, names)))
