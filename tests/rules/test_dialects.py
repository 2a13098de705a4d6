"""What queries of other tools become, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import RuleSyntaxError
from tocsin.rules import parse
from tocsin.rules.dialects import Dialect, Translation, translate


def google(query: str) -> Translation:
    return translate(query, Dialect.GOOGLE)


def lucene(query: str) -> Translation:
    return translate(query, Dialect.LUCENE)


def meltwater(query: str) -> Translation:
    return translate(query, Dialect.MELTWATER)


def factiva(query: str) -> Translation:
    return translate(query, Dialect.FACTIVA)


def talkwalker(query: str) -> Translation:
    return translate(query, Dialect.TALKWALKER)


def changed(translation: Translation) -> list[str]:
    return [note.written for note in translation.changed]


def lost(translation: Translation) -> list[str]:
    return [note.written for note in translation.lost]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("mali army", "mali AND army"),
        ("mali army OR convoy", "mali AND (army OR convoy)"),
        ("mali army|convoy", "mali AND (army OR convoy)"),
        ("mali AND army OR convoy", "mali AND (army OR convoy)"),
        ("mali -football", "mali NOT football"),
        ('"armed group" +mali', '"armed group" AND mali'),
        ("jnim AROUND(5) army", "jnim NEAR/5 army"),
        ("intitle:jnim inurl:mali", "title:jnim AND url:mali"),
        ("allintitle:jnim army", "title:(jnim AND army)"),
        ("mali site:rfi.fr", "mali AND source:rfi.fr"),
        ("mali -site:https://www.rfi.fr/", "mali NOT source:rfi.fr"),
        ('"armed * group"', "armed ONEAR/3 group"),
        ("who is next?", "who AND is AND next"),
    ],
)
def test_google(written: str, ours: str) -> None:
    assert google(written).query == ours


def test_google_finds_whole_words_only() -> None:
    translation = google("attack* mali")

    assert translation.query == "attack AND mali"
    assert changed(translation) == ["attack*"]


def test_what_google_knows_and_we_do_not_is_named() -> None:
    translation = google("mali before:2024-01-01 filetype:pdf ~army 10..20 nosuch:thing")

    assert translation.query == "mali"
    assert lost(translation) == [
        *("before:2024-01-01", "filetype:pdf", "~army", "10..20", "nosuch:thing"),
    ]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("mali OR army", "mali OR army"),
        ("mali army", "mali OR army"),
        ("mali AND army", "mali AND army"),
        ("mali && !football", "mali NOT football"),
        ("+mali +army -football", "mali AND army NOT football"),
        ("mali army -football", "(mali OR army) NOT football"),
        ("(mali niger) AND army", "(mali OR niger) AND army"),
        (
            'title:(mali OR niger) AND headline:"armed group"',
            'title:(mali OR niger) AND title:"armed group"',
        ),
        ("content:mali AND tags:war AND author:doe", "body:mali AND tag:war AND author:doe"),
        ('"armed group"~3', "armed NEAR/3 group"),
        ("attack* AND wom?n", "attack* AND wom?n"),
        (r"rfi\.fr AND c\:d", '"rfi.fr" AND "c:d"'),
        ("language:french AND mali", "lang:fr AND mali"),
        ("mali^3 OR army", "mali^3 OR army"),
    ],
)
def test_lucene(written: str, ours: str) -> None:
    assert lucene(written).query == ours


def test_what_is_optional_in_lucene_beside_what_is_required_is_lost() -> None:
    translation = lucene("mali OR army AND convoy")

    assert translation.query == "army AND convoy"
    assert lost(translation) == ["mali"]


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("army AND date:[2020 TO 2021]", "date:[2020 TO 2021]"),
        ("army AND jnim~1", "~1"),
        ("army AND mali^2.5", "^2.5"),
        ("army AND /joh?n/", "/joh?n/"),
        ("army AND *fighter", "*fighter"),
        ("army AND *:*", "*:*"),
        ("army AND _exists_:author", "_exists_:author"),
    ],
)
def test_what_lucene_knows_and_we_do_not_is_named(written: str, gone: str) -> None:
    assert lost(lucene(written)) == [gone]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("(JNIM OR GSIM) AND attack* NOT football", "(JNIM OR GSIM) AND attack* NOT football"),
        ("apple AND watch OR iphone", "(apple AND watch) OR iphone"),
        ("apple OR iphone NOT juice", "apple OR (iphone NOT juice)"),
        ("apple NEAR watch", "apple NEAR/4 watch"),
        ("apple NEAR/10 watch", "apple NEAR/10 watch"),
        ("apple ONEAR/10 (watch OR phone)", "apple ONEAR/10 (watch OR phone)"),
        ('title:apple AND ingress:"new watch"', 'title:apple AND lead:"new watch"'),
        ("(watch OR phone)^9 AND apple", "(watch OR phone)^9 AND apple"),
        ('"sailboat" or "boat"', "sailboat OR boat"),
        ("metaData.source.location.countryCode:us AND oil", "sourcecountry:us AND oil"),
    ],
)
def test_meltwater(written: str, ours: str) -> None:
    assert meltwater(written).query == ours


def test_meltwaters_far_near_is_cut_to_ours() -> None:
    translation = meltwater("president NEAR/100 trump")

    assert translation.query == "president NEAR/50 trump"
    assert changed(translation) == ["NEAR/100"]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("technology spending and canada", '"technology spending" AND canada'),
        ("bill clinton or gore and george bush", '"bill clinton" OR (gore AND "george bush")'),
        ("carrefour near5 retail sales", 'carrefour NEAR/4 "retail sales"'),
        ("boeing 747/N30/british airways", '"boeing 747" NEAR/29 "british airways"'),
        ("world cup adj5 rugby", '"world cup" ONEAR/4 rugby'),
        ("president w/2 clinton", "president ONEAR/1 clinton"),
        ("president adj clinton", '"president clinton"'),
        ("president % clinton", "president ONEAR/1 clinton"),
        ("bill clinton's 'economic plan'", '"bill clinton s economic plan"'),
        ('"peas and carrots"', '"peas and carrots"'),
        ("(bank or insurer) rescue", "(bank OR insurer) ONEAR/0 rescue"),
        ("vodafone same telecommunications", "vodafone PARAGRAPH telecommunications"),
        ("toyota/F50/", "first50(toyota)"),
        ("atleast5 microsoft", "atleast5(microsoft)"),
        ("engineer$ and wom?n", "engineer* AND wom?n"),
        ("hd=(oil price) and by=doe", 'title:"oil price" AND author:doe'),
        ("hlp=oil", "title:oil OR lead:oil"),
        ("oil and la=en", "oil AND lang:en"),
        ("software not spreadsheets", "software NOT spreadsheets"),
        ("[oil or gas] and price", "(oil OR gas) AND price"),
    ],
)
def test_factiva(written: str, ours: str) -> None:
    assert factiva(written).query == ours


def test_factivas_distances_are_said_to_count_otherwise() -> None:
    (note,) = factiva("oil near5 price").changed

    assert (note.start, note.end, note.message) == (4, 9, "near5 leaves 0 to 4 words between")


def test_factivas_mixture_of_and_and_or_is_named() -> None:
    translation = factiva("oil and gas or price")

    assert translation.query == "(oil AND gas) OR price"
    assert "simple search" in translation.changed[0].message


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("oil and wc>500", "wc>500"),
        ("oil and rst=tnwp", "rst=tnwp"),
        ("oil and re=(mali or niger)", "re=(mali or niger)"),
        ("oil and date from 20200101 to 20200201", "date from 20200101 to 20200201"),
        ("oil and date after 20200101", "date after 20200101"),
    ],
)
def test_what_factiva_knows_and_we_do_not_is_named(written: str, gone: str) -> None:
    translation = factiva(written)

    assert translation.query == "oil"
    assert lost(translation) == [gone]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("BMW AND (motorcycle OR car)", "BMW AND (motorcycle OR car)"),
        ("chocolate -swiss", "chocolate NOT swiss"),
        ('BMW -site:"mysite.com"', "BMW NOT source:mysite.com"),
        (
            'BlackBerry site:"www.cnet.com" site:"bild.de"',
            "BlackBerry AND (source:cnet.com OR source:bild.de)",
        ),
        ("BMW NEAR/5 bike", "BMW NEAR/5 bike"),
        ("BMW SENTENCE bike", "BMW SENTENCE bike"),
        ("++WHO AND title:measles", "case:WHO AND title:measles"),
        ("+año AND lang:es", "exact:año AND lang:es"),
        ("Luxemb* AND sourcecountry:lu", "Luxemb* AND sourcecountry:lu"),
    ],
)
def test_talkwalker(written: str, ours: str) -> None:
    assert talkwalker(written).query == ours


def test_what_talkwalker_knows_and_we_do_not_is_named() -> None:
    translation = talkwalker("BMW AND sourcetype:ONLINENEWS AND engagement:>100")

    assert lost(translation) == ["sourcetype:ONLINENEWS", "engagement:>100"]


def test_what_talkwalker_may_mean_is_not_guessed() -> None:
    with pytest.raises(RuleSyntaxError, match="mixed without brackets"):
        talkwalker("BMW OR bike AND car")


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("(mali", "never closed"),
        ("mali)", "expected the end"),
        ("", "but the query ends"),
        ("-mali", "NOT only takes articles away"),
        ("nosuch:thing", "nothing of the query"),
        ("(" * 60 + "mali" + ")" * 60, "nested deeper"),
        ("mali " * 5000, "20,000 characters"),
    ],
)
def test_what_cannot_be_carried_over_is_refused(dialect: Dialect, query: str, problem: str) -> None:
    if dialect is Dialect.FACTIVA:
        query = query.replace("-mali", "not mali").replace("nosuch:", "nosuch=")

    with pytest.raises(RuleSyntaxError, match=problem.replace("(", r"\(")):
        translate(query, dialect)


FRAGMENTS = (
    *("mali", "army", " ", " ", " ", "(", ")", '"', "“", "AND", "OR", "NOT", "and", "or", "not"),
    *(
        "-",
        "+",
        "|",
        "NEAR/3",
        "near5",
        "adj2",
        "w/3",
        "/N4/",
        "/F9/",
        "same",
        "SENTENCE",
        "AROUND(3)",
    ),
    *(
        "title:",
        "hd=",
        "site:",
        "la=",
        "lang:",
        "fr",
        "atleast2",
        "^9",
        "~3",
        "~",
        "*",
        "?",
        "$",
        "%",
    ),
    *(
        "allintitle:",
        "[1 TO 2]",
        "/x/",
        "\\",
        ".",
        ":",
        "=",
        "wc>5",
        "++",
        "北京",
        "é",
        "\n",
        "the",
    ),
)


@pytest.mark.parametrize("dialect", Dialect)
@given(query=st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join))
def test_whatever_is_written_is_translated_or_refused_with_a_column(
    dialect: Dialect, query: str
) -> None:
    try:
        translation = translate(query, dialect)
    except RuleSyntaxError as error:
        assert 0 <= error.position <= len(query)  # noqa: PT017 -- either outcome is right
        return

    assert parse(translation.query) == translation.expression
    for note in (*translation.changed, *translation.lost):
        assert query[note.start : note.end] == note.written


def test_a_quote_that_is_never_closed_is_named_in_every_dialect() -> None:
    for dialect in Dialect:
        with pytest.raises(RuleSyntaxError) as refused:
            translate('army "Mali', dialect)

        assert (refused.value.position, refused.value.problem) == (
            5,
            "a quote is opened and never closed",
        )
        assert refused.value.fix == 'army "Mali"'


def test_a_note_on_a_clause_of_lucene_is_about_all_of_it() -> None:
    query = "+army title:(Mali OR Niger) body:x"

    found = translate(query, Dialect.LUCENE)

    assert [note.written for note in found.lost] == ["title:(Mali OR Niger)", "body:x"]
    assert [query[note.start : note.end] for note in found.changed] == ["body:x"]


def test_words_of_a_field_may_be_near_each_other() -> None:
    assert translate('title:"army Mali"~3', Dialect.LUCENE).query == "title:(army NEAR/3 Mali)"
